package engine

import (
	"slices"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// counts tells whether a change is an edit at all: the source has settled, nothing is only tried out, and the kind is seen.
// What comes while a kind is loaded, or may not be read, was there before.
func (e *Engine) counts(ref model.Ref) bool {
	if !e.settled || e.quiet {
		return false
	}
	switch e.cluster.Seen(ref.GroupKind(), ref.Namespace).State {
	case model.Complete, model.Partial:
		return true
	}
	return false
}

// note makes an edit of a change that was applied, or part of one, or nothing where no person would call it a change.
func (e *Engine) note(d cluster.Delta, moves []move, came *consequences) {
	now := e.clock.Now()
	object := e.person(d, now)
	verb := model.EditChanged
	switch {
	case d.New == nil:
		verb = model.EditDeleted
		e.edits.graves.bury(d.Old, now)
	case d.Old == nil:
		verb = model.EditCreated
	}
	turned := slices.ContainsFunc(moves, move.turns) || !came.none()
	var words []string
	switch {
	case object != d.Ref:
		verb = model.EditChanged
		if !turned {
			return
		}
	case verb == model.EditChanged:
		if words = detail(d.Old, d.New); len(words) == 0 && !turned {
			return
		}
	case verb == model.EditDeleted:
		words = about(d.Old, true)
	default:
		words = about(d.New, false)
	}
	e.edits.add(now, object, verb, words, moves, came)
}

// person gives the object that a person would name where d happened.
func (e *Engine) person(d cluster.Delta, now time.Time) model.Ref {
	r := d.New
	if r == nil {
		r = d.Old
	}
	get := e.cluster.Get
	if d.Old != nil {
		// What is new is no part of what was deleted before.
		get = func(ref model.Ref) model.Record {
			if r := e.cluster.Get(ref); r != nil {
				return r
			}
			return e.edits.graves.find(ref, now)
		}
	}
	switch t := r.(type) {
	case *record.Pod, *record.Workload:
		if top := cluster.TopOwner(get, t); top.GroupKind() != d.Ref.GroupKind() || top.Namespace != d.Ref.Namespace || top.Name != d.Ref.Name {
			return top
		}
	case *record.Scan:
		// Scanners write anew every day: only what turns a finding is told, and of the workload whose image was scanned.
		if owner := get(t.Workload); owner != nil {
			return cluster.TopOwner(get, owner)
		}
	case *record.Typed[*discoveryv1.EndpointSlice]:
		if name := t.Labels.Get(discoveryv1.LabelServiceName); name != "" {
			return model.KindByName("Service").Ref(t.Namespace, name)
		}
	}
	return d.Ref
}
