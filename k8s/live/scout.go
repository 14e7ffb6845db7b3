package live

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/k8s/served"
	"canopy/model"
)

// scout finds out which of the optional kinds the server serves, and has those read and no others. It asks at the start,
// when definitions of kinds or API services change, when a kind turns out to be gone, and when the connection is back: never
// by the clock, but where the server gave no answer. A user who may not watch definitions makes it ask as often as that right
// is asked for.
type scout struct {
	session *session
	kinds   []*model.Kind
	groups  map[string]bool
	// gate is the kind whose loading does not end before known is closed: once it is known what is served, or why that
	// cannot be known. Whoever waits for the end of loading would not wait for the optional kinds else.
	gate  schema.GroupKind
	gated atomic.Pointer[feed]
	known chan struct{}
	once  sync.Once

	// wake holds a token while there may be reason to ask again; must says that there is, changed that definitions of the
	// kinds have changed.
	wake          chan struct{}
	must, changed atomic.Bool

	// definitions and services are the feeds of what tells of kinds; nil where those are not read.
	definitions, services atomic.Pointer[feed]

	mu sync.Mutex
	// unknown holds the kinds of which the sink was told that nobody knows whether they are served, and why.
	unknown map[schema.GroupKind]string
	// answered is set once the server has said what it serves; why says why it has not.
	answered bool
	why      string
}

var (
	definitionKind = schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}
	serviceKind    = schema.GroupKind{Group: "apiregistration.k8s.io", Kind: "APIService"}
)

func newScout(s *session) *scout {
	o := &scout{session: s, kinds: s.options.Optional, groups: map[string]bool{}, known: make(chan struct{}),
		wake: make(chan struct{}, 1), unknown: map[schema.GroupKind]string{}}
	for _, k := range o.kinds {
		o.groups[k.Group] = true
	}
	for _, k := range s.options.Kinds {
		// The definitions of kinds come late in the list, and belong to it; without them the last kind has to wait.
		if o.gate != definitionKind {
			o.gate = k.GroupKind()
		}
	}
	return o
}

// prepare hangs itself into the feeds that it needs, before they run.
func (o *scout) prepare(f *feed) {
	gk := f.kind.GroupKind()
	if gk == o.gate && o.gated.CompareAndSwap(nil, f) {
		f.gate, f.onHeld = o.known, o.held
	}
	switch gk {
	case definitionKind:
		o.definitions.Store(f)
		first := true
		f.onDenied = func(deny func()) {
			deny()
			if !first {
				o.look()
			}
			first = false
		}
	case serviceKind:
		o.services.Store(f)
	default:
		return
	}
	f.onWhole = o.stir
	f.onChange = func(ref model.Ref) {
		// The names are PLURAL.GROUP and VERSION.GROUP; the server lets no others through.
		if _, group, _ := strings.Cut(ref.Name, "."); o.groups[group] {
			o.changed.Store(true)
			o.look()
		}
	}
}

// look has the server asked again.
func (o *scout) look() {
	o.must.Store(true)
	o.stir()
}

// stir has the server asked again if the definitions that were read contradict its last answer.
func (o *scout) stir() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

const (
	// gathering is how long changes are gathered before the server is asked: kinds are installed by the dozen, and each
	// definition changes a few times within a moment.
	gathering = 100 * time.Millisecond
	// maxHaste is how often the server is asked again, soon, where its answer contradicts the definitions of kinds, which it
	// makes known before it acts on them.
	maxHaste = 8
)

// run asks, and asks again, until the session ends.
func (o *scout) run() {
	s := o.session
	var broken, refused, hasty backoff
	haste := 0
	logged := ""
	var last *served.Answer
	for {
		mended := s.link.mended()
		answer, err := served.Ask(s.ctx, s.clients.discovery, o.kinds)
		if s.ctx.Err() != nil {
			return
		}
		var pause time.Duration
		switch {
		case err != nil:
			f := discoveryFault(err)
			if f.reason != logged {
				logged = f.reason
				s.options.Log.Debug("discovery", "reason", f.reason)
			}
			pause = max(o.failed(f, &broken, &refused), f.wait)
		case (o.follow(answer, haste < maxHaste) || o.contradicted(answer)) && haste < maxHaste:
			o.settle()
			haste++
			if !sleep(s.ctx, hasty.next(Pause{gathering, 5 * time.Second}), nil) {
				return
			}
			continue
		default:
			o.settle()
			last, logged = answer, ""
			broken.reset()
			if len(answer.Silent) > 0 {
				pause = refused.next(s.options.Pace.Denied)
			} else {
				refused.reset()
			}
		}
		if !o.wait(pause, mended, last) {
			return
		}
		if o.changed.Swap(false) {
			haste = 0
			hasty.reset()
		}
	}
}

// wait waits for a reason to ask again; false tells that the session has ended. Without a pause only a reason ends it.
func (o *scout) wait(pause time.Duration, mended <-chan struct{}, last *served.Answer) bool {
	ctx := o.session.ctx
	var late <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		late = timer.C
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-mended:
			return true
		case <-late:
			return true
		case <-o.wake:
		}
		if !sleep(ctx, gathering, nil) {
			return false
		}
		select {
		case <-o.wake:
		default:
		}
		if must := o.must.Swap(false); must || last == nil || o.contradicted(last) {
			return true
		}
	}
}

// discoveryFault reads an error of asking what is served.
func discoveryFault(err error) fault {
	f := faultOf(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		f = fault{kind: faultBroken, reason: "the server does not answer in time"}
	case f.kind == faultDenied:
		f.reason = "listing the API groups is not permitted; the ClusterRole system:discovery permits it"
	case f.kind == faultAbsent:
		f.reason = "it lists no API groups"
	}
	return f
}

// failed notes that the server gave no answer, and gives the pause until it is asked again.
func (o *scout) failed(f fault, broken, refused *backoff) time.Duration {
	pace := &o.session.options.Pace
	o.mu.Lock()
	o.why = f.reason
	o.mu.Unlock()
	switch f.kind {
	case faultBroken, faultBusy, faultExpired:
		return broken.next(pace.Broken)
	case faultLogin:
		o.resign(f.reason)
		return refused.next(pace.Login)
	default:
		o.resign(f.reason)
		return refused.next(pace.Denied)
	}
}

// held is called once all but the optional kinds were read: from then on the server has its time to say what it serves.
func (o *scout) held() {
	s := o.session
	s.wg.Go(guarded(func() {
		if !sleep(s.ctx, s.options.Pace.Discovery, o.known) {
			return
		}
		select {
		case <-o.known:
		default:
			o.mu.Lock()
			why := cmp.Or(o.why, "the server does not answer in time")
			o.mu.Unlock()
			o.resign(why)
		}
	}))
}

// settle lets loading end.
func (o *scout) settle() {
	o.once.Do(func() {
		close(o.known)
		if f := o.gated.Load(); f != nil {
			f.release()
		}
	})
}
