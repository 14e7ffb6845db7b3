package table

import "slices"

// gap is the number of cells between columns, gutter that left of the first one: for the cursor, and for the sign of a
// row that is marked, new or gone.
const (
	gap    = 2
	gutter = 2
)

// slot is the place of a column on a line.
type slot struct{ column, x, width int }

// layout places the columns that are shown. Wide ones that do not fit are out of sight until the table is scrolled to
// them; else columns are dropped by their priority.
func (t *Table[R]) layout() {
	columns := t.columns()
	if t.wide {
		fixed := 0
		for fixed < len(columns) && t.schema.Columns[columns[fixed]].Priority == 0 {
			fixed++
		}
		columns = t.sight(columns[:fixed:fixed], columns[fixed:])
	} else {
		t.shift, t.beyond = 0, 0
		columns = t.schema.fitting(columns, t.width-gutter)
	}
	widths := t.schema.widths(columns, t.width-gutter, t.needs)
	t.slots = t.slots[:0]
	x := min(gutter, t.width)
	for i, c := range columns {
		if i > 0 {
			x = min(x+gap, t.width)
		}
		w := min(widths[i], t.width-x)
		t.slots = append(t.slots, slot{c, x, w})
		x += w
	}
}

// sight gives the fixed columns and what fits of the others from where the table is scrolled to. It is no further than
// needed to see the last one.
func (t *Table[R]) sight(fixed, others []int) []int {
	room := t.width - gutter + gap
	for _, c := range fixed {
		room -= t.schema.Columns[c].Min + gap
	}
	// last is the offset from which on all fit.
	last, left := len(others), room
	for last > 0 && left >= t.schema.Columns[others[last-1]].Min+gap {
		last--
		left -= t.schema.Columns[others[last]].Min + gap
	}
	t.shift = max(0, min(t.shift, last, len(others)-1))
	shown := 0
	for _, c := range others[t.shift:] {
		// One that does not fit is cut rather than never seen.
		if room -= t.schema.Columns[c].Min + gap; room < 0 && shown > 0 {
			break
		}
		shown++
	}
	t.beyond = len(others) - t.shift - shown
	return append(fixed, others[t.shift:t.shift+shown]...)
}

// fitting drops the columns for which there is no room.
func (s *Schema[R]) fitting(columns []int, width int) []int {
	order := slices.Clone(columns)
	slices.SortStableFunc(order, func(a, b int) int { return s.Columns[a].Priority - s.Columns[b].Priority })
	left := width + gap
	keep := map[int]bool{}
	for _, i := range order {
		c := &s.Columns[i]
		if left < c.Min+gap && c.Priority > 0 {
			// A narrower one may still fit.
			continue
		}
		left -= c.Min + gap
		keep[i] = true
	}
	return slices.DeleteFunc(slices.Clone(columns), func(i int) bool { return !keep[i] })
}

// widths gives the width of each column. A column gets no more of its ideal width than it needs, where that is known;
// what is left goes first to those that are dropped last.
func (s *Schema[R]) widths(columns []int, width int, needs map[int]int) []int {
	widths := make([]int, len(columns))
	order := make([]int, len(columns))
	left := width + gap
	for i, c := range columns {
		order[i] = i
		widths[i] = s.Columns[c].Min
		left -= widths[i] + gap
	}
	slices.SortStableFunc(order, func(a, b int) int { return s.Columns[columns[a]].Priority - s.Columns[columns[b]].Priority })
	for _, i := range order {
		ideal := s.Columns[columns[i]].Ideal
		if need, ok := needs[columns[i]]; ok {
			ideal = min(ideal, need)
		}
		more := min(max(left, 0), max(0, ideal-widths[i]))
		widths[i] += more
		left -= more
	}
	growing := slices.DeleteFunc(order, func(i int) bool { return !s.Columns[columns[i]].Grow })
	for n, i := range growing {
		more := max(left, 0) / (len(growing) - n)
		widths[i] += more
		left -= more
	}
	return widths
}
