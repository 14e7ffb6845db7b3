package table

import (
	"iter"
	"slices"
	"sort"
)

// Arrangement is an immutable list of rows in the order of a query, and of those that pass its filter. It may be made
// and read on any goroutine.
type Arrangement[R any] struct {
	schema *Schema[R]
	query  Query
	filter filter[R]
	// by is nil where rows are not grouped.
	by *grouper[R]
	// sorted holds every row, in the order of the query but for groups.
	sorted []R
	// groups holds the rows that pass the filter, drawn the same with the ghosts among them. Rows that are not grouped
	// are one group, and without a filter that is all of sorted.
	groups, drawn []group[R]
	step          step[R]
	stir[R]
}

// Arrange sorts, filters and groups rows. It keeps no hold of the slice.
func (s *Schema[R]) Arrange(rows []R, q Query) *Arrangement[R] {
	a := &Arrangement[R]{schema: s, query: q, filter: s.parse(q.Filter).filter, by: s.grouper(q), sorted: slices.Clone(rows)}
	slices.SortFunc(a.sorted, s.comparer(q))
	a.groups = a.split(a.passing(a.sorted))
	a.drawn = a.groups
	a.step = firstStep[R]()
	a.origin = a.step.rows
	return a
}

// Query is what the arrangement was made for.
func (a *Arrangement[R]) Query() Query { return a.query }

// Len is the number of rows that pass the filter, Total that of all rows. Ghosts do not count.
func (a *Arrangement[R]) Len() int {
	if len(a.groups) == 0 {
		return 0
	}
	last := &a.groups[len(a.groups)-1]
	return last.start + len(last.rows)
}

// Total is the number of rows, those included that the filter holds back.
func (a *Arrangement[R]) Total() int { return len(a.sorted) }

// Groups is the number of groups; 0 where rows are not grouped.
func (a *Arrangement[R]) Groups() int {
	if a.by == nil {
		return 0
	}
	return len(a.groups)
}

// At gives a row by its place among those that pass the filter, group by group.
func (a *Arrangement[R]) At(i int) R {
	n := sort.Search(len(a.groups), func(n int) bool { return a.groups[n].start > i }) - 1
	return a.groups[n].rows[i-a.groups[n].start]
}

// All gives the rows that pass the filter, in the order of At.
func (a *Arrangement[R]) All() iter.Seq[R] {
	return func(yield func(R) bool) {
		for i := range a.groups {
			for _, r := range a.groups[i].rows {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// With arranges the same rows for another query. It does no more than the difference asks for: a longer word filters
// what is left of the shorter one, a new filter does not sort again.
func (a *Arrangement[R]) With(q Query) *Arrangement[R] {
	if q == a.query {
		return a
	}
	b := &Arrangement[R]{schema: a.schema, query: q, filter: a.schema.parse(q.Filter).filter, by: a.schema.grouper(q), sorted: a.sorted, step: a.step, stir: a.stir}
	switch {
	case q.Column != a.query.Column || q.Reverse != a.query.Reverse:
		b.sorted = slices.Clone(a.sorted)
		slices.SortFunc(b.sorted, a.schema.comparer(q))
		b.groups = b.split(b.passing(b.sorted))
	case q.Group == a.query.Group && b.filter.narrows(a.filter):
		b.groups = b.narrowed(a.groups)
	default:
		b.groups = b.split(b.passing(b.sorted))
	}
	b.haunt()
	return b
}

// Apply takes rows out and puts others in. A row that changed is in both: as it was, and as it is. It keeps hold of the
// slices.
func (a *Arrangement[R]) Apply(gone, come []R) *Arrangement[R] {
	if len(gone)+len(come) == 0 {
		return a
	}
	b := a.apply(gone, come)
	b.haunt()
	return b
}

func (a *Arrangement[R]) apply(gone, come []R) *Arrangement[R] {
	b := *a
	b.sorted = merge(a.sorted, gone, come, a.schema.comparer(a.query))
	if a.by == nil && len(a.filter) == 0 {
		b.groups = []group[R]{{rows: b.sorted}}
	} else {
		b.groups = b.changed(a.groups, change[R]{a.passing(gone), a.passing(come)}, false)
	}
	b.step = a.step.next(gone, come)
	b.stir = a.without(gone, come)
	return &b
}

// narrowed gives what is left of groups.
func (a *Arrangement[R]) narrowed(groups []group[R]) []group[R] {
	out := make([]group[R], 0, len(groups))
	for _, g := range groups {
		g.rows = a.passing(g.rows)
		if a.by != nil && len(g.rows) == 0 {
			continue
		}
		if a.by != nil {
			g.summary = a.sum(g.rows)
		}
		out = append(out, g)
	}
	return number(out)
}
