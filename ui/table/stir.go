package table

import "maps"

// stir is what happened to the rows that nobody has settled yet. Its maps are never changed once made.
type stir[R any] struct {
	// origin is the call of Arrange that all comes from: other origins have rounds of their own.
	origin *origin
	// round counts the calls of Stir, last is the newest in which a row was new or went.
	round, last uint64
	// fresh holds the keys of new rows and left those of ghosts, each with its round.
	fresh map[string]uint64
	left  map[string]ghost[R]
}

type ghost[R any] struct {
	row   R
	round uint64
}

// Stir is Apply for someone who watches: it notes which rows are new, and keeps those that went in their place, as
// ghosts, until Table.Settle is called. A row that changed is neither, and the first rows of an empty list are no news.
func (a *Arrangement[R]) Stir(gone, come []R) *Arrangement[R] {
	if len(gone)+len(come) == 0 {
		return a
	}
	b := a.apply(gone, come)
	b.round++
	was, is := a.keys(gone), a.keys(come)
	fresh, left := map[string]uint64{}, map[string]ghost[R]{}
	for k := range is {
		if _, ok := was[k]; !ok && len(a.sorted) > 0 {
			fresh[k] = b.round
		}
	}
	for k, r := range was {
		if _, ok := is[k]; !ok {
			left[k] = ghost[R]{r, b.round}
		}
	}
	if len(fresh)+len(left) > 0 {
		b.last = b.round
	}
	maps.Copy(fresh, b.fresh)
	maps.Copy(left, b.left)
	b.fresh, b.left = fresh, left
	b.haunt()
	return b
}

func (a *Arrangement[R]) keys(rows []R) map[string]R {
	m := make(map[string]R, len(rows))
	for _, r := range rows {
		m[a.schema.Key(r)] = r
	}
	return m
}

// Leaving tells that a row is a ghost: it went, and is still drawn.
func (a *Arrangement[R]) Leaving(row R) bool {
	_, ok := a.left[a.schema.Key(row)]
	return ok
}

// without is what is left of a stir when rows go and come: a ghost whose row comes back is none, a new row that goes is
// not new.
func (a *Arrangement[R]) without(gone, come []R) stir[R] {
	s := a.stir
	if len(s.left) > 0 {
		s.left = maps.Clone(s.left)
		for _, r := range come {
			delete(s.left, a.schema.Key(r))
		}
	}
	if len(s.fresh) > 0 {
		s.fresh = maps.Clone(s.fresh)
		is := a.keys(come)
		for _, r := range gone {
			k := a.schema.Key(r)
			if _, ok := is[k]; !ok {
				delete(s.fresh, k)
			}
		}
	}
	return s
}

// haunt puts the ghosts among the rows that are drawn.
func (a *Arrangement[R]) haunt() {
	rows := make([]R, 0, len(a.left))
	for _, g := range a.left {
		rows = append(rows, g.row)
	}
	a.drawn = a.groups
	if rows = a.passing(rows); len(rows) > 0 {
		a.drawn = a.changed(a.groups, change[R]{come: rows}, true)
	}
}

// settled is the arrangement without what was stirred up to a round. It copies rows only where younger ghosts stay.
func (a *Arrangement[R]) settled(round uint64) *Arrangement[R] {
	b := *a
	if round >= a.last {
		b.fresh, b.left, b.drawn = nil, nil, a.groups
		return &b
	}
	b.left = maps.Clone(a.left)
	maps.DeleteFunc(b.left, func(_ string, g ghost[R]) bool { return g.round <= round })
	if len(b.left) < len(a.left) {
		b.haunt()
	}
	return &b
}
