package live

import (
	"fmt"
	"sync"

	"canopy/model"
)

// teller tells the sink how much of one kind was seen in one scope, whenever that changes.
type teller struct {
	clock model.Clock
	kind  *model.Kind

	mu   sync.Mutex
	sink model.Sink
	now  model.Coverage
	// read is set once the kind was read to its end.
	read bool
	// spoilt counts objects that could not be made into records.
	spoilt int
	// parts are the namespaces that were once spoken of one by one, while this scope was denied. What holds for the
	// whole holds for them.
	parts []string
	// known is closed once the kind was read, or it is known why it cannot be.
	known  chan struct{}
	settle sync.Once
	// gate holds back the end of loading until release; nil where nothing does. held is set once something is held back,
	// and onHeld, which does not block, called then.
	gate   <-chan struct{}
	held   bool
	onHeld func()
}

func newTeller(clock model.Clock, kind *model.Kind, namespace string, sink model.Sink) *teller {
	t := &teller{clock: clock, kind: kind, sink: sink, known: make(chan struct{})}
	t.now = model.Coverage{Kind: kind.GroupKind(), Namespace: namespace, State: model.Loading, Since: clock.Now().Unix(), Reason: "loading"}
	return t
}

// announce tells the state as it is.
func (t *teller) announce() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sink.Cover(t.now)
}

// tell takes a new state on and tells the sink; t.mu must be held.
func (t *teller) tell(state model.CoverState, stale bool, reason string) {
	if t.now.State == state && t.now.Stale == stale && t.now.Reason == reason {
		return
	}
	if t.now.State != state || t.now.Stale != stale {
		t.now.Since = t.clock.Now().Unix()
	}
	if state != model.Loading {
		t.settle.Do(func() { close(t.known) })
	}
	t.now.State, t.now.Stale, t.now.Reason = state, stale, reason
	if state != model.Loading && t.holds() {
		return
	}
	t.say()
}

// holds tells that the end of loading is held back; t.mu must be held.
func (t *teller) holds() bool {
	if t.gate == nil {
		return false
	}
	select {
	case <-t.gate:
		t.gate = nil
		return false
	default:
	}
	if !t.held {
		t.held = true
		t.onHeld()
	}
	return true
}

// release tells what was held back, once the gate is open.
func (t *teller) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gate = nil
	if t.held {
		t.held = false
		t.say()
	}
}

// say tells the sink the state; t.mu must be held.
func (t *teller) say() {
	list := []model.Coverage{t.now}
	for _, namespace := range t.parts {
		part := t.now
		part.Namespace = namespace
		list = append(list, part)
	}
	t.sink.Cover(list...)
}

// whole tells that all that there is was read and that a watch keeps it fresh.
func (t *teller) whole() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.read = true
	t.fresh()
}

// fresh tells that what is held is the present; t.mu must be held.
func (t *teller) fresh() {
	if t.spoilt > 0 {
		t.tell(model.Partial, false, fmt.Sprintf("%d objects could not be understood", t.spoilt))
		return
	}
	t.tell(model.Complete, false, "")
}

// again tells that a watch goes on.
func (t *teller) again() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.read {
		t.fresh()
	}
}

// spoil counts an object that could not be made into a record.
func (t *teller) spoil() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spoilt++
	if t.read && !t.now.Stale {
		t.fresh()
	}
}

// failed tells of a fault. What was read before stays, and is marked.
func (t *teller) failed(f fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch f.kind {
	case faultDenied:
		if t.read {
			t.tell(model.Partial, true, "no longer permitted: "+t.denial())
		} else {
			t.tell(model.Denied, false, t.denial())
		}
	case faultUnwatched:
		t.tell(model.Partial, true, fmt.Sprintf("watching %s is not permitted, only listing: what is held was true when the state began", t.name()))
	case faultAbsent:
		if t.read {
			t.tell(model.Partial, true, "no longer served by this server")
		} else {
			t.tell(model.Absent, false, f.reason)
		}
	case faultLogin, faultRefused:
		if t.read {
			t.tell(t.now.State, true, f.reason)
		} else {
			t.tell(model.Denied, false, f.reason)
		}
	case faultBroken, faultBusy:
		// Where nothing may be read, nothing has become old.
		if t.read || t.now.State == model.Loading {
			t.tell(t.now.State, true, f.reason)
		}
	}
}

// denial says what may not be read and what would help.
func (t *teller) denial() string {
	name := t.name()
	switch {
	case t.now.Namespace != "":
		return fmt.Sprintf("listing %s in namespace %s is not permitted", name, t.now.Namespace)
	case t.kind.Namespaced:
		return fmt.Sprintf("listing %s in all namespaces is not permitted; -n NAMESPACE reads more", name)
	}
	return fmt.Sprintf("listing %s is not permitted; canopy access --print clusterrole prints a role that permits it", name)
}

// name names the resource, with its group where a built-in kind may have the same name.
func (t *teller) name() string {
	if model.OptionalKind(t.kind.GroupKind()) != nil {
		return t.kind.Resource + "." + t.kind.Group
	}
	return t.kind.Resource
}

// refine gives an absence a better reason.
func (t *teller) refine(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now.State == model.Absent {
		t.tell(model.Absent, false, reason)
	}
}

// adopt takes over to speak for namespaces; nil gives them up again.
func (t *teller) adopt(namespaces []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parts = namespaces
}

// state gives what is told at this moment.
func (t *teller) state() model.Coverage {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

// complete tells that nothing is missing in this scope.
func (t *teller) complete() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.read
}
