package table

import "slices"

// ColumnState is a column as a dialog for the choice of columns shows it.
type ColumnState struct {
	Title, Name string
	// Shown tells that the column is chosen. There may be no room for it, and Wide shows the others too.
	Shown bool
}

// Columns lists all columns: the chosen ones in their order, then the others.
func (t *Table[R]) Columns() []ColumnState {
	chosen := t.chosen()
	out := make([]ColumnState, 0, len(t.schema.Columns))
	for _, i := range t.every(chosen) {
		c := &t.schema.Columns[i]
		out = append(out, ColumnState{c.Title, c.name(), slices.Contains(chosen, i)})
	}
	return out
}

// SetColumns chooses columns and their order by name, and gives back the names that no column has. Nil, and names of
// which none is known, choose the default.
func (t *Table[R]) SetColumns(names []string) (unknown []string) {
	t.choice = nil
	for _, n := range names {
		switch i, ok := t.schema.ColumnIndex(n); {
		case !ok:
			unknown = append(unknown, n)
		case !slices.Contains(t.choice, i):
			t.choice = append(t.choice, i)
		}
	}
	t.layout()
	return unknown
}

// ToggleColumn takes a column away, or puts it where it stands by default. The last one stays. It tells whether there is
// such a column.
func (t *Table[R]) ToggleColumn(name string) bool {
	i, ok := t.schema.ColumnIndex(name)
	if !ok {
		return false
	}
	choice := slices.Clone(t.chosen())
	if at := slices.Index(choice, i); at >= 0 {
		if len(choice) == 1 {
			return true
		}
		choice = slices.Delete(choice, at, at+1)
	} else {
		// Behind the nearest of the columns that come before it.
		at := 0
		for n, c := range choice {
			if c < i {
				at = n + 1
			}
		}
		choice = slices.Insert(choice, at, i)
	}
	t.choice = choice
	t.layout()
	return true
}

// Wide shows all columns, or the chosen ones again. Where there is no room for all, Scroll moves to the others.
func (t *Table[R]) Wide(on bool) {
	t.wide = on
	t.layout()
}

// IsWide tells whether all columns are shown.
func (t *Table[R]) IsWide() bool { return t.wide }

// Scroll moves by so many columns to the right, or to the left. The first columns stay, as far as their priority is 0.
func (t *Table[R]) Scroll(by int) {
	t.shift += by
	t.layout()
}

// Beyond counts the columns out of sight to the left and to the right, where Scroll moves to.
func (t *Table[R]) Beyond() (left, right int) { return t.shift, t.beyond }

// NextSort is the sortable column after column i among those that are chosen, round and round.
func (t *Table[R]) NextSort(i int) int {
	columns := t.columns()
	at := slices.Index(columns, i)
	for n := range columns {
		if c := columns[(at+1+n)%len(columns)]; t.schema.Columns[c].Compare != nil {
			return c
		}
	}
	return i
}

// ColumnAt gives the column that is drawn at a cell of the line. What lies between two columns belongs to the left one.
func (t *Table[R]) ColumnAt(x int) (index int, ok bool) {
	if x < 0 || x >= t.width {
		return 0, false
	}
	for _, s := range t.slots {
		if x >= s.x && x < s.x+s.width+gap {
			return s.column, true
		}
	}
	return 0, false
}

// columns lists what is to be drawn, as far as there is room.
func (t *Table[R]) columns() []int {
	if t.wide {
		return t.every(t.chosen())
	}
	return t.chosen()
}

func (t *Table[R]) chosen() []int {
	if t.choice != nil {
		return t.choice
	}
	var out []int
	for i := range t.schema.Columns {
		if !t.schema.Columns[i].Hidden {
			out = append(out, i)
		}
	}
	return out
}

// every puts the other columns behind those that are chosen.
func (t *Table[R]) every(chosen []int) []int {
	out := slices.Clone(chosen)
	for i := range t.schema.Columns {
		if !slices.Contains(chosen, i) {
			out = append(out, i)
		}
	}
	return out
}
