package findings

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
)

// Subject is the marked findings, else the one under the cursor, else those of the group that it is on.
func (s *Screen) Subject() view.Subject {
	var subject view.Subject
	rows := s.table.Marked()
	if row, ok := s.table.Selected(); ok {
		subject.Object = row.Finding.Object
		if len(rows) == 0 {
			rows = []*view.Row{row}
		}
	} else if _, group, ok := s.table.Group(); ok && len(rows) == 0 {
		rows = group
	}
	for _, r := range rows {
		subject.Findings = append(subject.Findings, r.Finding)
		subject.Names = append(subject.Names, r.Finding.Rule.ID+"/"+r.Object)
	}
	return subject
}

// Hint is Subject with one finding at the most: it costs the same however many are marked.
func (s *Screen) Hint() view.Subject {
	var subject view.Subject
	row, ok := s.table.Selected()
	if ok {
		subject.Object = row.Finding.Object
	} else if rows := s.table.Marked(); len(rows) > 0 {
		row, ok = rows[0], true
	} else if _, group, _ := s.table.Group(); len(group) > 0 {
		row, ok = group[0], true
	}
	if ok {
		subject.Findings, subject.Names = []*model.Finding{row.Finding}, []string{row.Object}
	}
	return subject
}

// Listed gives the marked findings, or all that pass the filter where none is marked.
func (s *Screen) Listed() []*model.Finding {
	rows := s.table.Marked()
	if len(rows) == 0 {
		rows = slices.Collect(s.table.Rows().All())
	}
	list := make([]*model.Finding, len(rows))
	for i, r := range rows {
		list[i] = r.Finding
	}
	return list
}

// Marked counts the marks.
func (s *Screen) Marked() int { return s.table.MarkCount() }

// Unmark takes all marks away.
func (s *Screen) Unmark() { s.table.ClearMarks() }

// Can offers what a list does.
func (s *Screen) Can(a keys.Action) view.Offer {
	const empty = "the list is empty"
	filled := s.table.Rows().Len() > 0
	_, onRow := s.table.Selected()
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last, keys.MarkAll, keys.Mark, keys.MarkRange:
		return view.When(filled, empty)
	case keys.Open:
		return view.When(onRow || s.table.Rows().Groups() > 0, empty)
	case keys.Sort, keys.Reverse, keys.Wide:
		return view.Yes()
	case keys.Left:
		left, _ := s.table.Beyond()
		return view.When(left > 0, "this is the first column")
	case keys.Right:
		_, right := s.table.Beyond()
		return view.When(right > 0, "no more columns stand to the right")
	case keys.Unmark:
		return view.When(s.table.MarkCount() > 0, "nothing is marked")
	case keys.Fold:
		return view.When(s.table.Rows().Groups() > 0, "there are no groups: "+s.shared.Keys.Show(keys.Group)+" makes some")
	}
	return view.No()
}

// Do does it.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	if view.Move(s.table, a) {
		if a == keys.Wide {
			s.Resize(s.width, s.height)
		}
		return s.look()
	}
	switch a {
	case keys.Open:
		return s.open()
	case keys.Sort:
		return s.query(func(q *table.Query) { q.Column, q.Reverse = s.table.NextSort(q.Column), false })
	case keys.Reverse:
		return s.query(func(q *table.Query) { q.Reverse = !q.Reverse })
	}
	return s.look()
}

// open goes to the finding under the cursor, or folds the group.
func (s *Screen) open() tea.Cmd {
	row, ok := s.table.Selected()
	if !ok {
		s.table.ToggleGroup()
		return s.look()
	}
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Finding: row.Finding.ID}})
}

// query asks for the rows in another way.
func (s *Screen) query(change func(*table.Query)) tea.Cmd {
	change(&s.wanted.query)
	return s.arrange()
}

// Filter is the text that rows must pass.
func (s *Screen) Filter() string { return s.wanted.query.Filter }

// SetFilter takes another.
func (s *Screen) SetFilter(text string) tea.Cmd {
	return s.query(func(q *table.Query) { q.Filter = text })
}

// FilterProblem says what is wrong with the filter.
func (s *Screen) FilterProblem() string { return s.schema.Wrong(s.wanted.query.Filter) }

// Columns lists the columns.
func (s *Screen) Columns() []view.Column {
	var out []view.Column
	for _, c := range s.table.Columns() {
		out = append(out, view.Column{Name: c.Name, Title: c.Title, Shown: c.Shown})
	}
	return out
}

// SetColumns chooses columns.
func (s *Screen) SetColumns(names []string) []string { return s.table.SetColumns(names) }

// SortBy sorts by a column.
func (s *Screen) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	i, ok := s.schema.ColumnIndex(column)
	if !ok || s.schema.Columns[i].Compare == nil {
		return nil, false
	}
	return s.query(func(q *table.Query) { q.Column, q.Reverse = i, reverse }), true
}

// Groups lists what rows can be grouped by.
func (s *Screen) Groups() []string {
	return []string{"ns", "rule", "sev", "kind", "theme", "object", "state"}
}

// GroupedBy is what they are grouped by.
func (s *Screen) GroupedBy() string { return s.wanted.query.Group }

// GroupBy groups rows.
func (s *Screen) GroupBy(group string) tea.Cmd {
	return s.query(func(q *table.Query) { q.Group = group })
}

// FoldAll closes all groups, or opens them.
func (s *Screen) FoldAll(closed bool) tea.Cmd {
	s.table.CollapseAll(closed)
	return s.look()
}

// Lines gives the marked rows, or all that pass the filter.
func (s *Screen) Lines() []string {
	rows := s.table.Marked()
	if len(rows) == 0 {
		rows = slices.Collect(s.table.Rows().All())
	}
	return s.table.Lines(rows)
}

// Click selects a row, opens it at the second click, and sorts by a title.
func (s *Screen) Click(x, y int) tea.Cmd {
	if x >= s.listWidth() {
		return nil
	}
	switch hit := s.table.Click(x, y); {
	case hit.Part == table.OnHeader:
		return s.query(func(q *table.Query) { *q = s.schema.SortBy(*q, hit.Column) })
	case hit.Part == table.OnRow && hit.Again:
		return s.open()
	}
	return s.look()
}

// Wheel moves the window.
func (s *Screen) Wheel(x, _, lines int) {
	if x >= s.listWidth() {
		s.side.pager.Wheel(lines)
		return
	}
	s.table.Wheel(lines)
}
