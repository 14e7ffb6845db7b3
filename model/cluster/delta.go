package cluster

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// Delta is what one change did: the record before and after. Old is nil for an object that is new, New for one that is gone.
type Delta struct {
	Ref      model.Ref
	Old, New model.Record
}

// Inverse is the change that takes the delta back.
func (d Delta) Inverse() model.Change { return model.Change{Ref: d.Ref, Record: d.Old} }

// GroupKind is the kind that changed.
func (d Delta) GroupKind() schema.GroupKind { return d.Ref.GroupKind() }

// Cast gives both sides of a delta as records of one type; a side that is missing, or of another type, is the zero value.
func Cast[R model.Record](d Delta) (before, after R) {
	before, _ = d.Old.(R)
	after, _ = d.New.(R)
	return before, after
}
