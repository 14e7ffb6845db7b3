package table

import "slices"

// change is what goes and comes in one group.
type change[R any] struct{ gone, come []R }

// changed gives groups without gone and with come. What is in no group that changed is shared. Ghosts that come are
// noted as such, and change nothing about what the group is said to hold.
func (a *Arrangement[R]) changed(groups []group[R], c change[R], ghosts bool) []group[R] {
	if a.by == nil {
		return []group[R]{a.regroup(groups[0], c, ghosts)}
	}
	touched := map[string]*change[R]{}
	in := func(r R) *change[R] {
		v := a.by.text(r)
		if touched[v] == nil {
			touched[v] = &change[R]{}
		}
		return touched[v]
	}
	for _, r := range c.gone {
		t := in(r)
		t.gone = append(t.gone, r)
	}
	for _, r := range c.come {
		t := in(r)
		t.come = append(t.come, r)
	}
	values := make([]string, 0, len(touched))
	for v := range touched {
		values = append(values, v)
	}
	slices.SortFunc(values, a.by.compare)
	out := make([]group[R], 0, len(groups)+len(values))
	for _, v := range values {
		i, ok := a.by.seek(groups, v)
		out, groups = append(out, groups[:i]...), groups[i:]
		was := group[R]{value: v}
		if ok {
			was, groups = groups[0], groups[1:]
		}
		if g := a.regroup(was, *touched[v], ghosts); len(g.rows) > 0 {
			out = append(out, g)
		}
	}
	return number(append(out, groups...))
}

func (a *Arrangement[R]) regroup(g group[R], c change[R], ghosts bool) group[R] {
	compare := a.schema.comparer(a.query)
	g.rows = merge(g.rows, c.gone, c.come, compare)
	switch {
	case ghosts:
		for _, r := range c.come {
			g.ghosts = append(g.ghosts, place(g.rows, r, compare))
		}
		slices.Sort(g.ghosts)
	case a.by != nil:
		g.summary = a.sum(g.rows)
	}
	return g
}
