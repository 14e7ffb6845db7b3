// Package live reads a cluster from its API server: one list and one watch per kind, made into records on arrival. Kinds
// that a cluster need not have are read as long as the server serves them.
//
// Nothing is asked of the server but get, list, watch and reviews of the user's own rights; values of Secrets and the configuration of
// kubelets on demand alone. Whatever goes wrong (no connection, no rights, an expired login, a busy server) is told as coverage, what is
// known stays, and reading goes on by itself when it can.
package live

import (
	"context"
	"errors"
	"sync"

	"canopy/model"
)

// Source is a live cluster. It satisfies model.Source, model.EventSource, model.Sweeper, model.SecretReader and
// model.KubeletReader.
type Source struct {
	options Options
	clients *clients
	ring    *ring

	mu      sync.Mutex
	running *session
	// opened are the kinds that were asked for on demand.
	opened []*model.Kind
	// looking is held while objects are looked at on demand; facts and swept name what came of the last time.
	looking      sync.Mutex
	facts, swept map[model.Ref]model.Ref
	// asking is held while kubelets are asked; kubelets names what was told of them.
	asking   sync.Mutex
	kubelets map[model.Ref]struct{}
}

var (
	errRunning = errors.New("the source is running already")

	_ model.Source        = (*Source)(nil)
	_ model.EventSource   = (*Source)(nil)
	_ model.Sweeper       = (*Source)(nil)
	_ model.SecretReader  = (*Source)(nil)
	_ model.KubeletReader = (*Source)(nil)
)

// New prepares to read a cluster. It makes no request; an error means that the configuration cannot work.
func New(options Options) (*Source, error) {
	options = options.complete()
	c, err := newClients(options.Config, options.Version, options.Log)
	if err != nil {
		return nil, err
	}
	return &Source{options: options, clients: c, ring: newRing(options.Events), facts: map[model.Ref]model.Ref{}, swept: map[model.Ref]model.Ref{},
		kubelets: map[model.Ref]struct{}{}}, nil
}

// Run feeds the sink until the context ends, and returns nil once all that it started has ended too.
func (s *Source) Run(ctx context.Context, sink model.Sink) error {
	ctx, cancel := context.WithCancel(s.clients.logged(ctx))
	defer cancel()
	run := newSession(ctx, s, sink)
	s.mu.Lock()
	if s.running != nil {
		s.mu.Unlock()
		return errRunning
	}
	s.running = run
	kinds := append(append([]*model.Kind{}, s.options.Kinds...), s.opened...)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.running = nil
		s.mu.Unlock()
		s.clients.http.CloseIdleConnections()
	}()
	sink.Identify(model.SourceInfo{Type: "live", Name: s.options.Context})
	if err := run.start(kinds, false); err != nil {
		return err
	}
	run.wg.Go(guarded(run.identify))
	if run.scout != nil {
		run.wg.Go(guarded(run.scout.run))
	}
	<-ctx.Done()
	run.end()
	return nil
}

// Open reads further kinds, such as custom resources that Kinds has named, from now on or from the start of the next Run.
// A kind that is read already stays as it is.
func (s *Source) Open(kinds ...*model.Kind) error {
	s.mu.Lock()
	s.opened = append(s.opened, kinds...)
	run := s.running
	s.mu.Unlock()
	if run == nil {
		return nil
	}
	return run.start(kinds, false)
}

// Events gives the newest events, the oldest first, and how many older ones were let go.
func (s *Source) Events() (events []model.Event, dropped int) { return s.ring.events() }
