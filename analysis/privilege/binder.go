package privilege

import (
	"canopy/model"
)

// binders finds the bindings that let their holders bind roles by name, by those roles, as far as somebody asked what they open:
// what a role grants decides.
type binders struct {
	of   map[model.Ref]map[model.Ref]struct{}
	asks map[model.Ref][]model.Ref
}

func newBinders() binders {
	return binders{map[model.Ref]map[model.Ref]struct{}{}, map[model.Ref][]model.Ref{}}
}

// forget drops what a binding asked for.
func (b *binders) forget(binding model.Ref) {
	for _, role := range b.asks[binding] {
		if delete(b.of[role], binding); len(b.of[role]) == 0 {
			delete(b.of, role)
		}
	}
	delete(b.asks, binding)
}

// note keeps which roles were asked for.
func (g *gathering) note() {
	for role := range g.strong {
		if g.of[role] == nil {
			g.of[role] = map[model.Ref]struct{}{}
		}
		g.of[role][g.ref] = struct{}{}
		g.asks[g.ref] = append(g.asks[g.ref], role)
	}
}

// gift is what the roles give that may be bound.
type gift uint8

const (
	nothing gift = iota
	// podsOf is the pods of the place, by which all accounts and Secrets there can be had.
	podsOf
	// everything is every permission in the place.
	everything
)

// binds tells the most that a role gives of those that a role may bind by name.
func (g *gathering) binds(n *model.Need, by *role) gift {
	best := nothing
	for _, resource := range n.Resources {
		kind := "ClusterRole"
		if resource == "roles" {
			kind = "Role"
		}
		for _, name := range by.names(n, resource) {
			ref := model.KindByName(kind).Ref("", name)
			if kind == "Role" {
				ref.Namespace = g.ref.Namespace
			}
			is, known := g.strong[ref]
			if !known {
				is = g.place(ref)
				g.strong[ref] = is
			}
			best = max(best, is)
		}
	}
	return best
}

// place tells what a role gives of the place in which it is bound.
func (g *gathering) place(ref model.Ref) gift {
	rules, ok := g.access.Rules(ref)
	if !ok {
		return nothing
	}
	of := &role{rules: rules}
	of.profile = g.table.profile(of.granted)
	if of.all {
		return everything
	}
	for e := range g.table.edges {
		edge := &g.table.edges[e]
		if edge.Class != "pods-create" || !edge.Takeover {
			continue
		}
		for i := range edge.ways {
			w := &edge.ways[i]
			if w.Limited || w.Admission != "" {
				continue
			}
			if is, _, _ := w.passes(&g.reading.spot.at, g.minor); !is {
				continue
			}
			if _, byName, missing := w.given(g.cluster(), &of.profile); missing == 0 && !byName {
				return podsOf
			}
		}
	}
	return nothing
}
