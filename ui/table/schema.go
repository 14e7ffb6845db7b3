// Package table shows a list of rows that changes while someone looks at it: sorted, filtered, with a selection that
// stays on its row. It stays instant at 100,000 rows because what costs time is apart from what a key press does.
//
// A Schema says what the rows are. An Arrangement is an immutable list of them, filtered and sorted; making one costs
// time, so it is made outside the program's loop, and a new one is made from the old one by what changed. A Table shows
// a window of an Arrangement; moving in it and drawing it cost what the window costs.
package table

import (
	"charm.land/lipgloss/v2"
)

// Schema says how rows of type R are told apart, shown, sorted and filtered. Rows are immutable: a row that changes is
// another row with the same key.
type Schema[R any] struct {
	// Key is the identity of a row.
	Key func(R) string
	// Compare orders rows where the sorted column finds them equal. It must be total: no two rows with different keys
	// are equal.
	Compare func(a, b R) int
	Columns []Column[R]
	Fields  []Field[R]
}

// Column is one column of a table.
type Column[R any] struct {
	Title string
	// Min and Ideal are widths in cells. A column is dropped before it gets less than Min.
	Min, Ideal int
	// Priority says which columns go first where the screen is narrow: the one with the highest. Columns of priority 0
	// always stay.
	Priority int
	// Grow gives the column what width is left over, shared with the other growing ones.
	Grow bool
	// Right aligns to the right.
	Right bool
	// Text is what the cell shows. It is cleaned by the table.
	Text func(R) string
	// Searched tells that a filter without a prefix looks into this column, shown or not.
	Searched bool
	// Compare puts first what people look for first; nil makes the column unsortable. Falls tells that this order goes
	// from high to low.
	Compare func(a, b R) int
	Falls   bool
	// Style gives the style of a cell; nil leaves it plain.
	Style func(R) lipgloss.Style
}

// Field is something that a filter can name: "ns:shop".
type Field[R any] struct {
	Name string
	// Also is another name; empty where there is none.
	Also string
	// Text is what the value of the filter must be the beginning of, without regard to case.
	Text func(R) string
}

// Query says which rows are wanted, and in which order.
type Query struct {
	// Column is the index of the column to sort by, Reverse turns its order round.
	Column  int
	Reverse bool
	Filter  string
}

// NextColumn is the sortable column after column i, round and round.
func (s *Schema[R]) NextColumn(i int) int {
	for range s.Columns {
		if i = (i + 1) % len(s.Columns); s.Columns[i].Compare != nil {
			return i
		}
	}
	return i
}

// comparer gives the total order of a query.
func (s *Schema[R]) comparer(q Query) func(a, b R) int {
	column := s.Columns[q.Column].Compare
	sign := 1
	if q.Reverse {
		sign = -1
	}
	return func(a, b R) int {
		if column != nil {
			if c := column(a, b); c != 0 {
				return c * sign
			}
		}
		return s.Compare(a, b)
	}
}
