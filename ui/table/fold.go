package table

import (
	"cmp"
	"sort"

	"canopy/model/inorder"
)

// folds says which groups are closed, and which line shows what. Lines are the heads of groups and the rows of open
// ones. All groups are open, or all are closed, but for those that were toggled: so both ways between lines and rows
// cost what was toggled, not what there is.
type folds struct {
	closed bool
	// odd holds the values of the groups that are not as the others; lots, by group, those of them that exist.
	odd  map[string]bool
	lots []lot
}

// lot is a group that was toggled; before counts the rows in the ones before it.
type lot struct{ group, size, before int }

// refold finds the toggled groups in the arrangement.
func (t *Table[R]) refold() {
	f := &t.folds
	f.lots = f.lots[:0]
	by := t.rows.by
	if by == nil {
		return
	}
	for value := range f.odd {
		if g, ok := by.seek(t.rows.drawn, value); ok {
			f.lots = append(f.lots, lot{group: g, size: len(t.rows.drawn[g].rows)})
		}
	}
	inorder.Sort(f.lots, func(a, b lot) int { return cmp.Compare(a.group, b.group) })
	before := 0
	for i := range f.lots {
		f.lots[i].before = before
		before += f.lots[i].size
	}
}

// toggled tells whether a group is odd, and how many rows are in the odd ones before it.
func (f *folds) toggled(group int) (odd bool, before int) {
	i := sort.Search(len(f.lots), func(i int) bool { return f.lots[i].group >= group })
	if i < len(f.lots) {
		return f.lots[i].group == group, f.lots[i].before
	}
	if i > 0 {
		before = f.lots[i-1].before + f.lots[i-1].size
	}
	return false, before
}

// open tells that the rows of a group have lines.
func (t *Table[R]) open(group int) bool {
	odd, _ := t.folds.toggled(group)
	return odd == t.folds.closed
}

// head is the line of the head of a group. The one after the last group is the number of lines.
func (t *Table[R]) head(group int) int {
	_, before := t.folds.toggled(group)
	if t.folds.closed {
		return group + before
	}
	start := 0
	if group < len(t.rows.drawn) {
		start = t.rows.drawn[group].start
	} else if group > 0 {
		last := &t.rows.drawn[group-1]
		start = last.start + len(last.rows)
	}
	return group + start - before
}

// lines is the number of lines.
func (t *Table[R]) lines() int {
	if t.rows.by == nil {
		return len(t.rows.drawn[0].rows)
	}
	return t.head(len(t.rows.drawn))
}

// at gives the group of a line and the row in it: -1 on its head.
func (t *Table[R]) at(line int) (group, row int) {
	if t.rows.by == nil {
		return 0, line
	}
	group = sort.Search(len(t.rows.drawn), func(g int) bool { return t.head(g) > line }) - 1
	return group, line - t.head(group) - 1
}

// line gives the line of a row, or of the head where row is -1. Rows of a closed group have none.
func (t *Table[R]) line(group, row int) (line int, ok bool) {
	if t.rows.by == nil {
		return row, true
	}
	return t.head(group) + 1 + row, row < 0 || t.open(group)
}

// ToggleGroup closes the group that the cursor is in, or opens it. The cursor goes to its head.
func (t *Table[R]) ToggleGroup() {
	if t.rows.by == nil || t.lines() == 0 {
		return
	}
	g, _ := t.at(t.cursor)
	value := t.rows.drawn[g].value
	if t.folds.odd == nil {
		t.folds.odd = map[string]bool{}
	}
	if t.folds.odd[value] {
		delete(t.folds.odd, value)
	} else {
		t.folds.odd[value] = true
	}
	t.refit(g)
}

// CollapseAll closes all groups, or opens them. The cursor stays on its row or goes to the head of its group.
func (t *Table[R]) CollapseAll(closed bool) {
	if t.rows.by == nil {
		return
	}
	g, row := 0, -1
	if t.lines() > 0 {
		g, row = t.at(t.cursor)
	}
	screen := t.cursor - t.top
	t.folds = folds{closed: closed}
	if closed {
		row = -1
	}
	line, _ := t.line(g, row)
	t.hold(line, screen)
}

// refit puts the cursor onto the head of a group after the lines have changed.
func (t *Table[R]) refit(group int) {
	head, _ := t.line(group, -1)
	screen := min(max(0, head-t.top), max(0, t.window()-1))
	t.refold()
	t.held = true
	t.hold(head, screen)
}
