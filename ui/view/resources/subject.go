package resources

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
)

// marked lists the marked objects. It is gathered once for each change of them.
func (s *Screen) marked() []*item {
	if s.marks == nil && s.table.MarkCount() > 0 {
		for _, r := range s.table.Marked() {
			if r.level != heading {
				s.marks = append(s.marks, r.item)
			}
		}
	}
	return s.marks
}

// Marked counts the marked objects.
func (s *Screen) Marked() int { return len(s.marked()) }

// Unmark takes all marks away.
func (s *Screen) Unmark() {
	s.table.ClearMarks()
	s.marks = nil
}

// Subject is the selected object with what was found on it, the worst first; where objects are marked, those instead.
func (s *Screen) Subject() view.Subject {
	var subject view.Subject
	r, ok := s.selected()
	if ok && s.table.Rows().Leaving(r) {
		ok = false
	}
	items := s.marked()
	if ok {
		subject.Object = r.ref
		if len(items) == 0 && r.level != heading {
			items = []*item{r.item}
		}
	}
	subject.Findings = findings(items)
	for _, i := range items {
		subject.Names = append(subject.Names, i.ref.String())
	}
	return subject
}

// Hint is Subject of one object at the most, one with findings where there is any: where many are marked it costs less.
func (s *Screen) Hint() view.Subject {
	items := s.marked()
	if len(items) == 0 {
		return s.Subject()
	}
	some := items[0]
	for _, i := range items {
		if len(i.own) > 0 {
			some = i
			break
		}
	}
	subject := view.Subject{Findings: findings([]*item{some}), Names: []string{some.ref.String()}}
	if r, ok := s.selected(); ok && !s.table.Rows().Leaving(r) {
		subject.Object = r.ref
	}
	return subject
}

// Listed gives the findings of the marked objects, or of all that pass the filter where none is marked, folded or not.
func (s *Screen) Listed() []*model.Finding {
	items := s.marked()
	if len(items) == 0 {
		for _, root := range s.shape.tree.roots() {
			root.each(func(i *item) {
				if s.shape.sift == nil || s.shape.sift.passes[i.key] {
					items = append(items, i)
				}
			})
		}
	}
	return findings(items)
}

// findings gives those of items, each once: pods are judged with their owners.
func findings(items []*item) []*model.Finding {
	var list []*model.Finding
	rows := make([]*view.Row, 0, len(items))
	seen := map[string]bool{}
	for _, i := range items {
		for _, r := range i.own {
			if len(items) == 1 || !seen[r.Finding.ID] {
				seen[r.Finding.ID] = true
				rows = append(rows, r)
			}
		}
	}
	if len(items) > 1 {
		worstFirst(rows)
	}
	for _, r := range rows {
		list = append(list, r.Finding)
	}
	return list
}

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

// SortBy sorts what hangs below the same by a column.
func (s *Screen) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	i, ok := s.maker.schema.ColumnIndex(column)
	if !ok || s.maker.schema.Columns[i].Compare == nil {
		return nil, false
	}
	return s.sort(i, reverse), true
}

// Groups is empty: the tree is how resources are grouped.
func (*Screen) Groups() []string { return nil }

// GroupedBy is nothing.
func (*Screen) GroupedBy() string { return "" }

// GroupBy does nothing.
func (*Screen) GroupBy(string) tea.Cmd { return nil }

// Click selects a row and opens it at the second click; on the sign of a branch it folds that, on a title it sorts.
func (s *Screen) Click(x, y int) tea.Cmd {
	if x >= s.listWidth() || s.table.Rows().Len() == 0 {
		return nil
	}
	hit := s.table.Click(x, y)
	switch hit.Part {
	case table.OnHeader:
		q := s.maker.schema.SortBy(s.wanted.query(), hit.Column)
		return s.sort(q.Column, q.Reverse)
	case table.OnRow:
		r, ok := s.selected()
		if ok && r.branch && s.onSign(x, r) {
			return s.toggle(r)
		}
		if ok && hit.Again {
			return s.open(r)
		}
	}
	return nil
}

// onSign tells that a cell of a row is the sign of its branch, or beside that.
func (s *Screen) onSign(x int, r *row) bool {
	if c, ok := s.table.ColumnAt(x); !ok || c != resourceColumn {
		return false
	}
	from := x
	for from > 0 {
		if c, ok := s.table.ColumnAt(from - 1); !ok || c != resourceColumn {
			break
		}
		from--
	}
	at := x - from - 2*r.depth
	return at == 0 || at == 1
}

// Wheel moves the window.
func (s *Screen) Wheel(x, _, lines int) {
	if x < s.listWidth() {
		s.table.Wheel(lines)
	}
}
