package table

import "canopy/ui/theme"

// Table is the part of a screen that shows an arrangement. It is a plain struct that its screen owns.
type Table[R any] struct {
	schema *Schema[R]
	glyphs theme.Glyphs
	styles Styles
	coats  coats

	rows          *Arrangement[R]
	width, height int
	// cursor is the selected line, top the first in the window.
	cursor, top int
	// held tells that the selection is on a line by choice. Before the first key press, and after home, it is on the top
	// of the list, whatever that is, or the worst finding would come in out of sight.
	held bool
	// resting tells that something else has the keyboard.
	resting bool
	// calm is the round up to which all that was stirred is settled.
	calm  uint64
	folds folds
	marks marks[R]
	// finds are what the words of the filter look for in cells.
	finds []value

	// choice holds the chosen columns in their order; nil is the default.
	choice []int
	wide   bool
	// shift counts the columns out of sight to the left, beyond those to the right.
	shift, beyond int
	slots         []slot
	// needs holds how many cells a column needs, by index.
	needs map[int]int
	// page is the buffer in which View draws.
	page []byte
}

// New gives an empty table that has the keyboard.
func New[R any](s *Schema[R], styles Styles, g theme.Glyphs) *Table[R] {
	t := &Table[R]{schema: s, glyphs: g, rows: s.Arrange(nil, Query{})}
	t.SetStyles(styles)
	return t
}

// SetStyles gives the table another look.
func (t *Table[R]) SetStyles(s Styles) { t.styles, t.coats = s, newCoats(s) }

// SetGlyphs gives the table other signs.
func (t *Table[R]) SetGlyphs(g theme.Glyphs) { t.glyphs = g }

// SetFocus tells the table whether it has the keyboard.
func (t *Table[R]) SetFocus(on bool) { t.resting = !on }

// Resize sets the width in cells and the height in lines, the header included.
func (t *Table[R]) Resize(width, height int) {
	t.width, t.height = max(width, 0), max(height, 0)
	t.layout()
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
	t.layout()
}

// Show replaces the rows. The selection stays on its row, and that row on its line of the screen as far as possible.
// Where the row is gone the selection takes the place it had; where a filter took the row away it goes to the top.
func (t *Table[R]) Show(rows *Arrangement[R]) {
	if rows.origin != t.rows.origin {
		t.calm = 0
	}
	if t.calm > 0 && len(rows.left)+len(rows.fresh) > 0 {
		// They were being arranged while the table was settled.
		rows = rows.settled(t.calm)
	}
	t.replace(rows)
}

// Settle ends the glow of new rows and takes ghosts away. The screen calls it a moment after Show where Unsettled says
// that there are any.
func (t *Table[R]) Settle() {
	t.calm = t.rows.round
	if t.rows.last > 0 {
		t.replace(t.rows.settled(t.calm))
	}
}

// Unsettled tells that there are new rows or ghosts that no call of Settle has ended.
func (t *Table[R]) Unsettled() bool { return t.rows.last > t.calm }

// Rows gives what is shown. The next arrangement is to be made from it: it knows what was settled.
func (t *Table[R]) Rows() *Arrangement[R] { return t.rows }

func (t *Table[R]) replace(rows *Arrangement[R]) {
	old, was, screen := t.rows, t.spot(), t.cursor-t.top
	t.rows = rows
	if old.query.Group != rows.query.Group {
		t.folds = folds{}
	}
	t.refold()
	t.recall(old)
	t.finds = rows.filter.finds()
	if !t.held {
		t.cursor, t.top = 0, 0
		return
	}
	if was.none {
		t.scroll()
		return
	}
	line, ok := t.seek(was, old)
	if !ok && old.query.Filter != rows.query.Filter {
		t.Home()
		return
	}
	t.hold(line, screen)
}
