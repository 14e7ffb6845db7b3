package privilege

import (
	"cmp"
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Capability is a class of power in a namespace: what attack paths join, so that no identity need be joined with every pod.
type Capability struct {
	Class string
	// Namespace is "*" for all of the cluster.
	Namespace string
	// Named tells that it is for named objects alone.
	Named bool
}

// Power is a capability with the edge and the binding that give it.
type Power struct {
	Capability
	Edge    *model.Edge
	Binding model.Ref
	// Sink tells that it gives the whole cluster.
	Sink bool
}

// Powers lists what a subject holds by bindings that speak of it itself, sorted: what it holds by a group is the group's.
// It does not list what only limits the holder to what it holds anyway.
func (a *Analyser) Powers(access *rbac.Analyser, s model.Subject) []Power {
	var list []Power
	for b := range access.BindingsTo(s) {
		have := a.bindings[b.Ref]
		if have == nil || have.reading == nil {
			continue
		}
		for i := range have.reading.open {
			o := &have.reading.open[i]
			if !o.without(limited) {
				continue
			}
			e := a.table.edges[o.edge].Edge
			p := Power{Capability{e.Class, cmp.Or(b.Ref.Namespace, "*"), !o.without(limited | named)}, e, b.Ref, o.sink}
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(x, y Power) int {
		return cmp.Or(x.Binding.Compare(y.Binding), cmp.Compare(x.Edge.ID, y.Edge.ID))
	})
	return list
}

// Opens tells for an existing binding which edges it opens, sorted by id.
func (a *Analyser) Opens(binding model.Ref) []*model.Edge {
	have := a.bindings[binding]
	if have == nil || have.reading == nil {
		return nil
	}
	list := make([]*model.Edge, 0, len(have.reading.open))
	for i := range have.reading.open {
		list = append(list, a.table.edges[have.reading.open[i].edge].Edge)
	}
	return list
}
