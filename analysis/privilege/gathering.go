package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
)

// gathering adds to the openings of a role what one of its bindings opens: by roles that may be bound by name, and to those of its
// subjects that hold more by other bindings.
type gathering struct {
	*round
	*bound
	// strong tells of the roles that may be bound whether they give their place.
	strong map[model.Ref]gift
	lists  map[listed][]string
}

// gather begins a gathering outside of a flush.
func (a *Analyser) gather(access *rbac.Analyser, b *bound) *gathering {
	r := &round{Analyser: a, access: access, crowds: map[crowdKey]*means{}, groups: map[string][]string{}}
	// Lists of names may be long: those that are the same list need not be compared.
	lists := make(map[listed][]string, len(b.reading.spot.lists))
	for key, list := range b.reading.spot.lists {
		lists[key] = list
	}
	return &gathering{r, b, map[model.Ref]gift{}, lists}
}

// all gives the openings of the binding by edge; shared are those of its role alone.
func (g *gathering) all(shared []Opening) []Opening {
	list := make([]Opening, 0, len(shared)+4)
	var partly []wayAt
	var holders []holder
	if g.reading.own {
		partly, holders = g.reading.partly, g.holders()
	}
	for e := range g.table.edges {
		edge := &g.table.edges[e]
		c := candidates{edge: edge, lists: g.lists}
		for len(shared) > 0 && shared[0].Edge == edge.Edge {
			c.list, shared = append(c.list, shared[0]), shared[1:]
		}
		g.byRoles(&c)
		list = append(list, c.list...)
		n := 0
		for n < len(partly) && partly[n].edge == e {
			n++
		}
		list = append(list, g.more(edge, partly[:n], holders, c.list)...)
		partly = partly[n:]
	}
	g.note()
	return list
}

// byRoles adds what the role opens by binding roles that it names.
func (g *gathering) byRoles(c *candidates) {
	for i := range c.edge.ways {
		w := &c.edge.ways[i]
		if w.bind == 0 || !g.bound.role.named.has(w.needs[w.bind-1]) {
			continue
		}
		is, on, why := w.doubts(&g.reading.spot.at, g.minor)
		_, _, missing := w.given(g.cluster(), &g.bound.role.profile)
		ok, also, because := w.rests(&g.reading.spot.at, func(int) *role { return g.bound.role })
		if is && ok && !w.Limited && missing == 0 {
			on, why = worse(on, why, also, because)
			g.take(c, w, g.bound.role.namedOf(w), Opening{Doubt: on, Reason: why})
		}
	}
}

// take adds what a way opens. Names of roles that may be bound open it where one of these roles gives its place.
func (g *gathering) take(c *candidates, w *way, by []*role, one Opening) {
	given := g.gift(w, by)
	if given == nothing {
		return
	}
	if w.bind > 0 {
		by[w.bind-1] = nil
	}
	c.take(w, by, one.rooted(w, &g.reading.spot.at, given == everything))
}

// gift tells what a way gives as far as roles decide that may be bound by name.
func (g *gathering) gift(w *way, by []*role) gift {
	i := w.bind - 1
	switch {
	case i >= 0 && by[i] != nil:
		return g.binds(&w.Needs[i], by[i])
	case w.everyRole():
		return everything
	}
	return podsOf
}

// holder is a subject that holds by other bindings what may complete ways.
type holder struct {
	model.Subject
	means
}

func (g *gathering) holders() []holder {
	var list []holder
	for _, s := range g.names {
		if m := g.meansOf(s, g.ref.Namespace); !m.none() {
			list = append(list, holder{s, m})
		}
	}
	return list
}

// more gives the openings of an edge for subjects that hold by other bindings what some of its ways lack. Where the role alone
// opens as much, nothing is left to them.
func (g *gathering) more(e *edge, partly []wayAt, holders []holder, alone []Opening) []Opening {
	if len(partly) == 0 || (len(alone) > 0 && alone[0].covers(&Opening{})) {
		return nil
	}
	var list []Opening
	by := map[ends][]int{}
	for h := range holders {
		who := &holders[h]
		mine := candidates{edge: e, lists: g.lists}
		for i := range partly {
			w := &partly[i]
			if w.way.Limited {
				continue
			}
			if _, ok := g.completes(g.bound, w, &who.means, who.Subject); ok {
				_, on, why := w.way.doubts(&g.reading.spot.at, g.minor)
				ok, also, because := w.way.rests(&g.reading.spot.at, func(i int) *role { return g.giver(w, &who.means, i) })
				if !ok {
					continue
				}
				on, why = worse(on, why, also, because)
				by, with := g.sources(w, &who.means)
				g.take(&mine, w.way, by, Opening{Doubt: on, Reason: why, With: with})
			}
		}
		for i := range mine.list {
			if one := &mine.list[i]; !slices.ContainsFunc(alone, func(o Opening) bool { return o.covers(one) }) {
				list = join(list, by, one, who.Subject)
			}
		}
	}
	return list
}

// giver is the role by which a need of a way that others complete is met: that of the binding itself, where it meets it.
func (g *gathering) giver(w *wayAt, m *means, need int) *role {
	if w.needs.has(w.way.needs[need]) {
		return g.bound.role
	}
	return m.provider(w.way, need).role
}

// sources tells for each need of a way that others complete by which role it is met for named objects alone, and which other
// bindings are needed.
func (g *gathering) sources(w *wayAt, m *means) (by []*role, with []model.Ref) {
	by = make([]*role, len(w.way.needs))
	for i, n := range w.way.needs {
		byName := g.bound.role.named.has(n)
		if w.needs.has(n) && !byName {
			continue
		}
		p := m.provider(w.way, i)
		switch {
		case p.role == nil, w.needs.has(n) && p.byName:
			by[i] = g.bound.role
			continue
		case p.byName:
			by[i] = p.role
		}
		if !slices.Contains(with, p.ref) {
			with = append(with, p.ref)
		}
	}
	slices.SortFunc(with, model.Ref.Compare)
	return by, with
}

// ends are the first and the last of the other bindings that an opening needs, of which there are seldom more.
type ends [2]model.Ref

// join adds a subject to the opening that is open to others alike. Each subject may have other bindings, so they are looked up.
func join(list []Opening, at map[ends][]int, one *Opening, s model.Subject) []Opening {
	key := ends{one.With[0], one.With[len(one.With)-1]}
	for _, i := range at[key] {
		if o := &list[i]; o.covers(one) && one.covers(o) {
			o.Who = append(o.Who, s)
			return list
		}
	}
	at[key] = append(at[key], len(list))
	one.Who = []model.Subject{s}
	return append(list, *one)
}
