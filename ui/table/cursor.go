package table

// Move moves the selection by so many lines, as far as there are lines.
func (t *Table[R]) Move(by int) {
	t.held = true
	t.cursor += by
	t.scroll()
}

// Page moves the selection by so many windows.
func (t *Table[R]) Page(by int) { t.Move(by * max(1, t.window()-1)) }

// Home selects the first line, and from then on whatever is first.
func (t *Table[R]) Home() { t.held, t.cursor, t.top = false, 0, 0 }

// End selects the last line.
func (t *Table[R]) End() { t.Move(t.lines()) }

// Wheel moves the window by so many lines. The selection stays on its row while that is in the window.
func (t *Table[R]) Wheel(by int) {
	t.held = true
	h := max(1, t.window())
	t.top = max(0, min(t.top+by, t.lines()-h))
	t.cursor = max(t.top, min(t.cursor, t.top+h-1))
	t.scroll()
}

// Select puts the selection onto the row with a key, and tells whether there is one that has a line. It looks at all
// rows.
func (t *Table[R]) Select(key string) bool {
	g, i, ok := t.search(key)
	if !ok {
		return false
	}
	line, ok := t.line(g, i)
	if ok {
		t.Move(line - t.cursor)
	}
	return ok
}

// Selected gives the row under the cursor; none where the cursor is on the head of a group. The row may be a ghost,
// which Arrangement.Leaving tells.
func (t *Table[R]) Selected() (row R, ok bool) {
	if t.lines() == 0 {
		return row, false
	}
	g, i := t.at(t.cursor)
	if i < 0 {
		return row, false
	}
	return t.rows.drawn[g].rows[i], true
}

// Group gives the group that the cursor is in, and its rows, which must not be changed; ok is false where rows are not
// grouped.
func (t *Table[R]) Group() (value string, rows []R, ok bool) {
	if t.rows.by == nil || t.lines() == 0 {
		return "", nil, false
	}
	g, _ := t.at(t.cursor)
	value = t.rows.drawn[g].value
	if i, found := t.rows.by.seek(t.rows.groups, value); found {
		live := t.rows.groups[i].rows
		rows = live[:len(live):len(live)]
	}
	return value, rows, true
}

// Span gives the first and the last row that the window stands for, counted from 1; 0 and 0 where there are none. The
// rows of closed groups in the window count, ghosts do not.
func (t *Table[R]) Span() (first, last int) {
	if t.rows.Len() == 0 {
		return 0, 0
	}
	first, last = t.before(t.top)+1, t.before(t.top+t.window())
	if first > last {
		return 0, 0
	}
	return first, last
}

// before counts the rows above a line, ghosts aside.
func (t *Table[R]) before(line int) int {
	if line >= t.lines() {
		return t.rows.Len()
	}
	n, i := t.at(line)
	g := &t.rows.drawn[n]
	ghosts := 0
	for ghosts < len(g.ghosts) && g.ghosts[ghosts] < i {
		ghosts++
	}
	return g.first + max(i, 0) - ghosts
}

func (t *Table[R]) window() int { return max(0, t.height-1) }

// hold puts the cursor onto a line, and that as many lines below the top of the window as told, if possible.
func (t *Table[R]) hold(line, screen int) {
	t.cursor = max(0, min(line, t.lines()-1))
	t.top = t.cursor - screen
	t.scroll()
}

// scroll puts the cursor onto a line that exists and the window around it, without a gap below the last line.
func (t *Table[R]) scroll() {
	n, h := t.lines(), t.window()
	t.cursor = max(0, min(t.cursor, n-1))
	t.top = max(0, min(t.top, t.cursor, n-h))
	t.top = max(t.top, t.cursor-max(h-1, 0))
}
