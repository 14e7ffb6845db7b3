package privilege

import (
	"canopy/model"
)

// Reopened gives the bindings of which Openings, Stock or Creators may differ from what they gave before, since the last call, and
// forgets them, in no order. The bindings that are gone are among them. The first call gives all bindings: nothing is kept before
// somebody asks.
func (a *Analyser) Reopened() []model.Ref {
	if a.reopened == nil {
		a.reopened = map[model.Ref]struct{}{}
		list := make([]model.Ref, 0, len(a.bindings))
		for ref := range a.bindings {
			list = append(list, ref)
		}
		return list
	}
	if len(a.reopened) == 0 {
		return nil
	}
	list := make([]model.Ref, 0, len(a.reopened))
	for ref := range a.reopened {
		list = append(list, ref)
	}
	// A large map would stay large.
	a.reopened = map[model.Ref]struct{}{}
	return list
}

// reopen notes a binding of which what it opens may have changed.
func (a *Analyser) reopen(ref model.Ref) {
	if a.reopened != nil {
		a.reopened[ref] = struct{}{}
	}
}

// admitting looks whether some namespace admits privileged pods, where that may have changed: then it decides what is open in the
// whole cluster. Every cluster has a namespace by the name of default.
func (r *round) admitting() {
	if !r.relabelled {
		return
	}
	r.relabelled = false
	kind := model.KindByName("Namespace")
	now := privilegedAdmitted(r.c, "default")
	if now != model.Yes {
		for one := range r.c.All(kind.GroupKind()) {
			if privilegedAdmitted(r.c, one.Ref().Name) == model.Yes {
				now = model.Yes
				break
			}
		}
	}
	if now == model.No && r.c.Seen(kind.GroupKind(), "").State != model.Complete {
		now = model.Unknown
	}
	if now != r.admits {
		r.admits = now
		r.touchAll(r.access.BindingsIn(""))
	}
}
