package table

import (
	"cmp"
	"slices"

	"canopy/model/inorder"
)

// Marked gives the marked rows: first those that are shown, in their order, then those that the filter holds back. They
// are gathered once, and must not be changed.
func (t *Table[R]) Marked() []R {
	if t.marks.list == nil && len(t.marks.rows) > 0 {
		// Up to this share of the rows it is cheaper to look for each than to go through all.
		const few = 16
		if len(t.marks.rows)*few < t.rows.Len() {
			t.marks.list = t.lookUp()
		} else {
			t.marks.list = t.goThrough()
		}
	}
	return t.marks.list
}

// lookUp finds each marked row by a binary search.
func (t *Table[R]) lookUp() []R {
	type found struct {
		group, i int
		row      R
	}
	var shown []found
	var held []R
	for _, r := range t.marks.rows {
		if g, i, ok := t.find(r); ok {
			shown = append(shown, found{g, i, r})
		} else {
			held = append(held, r)
		}
	}
	inorder.Sort(shown, func(a, b found) int { return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.i, b.i)) })
	slices.SortFunc(held, t.schema.comparer(t.rows.query))
	out := make([]R, 0, len(t.marks.rows))
	for _, f := range shown {
		out = append(out, f.row)
	}
	return append(out, held...)
}

// goThrough looks at all rows.
func (t *Table[R]) goThrough() []R {
	out := make([]R, 0, len(t.marks.rows))
	shown := make(map[string]bool, len(t.marks.rows))
	for r := range t.rows.All() {
		if k := t.schema.Key(r); t.has(k) {
			shown[k] = true
			out = append(out, r)
		}
	}
	if len(out) == len(t.marks.rows) {
		return out
	}
	for _, r := range t.rows.sorted {
		if k := t.schema.Key(r); t.has(k) && !shown[k] {
			out = append(out, r)
		}
	}
	return out
}
