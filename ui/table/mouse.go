package table

// Part is a part of a table that can be clicked.
type Part uint8

// The parts.
const (
	OnNothing Part = iota
	// OnHeader is the title of a column.
	OnHeader
	// OnRow is a row, OnGroup the head of a group.
	OnRow
	OnGroup
)

// Hit is what a click was on.
type Hit struct {
	Part Part
	// Column is the index of the column, for OnHeader. Schema.SortBy gives the query that the click asks for.
	Column int
	// Again tells that the row was selected already, so that a second click may open it.
	Again bool
}

// Click does what a click on a cell stands for, counted from the left end of the header: it selects a row, or toggles a
// group. To sort is up to the caller.
func (t *Table[R]) Click(x, y int) Hit {
	if x < 0 || x >= t.width || y < 0 || y > t.window() || t.height == 0 {
		return Hit{}
	}
	if y == 0 {
		if c, ok := t.ColumnAt(x); ok {
			return Hit{Part: OnHeader, Column: c}
		}
		return Hit{}
	}
	line := t.top + y - 1
	if line >= t.lines() {
		return Hit{}
	}
	hit := Hit{Part: OnRow, Again: t.held && line == t.cursor}
	t.Move(line - t.cursor)
	if _, i := t.at(line); i < 0 {
		hit.Part = OnGroup
		t.ToggleGroup()
	}
	return hit
}
