package privilege

import (
	"canopy/analysis/rbac"
	"canopy/model"
)

// Opening is an edge that a binding opens to its subjects.
type Opening struct {
	Edge *model.Edge
	// Names lists the objects for which alone it does, sorted, where they are what the edge leads to: serviceaccounts, pods, secrets,
	// users, groups, or the nodes whose pods it leads to, as Resource says; nil is all of the place.
	Names    []string
	Resource string
	// Through tells that it is done through named objects of another kind alone. It leads to all of the place nevertheless, where there
	// are such: a Deployment that can be changed runs as any account.
	Through bool
	// Doubt and Reason say what decides where it is not certain.
	Doubt  Doubt
	Reason string
	// Partial tells that it is only for the requests that some verbs name.
	Partial bool
	// Root tells that an edge which gives a namespace leads on to nodes, as who may make privileged pods there gets there: RootDoubt and RootReason
	// say what decides where that is not certain.
	Root       bool
	RootDoubt  Doubt
	RootReason string
	// Lax tells that it is the level of Pod Security of the namespace that lets privileged pods in.
	Lax bool
	// With lists other bindings that are needed too, of several that would do the best, sorted; and Who the subjects that hold those:
	// nil is every subject of the binding, and then With is empty.
	With []model.Ref
	Who  []model.Subject
}

// Openings lists the edges that a binding opens, by edge, those of Kubernetes' own roles included, and without those that give
// their holder nothing new. An edge stands there several times where it is open in ways that differ in names, doubt or With, of
// which none leaves nothing to another. All tells that it gives every permission on everything, cluster-wide. The list is not to
// be changed.
func (a *Analyser) Openings(access *rbac.Analyser, binding model.Ref) (list []Opening, all bool) {
	b := a.bindings[binding]
	if b == nil || b.reading == nil {
		return nil, false
	}
	list = a.shared(b)
	a.forget(binding)
	if binds := both(&b.role.named, &a.table.binds); b.reading.own || !binds.empty() {
		list = a.gather(access, b).all(list)
	}
	return list, b.cluster() && b.role.all
}

// shared gives the openings of a binding by its role alone, but for what roles it may bind by name. They are found once for a
// role and a place.
func (a *Analyser) shared(b *bound) []Opening {
	s := b.reading.spot
	if s.asked {
		return s.opened
	}
	s.asked = true
	s.lists = map[listed][]string{}
	for e := range a.table.edges {
		c := candidates{edge: &a.table.edges[e], lists: s.lists}
		for i := range c.edge.ways {
			w := &c.edge.ways[i]
			is, on, why := w.doubts(&s.at, a.minor)
			if _, _, missing := w.given(s.at.cluster, &b.role.profile); !is || w.Limited || missing > 0 {
				continue
			}
			ok, also, because := w.rests(&s.at, func(int) *role { return b.role })
			if by := b.role.namedOf(w); ok && (w.bind == 0 || by[w.bind-1] == nil) {
				on, why = worse(on, why, also, because)
				c.take(w, by, Opening{Doubt: on, Reason: why}.rooted(w, &s.at, w.everyRole()))
			}
		}
		s.opened = append(s.opened, c.list...)
	}
	return s.opened
}

// namedOf gives the role for each need of a way that it meets for named objects alone.
func (r *role) namedOf(w *way) []*role {
	by := make([]*role, len(w.needs))
	for i, n := range w.needs {
		if r.named.has(n) {
			by[i] = r
		}
	}
	return by
}
