package sheet

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
)

// Can offers what a list does.
func (l *List[R]) Can(a keys.Action) view.Offer {
	filled := l.Len() > 0 || l.table.Rows().Groups() > 0
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last:
		if filled && l.Len() == 1 && l.table.Rows().Groups() == 0 {
			return view.Because("there is one row only")
		}
		return view.When(filled, "the list is empty")
	case keys.Mark, keys.MarkRange, keys.MarkAll, keys.Open:
		return view.When(filled, "the list is empty")
	case keys.Sort, keys.Reverse, keys.Wide:
		return view.Yes()
	case keys.Left:
		left, _ := l.table.Beyond()
		return view.When(left > 0, "this is the first column")
	case keys.Right:
		_, right := l.table.Beyond()
		return view.When(right > 0, l.rightmost())
	case keys.Unmark:
		return view.When(l.table.MarkCount() > 0, "nothing is marked")
	case keys.Fold:
		return view.When(l.table.Rows().Groups() > 0, "there are no groups: "+l.shared.Keys.Show(keys.Group)+" makes some")
	}
	return view.No()
}

// Do moves, marks and sorts. To open is up to the screen.
func (l *List[R]) Do(a keys.Action) tea.Cmd {
	if view.Move(l.table, a) {
		return nil
	}
	switch a {
	case keys.Sort:
		return l.query(func(q *table.Query) { q.Column, q.Reverse = l.table.NextSort(q.Column), false })
	case keys.Reverse:
		return l.query(func(q *table.Query) { q.Reverse = !q.Reverse })
	}
	return nil
}

// Problem says what is wrong with the filter; "" for nothing.
func (l *List[R]) Problem() string { return l.schema.Wrong(l.wanted.query.Filter) }

// Wrong says what would be wrong with a filter; "" for nothing.
func (l *List[R]) Wrong(text string) string { return l.schema.Wrong(text) }

// Position says which rows of how many are in the window.
func (l *List[R]) Position() string {
	rows := l.table.Rows()
	if rows.Total() == 0 {
		return ""
	}
	first, last := l.table.Span()
	text := fmt.Sprintf("%d-%d of %d", first, last, rows.Len())
	if rows.Len() != rows.Total() {
		text += fmt.Sprintf(" (%d in all)", rows.Total())
	}
	return text
}

// Filter is the text that rows must pass.
func (l *List[R]) Filter() string { return l.wanted.query.Filter }

// SetFilter takes another.
func (l *List[R]) SetFilter(text string) tea.Cmd {
	return l.query(func(q *table.Query) { q.Filter = text })
}

// Columns lists the columns.
func (l *List[R]) Columns() []view.Column {
	var out []view.Column
	drawn := l.drawn()
	for _, c := range l.table.Columns() {
		out = append(out, view.Column{Name: c.Name, Title: c.Title, Shown: c.Shown && slices.Contains(drawn, c.Name)})
	}
	return out
}

// drawn names the columns for which there is room, from left to right.
func (l *List[R]) drawn() []string {
	var names []string
	all := l.table.Columns()
	for x, last := 0, -1; x < l.cells; x++ {
		i, ok := l.table.ColumnAt(x)
		if !ok || i == last {
			continue
		}
		last = i
		for _, c := range all {
			if at, found := l.schema.ColumnIndex(c.Name); found && at == i {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

// rightmost says why there is nothing further to the right.
func (l *List[R]) rightmost() string {
	more := len(l.table.Columns()) - len(l.drawn())
	switch {
	case l.table.IsWide():
		return "this is the last column"
	case more > 0:
		return view.Count(more, "more column") + " not shown: " + l.shared.Keys.Show(keys.Wide) + " shows all, " + l.shared.Keys.Show(keys.Columns) + " chooses"
	}
	return "all columns are shown"
}

// SetColumns chooses columns by name, and gives the names that it does not know. To choose what is shown changes nothing: where there is more
// room there are more of them.
func (l *List[R]) SetColumns(names []string) []string {
	if len(names) > 0 && slices.Equal(names, l.drawn()) {
		return nil
	}
	return l.table.SetColumns(names)
}

// SortBy sorts by a column; false where there is none of that name.
func (l *List[R]) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	i, ok := l.schema.ColumnIndex(column)
	if !ok || l.schema.Columns[i].Compare == nil {
		return nil, false
	}
	return l.query(func(q *table.Query) { q.Column, q.Reverse = i, reverse }), true
}

// Groups lists what rows can be grouped by: what a filter can name.
func (l *List[R]) Groups() []string {
	var names []string
	for _, f := range l.schema.Fields {
		names = append(names, f.Name)
	}
	return names
}

// GroupedBy is what rows are grouped by.
func (l *List[R]) GroupedBy() string { return l.wanted.query.Group }

// GroupBy groups them.
func (l *List[R]) GroupBy(group string) tea.Cmd {
	return l.query(func(q *table.Query) { q.Group = group })
}

// Fold closes all groups, or opens them.
func (l *List[R]) Fold(closed bool) { l.table.CollapseAll(closed) }

// Lines gives the marked rows, or all that are shown, cells apart by tabs.
func (l *List[R]) Lines() []string {
	rows := l.table.Marked()
	if len(rows) == 0 {
		rows = slices.Collect(l.table.Rows().All())
	}
	return l.table.Lines(rows)
}

// MarkCount counts the marks.
func (l *List[R]) MarkCount() int { return l.table.MarkCount() }

// Unmark takes them away.
func (l *List[R]) Unmark() { l.table.ClearMarks() }

// Resize sets the size.
func (l *List[R]) Resize(cells, lines int) {
	l.cells = cells
	l.table.Resize(cells, lines)
}

// IsWide tells that all columns are shown.
func (l *List[R]) IsWide() bool { return l.table.IsWide() }

// Empty tells that there is no row to draw.
func (l *List[R]) Empty() bool { return l.Len() == 0 && !l.table.Unsettled() }

// View draws the window.
func (l *List[R]) View() string { return l.table.View() }

// Click selects a row, or sorts by a title. Again tells that the row was selected already.
func (l *List[R]) Click(x, y int) (again bool, cmd tea.Cmd) {
	switch hit := l.table.Click(x, y); hit.Part {
	case table.OnHeader:
		return false, l.query(func(q *table.Query) { *q = l.schema.SortBy(*q, hit.Column) })
	case table.OnRow:
		return hit.Again, nil
	}
	return false, nil
}

// Wheel moves the window.
func (l *List[R]) Wheel(lines int) { l.table.Wheel(lines) }

// Marked lists the rows that are marked.
func (l *List[R]) Marked() []R { return l.table.Marked() }

// SetFocus tells whether the list has the focus.
func (l *List[R]) SetFocus(on bool) { l.table.SetFocus(on) }

// GroupFirst groups the rows from the start, before any is shown.
func (l *List[R]) GroupFirst(group string) { l.wanted.query.Group = group }
