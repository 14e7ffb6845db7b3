package table

import (
	"charm.land/lipgloss/v2"

	"canopy/ui/theme"
)

// Table is the part of a screen that shows an arrangement. It is a plain struct that its screen owns; none of its
// methods costs more than the rows in its window.
type Table[R any] struct {
	schema *Schema[R]
	glyphs theme.Glyphs
	header lipgloss.Style
	chosen lipgloss.Style

	rows          *Arrangement[R]
	width, height int
	widths        []int
	// needs holds how many cells a column needs, by index.
	needs map[int]int
	// cursor is the selected row, top the first in the window.
	cursor, top int
	// held tells that the selection is on a row by choice. Before the first key press, and after home, it is on the top
	// of the list, whatever row that is, or the worst finding would come in out of sight.
	held bool
}

// New gives an empty table.
func New[R any](s *Schema[R], t theme.Theme, g theme.Glyphs) *Table[R] {
	return &Table[R]{schema: s, glyphs: g, header: t.Header, chosen: t.Selected, rows: s.Arrange(nil, Query{})}
}

// Resize sets the width in cells and the height in lines, the header included.
func (t *Table[R]) Resize(width, height int) {
	t.width, t.height = max(width, 0), max(height, 0)
	t.widths = t.schema.layout(t.width-gutter, t.needs)
	t.scroll()
}

// Need tells how many cells the widest text of a column takes, so that what it has no use for goes to the others.
func (t *Table[R]) Need(column, cells int) {
	if was, ok := t.needs[column]; ok && was == cells {
		return
	}
	if t.needs == nil {
		t.needs = map[int]int{}
	}
	t.needs[column] = cells
	t.widths = t.schema.layout(t.width-gutter, t.needs)
}

// Show replaces the rows. The selection stays on its row, and that row on its line of the screen as far as possible.
// Where the row is gone the selection takes the place it had; where a filter took the row away it goes to the top.
func (t *Table[R]) Show(rows *Arrangement[R]) {
	old := t.rows
	t.rows = rows
	if !t.held {
		t.cursor, t.top = 0, 0
		return
	}
	if old.Len() == 0 {
		t.scroll()
		return
	}
	i, ok := t.find(old.At(t.cursor))
	switch {
	case ok:
		// A list that was at its top stays there while it can: new rows are seen to come in.
		if t.top > 0 {
			t.top += i - t.cursor
		}
		t.cursor = i
	case old.query.Filter != rows.query.Filter:
		t.Home()
	}
	t.scroll()
}

// find gives the place of the row with the key of row. Nearly always the row is the same in all that the order reads,
// and a binary search finds it; else all keys are compared.
func (t *Table[R]) find(row R) (int, bool) {
	rows, key := t.rows.shown, t.schema.Key(row)
	if i := place(rows, row, t.schema.comparer(t.rows.query)); i < len(rows) && t.schema.Key(rows[i]) == key {
		return i, true
	}
	for i, r := range rows {
		if t.schema.Key(r) == key {
			return i, true
		}
	}
	return 0, false
}

// Move moves the selection by so many rows, as far as there are rows.
func (t *Table[R]) Move(by int) {
	t.held = true
	t.cursor += by
	t.scroll()
}

// Page moves the selection by so many windows.
func (t *Table[R]) Page(by int) { t.Move(by * max(1, t.window()-1)) }

// Home selects the first row, and from then on whatever row is first.
func (t *Table[R]) Home() { t.held, t.cursor, t.top = false, 0, 0 }

// End selects the last row.
func (t *Table[R]) End() { t.Move(t.rows.Len()) }

// Selected gives the row under the cursor.
func (t *Table[R]) Selected() (row R, ok bool) {
	if t.rows.Len() == 0 {
		return row, false
	}
	return t.rows.At(t.cursor), true
}

// Rows gives what is shown.
func (t *Table[R]) Rows() *Arrangement[R] { return t.rows }

// Span gives the first and the last row in the window, counted from 1; 0 and 0 where there are none.
func (t *Table[R]) Span() (first, last int) {
	if t.rows.Len() == 0 {
		return 0, 0
	}
	return t.top + 1, min(t.top+t.window(), t.rows.Len())
}

func (t *Table[R]) window() int { return max(0, t.height-1) }

// scroll puts the cursor onto a row and the window around it, without a gap below the last row.
func (t *Table[R]) scroll() {
	n, h := t.rows.Len(), t.window()
	t.cursor = max(0, min(t.cursor, n-1))
	t.top = max(0, min(t.top, t.cursor, n-h))
	t.top = max(t.top, t.cursor-max(h-1, 0))
}
