package table

import (
	"slices"
	"sort"
)

// Arrangement is an immutable list of rows in the order of a query, and of those that pass its filter. It may be made
// and read on any goroutine.
type Arrangement[R any] struct {
	schema *Schema[R]
	query  Query
	filter filter[R]
	// sorted holds every row, shown those that pass; without a filter they are the same slice.
	sorted, shown []R
}

// Arrange sorts and filters rows. It keeps no hold of the slice.
func (s *Schema[R]) Arrange(rows []R, q Query) *Arrangement[R] {
	a := &Arrangement[R]{schema: s, query: q, filter: s.parse(q.Filter), sorted: slices.Clone(rows)}
	slices.SortFunc(a.sorted, s.comparer(q))
	a.show(a.sorted)
	return a
}

// Query is what the arrangement was made for.
func (a *Arrangement[R]) Query() Query { return a.query }

// Len is the number of rows that pass the filter, Total that of all rows.
func (a *Arrangement[R]) Len() int { return len(a.shown) }

// Total is the number of rows, those included that the filter holds back.
func (a *Arrangement[R]) Total() int { return len(a.sorted) }

// At gives a row by its place among those that pass the filter.
func (a *Arrangement[R]) At(i int) R { return a.shown[i] }

// With arranges the same rows for another query. It does no more than the difference asks for: a longer word filters
// what is left of the shorter one, a new filter does not sort again.
func (a *Arrangement[R]) With(q Query) *Arrangement[R] {
	switch {
	case q == a.query:
		return a
	case q.Column != a.query.Column || q.Reverse != a.query.Reverse:
		return a.schema.Arrange(a.sorted, q)
	}
	b := &Arrangement[R]{schema: a.schema, query: q, filter: a.schema.parse(q.Filter), sorted: a.sorted}
	if b.filter.narrows(a.filter) {
		b.show(a.shown)
	} else {
		b.show(a.sorted)
	}
	return b
}

// Apply takes rows out and puts others in. A row that changed is in both: as it was, and as it is. It compares only
// what changed; the rest is copied.
func (a *Arrangement[R]) Apply(gone, come []R) *Arrangement[R] {
	if len(gone)+len(come) == 0 {
		return a
	}
	b := &Arrangement[R]{schema: a.schema, query: a.query, filter: a.filter}
	compare := a.schema.comparer(a.query)
	b.sorted = merge(a.sorted, gone, come, compare)
	if len(a.filter) == 0 {
		b.shown = b.sorted
		return b
	}
	b.shown = merge(a.shown, a.passing(gone), a.passing(come), compare)
	return b
}

func (a *Arrangement[R]) show(from []R) {
	if len(a.filter) == 0 {
		a.shown = a.sorted
		return
	}
	a.shown = a.passing(from)
}

func (a *Arrangement[R]) passing(rows []R) []R {
	var out []R
	for _, r := range rows {
		if a.schema.passes(a.filter, r) {
			out = append(out, r)
		}
	}
	return out
}

// merge gives rows without gone and with come. All of gone is in rows.
func merge[R any](rows, gone, come []R, compare func(a, b R) int) []R {
	gone, come = slices.Clone(gone), slices.Clone(come)
	slices.SortFunc(gone, compare)
	slices.SortFunc(come, compare)
	out := make([]R, 0, max(0, len(rows)-len(gone))+len(come))
	for len(gone)+len(come) > 0 {
		// A row that changed in place leaves before its successor enters.
		if len(come) == 0 || len(gone) > 0 && compare(gone[0], come[0]) <= 0 {
			i := place(rows, gone[0], compare)
			out = append(out, rows[:i]...)
			if i < len(rows) && compare(rows[i], gone[0]) == 0 {
				i++
			}
			rows, gone = rows[i:], gone[1:]
			continue
		}
		i := place(rows, come[0], compare)
		out = append(append(out, rows[:i]...), come[0])
		rows, come = rows[i:], come[1:]
	}
	return append(out, rows...)
}

func place[R any](rows []R, row R, compare func(a, b R) int) int {
	return sort.Search(len(rows), func(i int) bool { return compare(rows[i], row) >= 0 })
}
