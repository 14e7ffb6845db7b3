package table

// marks are the rows that were marked, by key.
type marks[R any] struct {
	rows map[string]R
	// list is what Marked gives; nil where it is not made.
	list []R
	// last is the row that was marked last, from which a range is marked.
	last    R
	hasLast bool
}

// ToggleMark marks the row under the cursor, or takes its mark away. On the head of a group it marks all rows of that,
// or takes all their marks away. A ghost cannot be marked.
func (t *Table[R]) ToggleMark() {
	row, ok := t.Selected()
	if !ok {
		t.toggleGroupMark()
		return
	}
	key := t.schema.Key(row)
	if t.has(key) {
		t.unmark(key)
		return
	}
	t.mark(row)
}

func (t *Table[R]) toggleGroupMark() {
	_, rows, ok := t.Group()
	if !ok {
		return
	}
	all := true
	for _, r := range rows {
		all = all && t.has(t.schema.Key(r))
	}
	for _, r := range rows {
		if all {
			t.unmark(t.schema.Key(r))
		} else {
			t.mark(r)
		}
	}
}

// MarkRange marks all rows from the one that was marked last to the one under the cursor, as they stand on their lines:
// rows of closed groups are left out. Where no row was marked last it marks the one under the cursor.
func (t *Table[R]) MarkRange() {
	if t.lines() == 0 {
		return
	}
	from := t.cursor
	if t.marks.hasLast {
		if g, i, ok := t.find(t.marks.last); ok {
			var open bool
			if from, open = t.line(g, i); !open {
				from = t.head(g)
			}
		}
	}
	step := 1
	if from > t.cursor {
		step = -1
	}
	for line := from; ; line += step {
		if g, i := t.at(line); i >= 0 {
			t.mark(t.rows.drawn[g].rows[i])
		}
		if line == t.cursor {
			return
		}
	}
}

// MarkAll marks all rows that pass the filter.
func (t *Table[R]) MarkAll() {
	if t.marks.rows == nil {
		t.marks.rows = make(map[string]R, t.rows.Len())
	}
	for r := range t.rows.All() {
		t.marks.rows[t.schema.Key(r)] = r
	}
	t.marks.list, t.marks.hasLast = nil, false
}

// ClearMarks takes all marks away.
func (t *Table[R]) ClearMarks() { t.marks = marks[R]{} }

// MarkCount is the number of marked rows, those that the filter holds back included.
func (t *Table[R]) MarkCount() int { return len(t.marks.rows) }

func (t *Table[R]) has(key string) bool {
	_, ok := t.marks.rows[key]
	return ok
}

func (t *Table[R]) mark(row R) {
	if t.rows.Leaving(row) {
		return
	}
	if t.marks.rows == nil {
		t.marks.rows = map[string]R{}
	}
	t.marks.rows[t.schema.Key(row)] = row
	t.marks.list, t.marks.last, t.marks.hasLast = nil, row, true
}

func (t *Table[R]) unmark(key string) {
	delete(t.marks.rows, key)
	t.marks.list, t.marks.hasLast = nil, false
}
