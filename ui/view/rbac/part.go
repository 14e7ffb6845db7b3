package rbac

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/table"
	"canopy/ui/view"
)

func (l *list[R]) filter() string { return l.wanted.query.Filter }

func (l *list[R]) setFilter(text string) tea.Cmd {
	return l.query(func(q *table.Query) { q.Filter = text })
}

func (l *list[R]) columns() []view.Column {
	var out []view.Column
	for _, c := range l.table.Columns() {
		out = append(out, view.Column{Name: c.Name, Title: c.Title, Shown: c.Shown})
	}
	return out
}

func (l *list[R]) setColumns(names []string) []string { return l.table.SetColumns(names) }

func (l *list[R]) sortBy(column string, reverse bool) (tea.Cmd, bool) {
	i, ok := l.schema.ColumnIndex(column)
	if !ok || l.schema.Columns[i].Compare == nil {
		return nil, false
	}
	return l.query(func(q *table.Query) { q.Column, q.Reverse = i, reverse }), true
}

// groups lists what rows can be grouped by: what a filter can name.
func (l *list[R]) groups() []string {
	var names []string
	for _, f := range l.schema.Fields {
		names = append(names, f.Name)
	}
	return names
}

func (l *list[R]) grouped() string { return l.wanted.query.Group }

func (l *list[R]) groupBy(group string) tea.Cmd {
	return l.query(func(q *table.Query) { q.Group = group })
}

func (l *list[R]) fold(closed bool) { l.table.CollapseAll(closed) }

func (l *list[R]) lines() []string {
	rows := l.table.Marked()
	if len(rows) == 0 {
		rows = slices.Collect(l.table.Rows().All())
	}
	return l.table.Lines(rows)
}

func (l *list[R]) marked() int { return l.table.MarkCount() }

func (l *list[R]) unmark() { l.table.ClearMarks() }

func (l *list[R]) width(cells, lines int) { l.table.Resize(cells, lines) }

func (l *list[R]) wide() bool { return l.table.IsWide() }

// empty tells that there is no row to draw.
func (l *list[R]) empty() bool { return l.len() == 0 && !l.table.Unsettled() }

func (l *list[R]) view() string { return l.table.View() }

// click selects a row, or sorts by a title. Again tells that the row was selected already.
func (l *list[R]) click(x, y int) (again bool, cmd tea.Cmd) {
	switch hit := l.table.Click(x, y); hit.Part {
	case table.OnHeader:
		return false, l.query(func(q *table.Query) { *q = l.schema.SortBy(*q, hit.Column) })
	case table.OnRow:
		return hit.Again, nil
	}
	return false, nil
}

func (l *list[R]) wheel(lines int) { l.table.Wheel(lines) }
