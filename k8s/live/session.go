package live

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// session is one run of a source.
type session struct {
	ctx     context.Context
	sink    model.Sink
	options Options
	clients *clients
	ring    *ring
	slots   chan struct{}
	link    *link
	// scout reads the optional kinds; nil where there are none to read.
	scout *scout
	wg    sync.WaitGroup

	mu       sync.Mutex
	branches map[schema.GroupKind]*branch
	ended    bool
}

func newSession(ctx context.Context, s *Source, sink model.Sink) *session {
	run := &session{ctx: ctx, sink: sink, options: s.options, clients: s.clients, ring: s.ring,
		slots: make(chan struct{}, slots), link: newLink(), branches: map[schema.GroupKind]*branch{}}
	if len(s.options.Optional) > 0 {
		run.scout = newScout(run)
	}
	return run
}

// maker makes all records of the session.
func (s *session) maker() record.Maker { return record.Maker{Inspector: s.options.Inspector} }

// start reads kinds, in the order given; those that are read already go on. It returns at once.
func (s *session) start(kinds []*model.Kind, optional bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	var added []*branch
	for _, kind := range kinds {
		if s.branches[kind.GroupKind()] != nil {
			continue
		}
		b, err := s.newBranch(kind, optional)
		if err != nil {
			return err
		}
		if s.scout != nil && !optional {
			s.scout.prepare(b.whole)
		}
		s.branches[kind.GroupKind()] = b
		added = append(added, b)
	}
	for _, b := range added {
		b.whole.announce()
	}
	s.wg.Go(guarded(func() {
		for _, b := range added {
			// The place is taken here, so that the kinds start in order.
			if b.whole.reads.enter(b.ctx) != nil {
				close(b.ended)
				continue
			}
			s.wg.Go(guarded(b.run))
		}
	}))
	return nil
}

// end waits until all that was started has ended. The context has ended before.
func (s *session) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.wg.Wait()
}

// unchanged waits for a reason to ask for the version again, and tells meanwhile of new certificates. False is the end of the
// session.
func (s *session) unchanged(info *model.SourceInfo, mended <-chan struct{}) bool {
	peer := s.clients.peer
	for {
		select {
		case <-s.ctx.Done():
			return false
		case <-mended:
			return true
		case <-peer.changed:
		}
		if until := peer.until.Load(); info.ServerCertificate != until {
			info.ServerCertificate = until
			s.sink.Identify(*info)
		}
	}
}

// identify tells the server's version and when its certificate ends, and tells it again after each loss of the connection,
// which may have been an upgrade.
func (s *session) identify() {
	info := model.SourceInfo{Type: "live", Name: s.options.Context}
	var again backoff
	logged := ""
	for {
		mended := s.link.mended()
		version, err := s.clients.version(s.ctx)
		if err == nil {
			again.reset()
			logged = ""
			if until := s.clients.peer.until.Load(); info.Server != version || info.ServerCertificate != until {
				info.Server, info.ServerCertificate = version, until
				s.sink.Identify(info)
			}
			if !s.unchanged(&info, mended) {
				return
			}
			continue
		}
		if text := faultOf(err).reason; text != logged {
			logged = text
			s.options.Log.Debug("version", "reason", text)
		}
		if !sleep(s.ctx, again.next(s.options.Pace.Broken), mended) {
			return
		}
	}
}
