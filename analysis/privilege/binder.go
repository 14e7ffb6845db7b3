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

// binds tells whether one of the roles that a role may bind by name gives the place in which it is bound: all permissions, or pods,
// by which all accounts and Secrets there can be had.
func (g *gathering) binds(n *model.Need, by *role) bool {
	found := false
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
			found = found || is
		}
	}
	return found
}

// place tells whether a role gives the place in which it is bound.
func (g *gathering) place(ref model.Ref) bool {
	rules, ok := g.access.Rules(ref)
	if !ok {
		return false
	}
	of := &role{rules: rules}
	of.profile = g.table.profile(of.granted)
	if of.all {
		return true
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
				return true
			}
		}
	}
	return false
}
