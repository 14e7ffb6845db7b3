package table

import (
	"slices"
	"sort"
)

// merge gives rows without gone and with come. All of gone is in rows. It compares only what changed; the rest is
// copied.
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

// place is where a row stands, or would stand.
func place[R any](rows []R, row R, compare func(a, b R) int) int {
	return sort.Search(len(rows), func(i int) bool { return compare(rows[i], row) >= 0 })
}
