package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *sheet[R]) Can(a keys.Action) view.Offer {
	r, ok := s.list.selected()
	if o := s.topic.Can(a); o.Known {
		return o
	}
	switch a {
	case keys.NextPane, keys.PrevPane:
		return view.When(ok, "there is nothing to read")
	case keys.Open:
		if ok {
			return view.When(s.topic.Open(r) != nil, "this leads nowhere")
		}
	case keys.Explain:
		return view.When(ok && s.topic.Rule(r) != "", "no step of an attack is selected")
	case keys.Owner:
		return view.Because("nobody owns it")
	case keys.Copy:
		if s.reading {
			return view.When(ok, "there is nothing to copy")
		}
	}
	if s.reading {
		if o := s.text.Can(a); o.Known {
			return o
		}
	}
	return s.list.can(a)
}

// Do does what Can has offered.
func (s *sheet[R]) Do(a keys.Action) tea.Cmd {
	r, ok := s.list.selected()
	if s.topic.Can(a).OK() {
		return s.topic.Do(a)
	}
	switch a {
	case keys.NextPane, keys.PrevPane:
		s.reading = !s.reading
		s.lay()
		return s.look()
	case keys.Open:
		if ok {
			return s.topic.Open(r)
		}
		return s.list.do(keys.Fold)
	case keys.Explain:
		return view.Send(view.Go{Place: view.Place{Screen: view.Explain, Rule: s.topic.Rule(r)}})
	case keys.Copy:
		return view.Send(view.Copy{Text: s.text.Plain(), What: "the text"})
	}
	if s.reading && s.text.Can(a).Known {
		s.text.Do(a)
		return nil
	}
	cmd := s.list.do(a)
	s.lay()
	return tea.Batch(cmd, s.look())
}

// Deep tells that the text has the focus, which goes back to the list first.
func (s *sheet[R]) Deep() bool { return s.reading }

// Up gives the focus back to the list.
func (s *sheet[R]) Up() tea.Cmd {
	s.reading = false
	s.lay()
	return s.look()
}

// Subject is the selected row; where rows are marked, their names.
func (s *sheet[R]) Subject() view.Subject {
	r, ok := s.list.selected()
	if !ok {
		return view.Subject{}
	}
	sub := s.topic.Subject(r)
	if marked := s.list.table.Marked(); len(marked) > 0 {
		sub.Names = nil
		for _, m := range marked {
			sub.Names = append(sub.Names, s.topic.Subject(m).Names...)
		}
	}
	return sub
}

// Filter is the text that rows must pass, or what is searched for in the text.
func (s *sheet[R]) Filter() string {
	if s.reading {
		return s.text.Search()
	}
	return s.list.filter()
}

// SetFilter takes another.
func (s *sheet[R]) SetFilter(text string) tea.Cmd {
	if s.reading {
		s.text.SetSearch(text)
		return nil
	}
	return s.list.setFilter(text)
}

// FilterProblem says what is wrong with it.
func (s *sheet[R]) FilterProblem() string {
	if s.reading {
		return ""
	}
	return s.list.problem()
}

// Columns lists the columns.
func (s *sheet[R]) Columns() []view.Column { return s.list.columns() }

// SetColumns chooses columns.
func (s *sheet[R]) SetColumns(names []string) []string { return s.list.setColumns(names) }

// SortBy sorts by a column.
func (s *sheet[R]) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	return s.list.sortBy(column, reverse)
}

// Groups lists what rows can be grouped by.
func (s *sheet[R]) Groups() []string { return s.list.groups() }

// GroupedBy is what they are grouped by.
func (s *sheet[R]) GroupedBy() string { return s.list.grouped() }

// GroupBy groups them.
func (s *sheet[R]) GroupBy(group string) tea.Cmd { return s.list.groupBy(group) }

// FoldAll closes all groups, or opens them.
func (s *sheet[R]) FoldAll(closed bool) tea.Cmd {
	s.list.fold(closed)
	return s.look()
}

// Lines gives the marked rows, or all that are shown.
func (s *sheet[R]) Lines() []string { return s.list.lines() }

// Marked counts the marks.
func (s *sheet[R]) Marked() int { return s.list.marked() }

// Unmark takes them away.
func (s *sheet[R]) Unmark() { s.list.unmark() }

// Position says where in the list, or in the text, one is.
func (s *sheet[R]) Position() string {
	if s.reading {
		return s.text.Position()
	}
	return s.list.position()
}

// Click selects a row, and opens it at the second click; on the text it gives that the focus.
func (s *sheet[R]) Click(x, y int) tea.Cmd {
	if view.TwoPanes(s.width) {
		s.reading = x > s.listWidth()
		s.lay()
	}
	if s.reading {
		return s.look()
	}
	again, cmd := s.list.click(x, y-len(s.above()))
	if r, ok := s.list.selected(); ok && again {
		if open := s.topic.Open(r); open != nil {
			return tea.Batch(cmd, open)
		}
	}
	return tea.Batch(cmd, s.look())
}

// Wheel moves what is under the pointer.
func (s *sheet[R]) Wheel(x, _, lines int) {
	if s.reading && !view.TwoPanes(s.width) || view.TwoPanes(s.width) && x > s.listWidth() {
		s.text.Wheel(lines)
		return
	}
	s.list.wheel(lines)
}
