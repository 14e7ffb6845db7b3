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
	// Name is the one object that it is for; "" for any.
	Name string
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
// It does not list what gives the holder no more than it holds anyway. What is for named objects alone is listed by name.
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
			names := []string{""}
			if !o.without(limited | named) {
				names = a.table.names(have.role, o)
			}
			for _, name := range names {
				list = append(list, Power{Capability{e.Class, cmp.Or(b.Ref.Namespace, "*"), name}, e, b.Ref, o.sink})
			}
		}
	}
	slices.SortFunc(list, func(x, y Power) int {
		return cmp.Or(x.Binding.Compare(y.Binding), cmp.Compare(x.Edge.ID, y.Edge.ID), cmp.Compare(x.Name, y.Name))
	})
	return list
}

// names lists the objects for which alone a role opens an edge, sorted.
func (t *table) names(of *role, o *opening) []string {
	var names []string
	for i := range of.rules {
		for n := range o.needs.all() {
			if meets(t.needs[n], of.rules[i].PolicyRule) == metByName {
				names = append(names, of.rules[i].ResourceNames...)
				break
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
