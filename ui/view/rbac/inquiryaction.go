package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *inquiry[R]) Can(a keys.Action) view.Offer {
	r, ok := s.list.Selected()
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
	return s.list.Can(a)
}

// Do does what Can has offered.
func (s *inquiry[R]) Do(a keys.Action) tea.Cmd {
	r, ok := s.list.Selected()
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
		return s.list.Do(keys.Fold)
	case keys.Explain:
		return view.Send(view.Go{Place: view.Place{Screen: view.Explain, Rule: s.topic.Rule(r)}})
	case keys.Copy:
		return view.Send(view.Copy{Text: s.text.Plain(), What: "the text"})
	}
	if s.reading && s.text.Can(a).Known {
		s.text.Do(a)
		return nil
	}
	cmd := s.list.Do(a)
	s.lay()
	return tea.Batch(cmd, s.look())
}

// Deep tells that the text has the focus, which goes back to the list first.
func (s *inquiry[R]) Deep() bool { return s.reading }

// Up gives the focus back to the list.
func (s *inquiry[R]) Up() tea.Cmd {
	s.reading = false
	s.lay()
	return s.look()
}

// Subject is the selected row; where rows are marked, their names.
func (s *inquiry[R]) Subject() view.Subject {
	r, ok := s.list.Selected()
	if !ok {
		return view.Subject{}
	}
	sub := s.topic.Subject(r)
	if marked := s.list.Marked(); len(marked) > 0 {
		sub.Names = nil
		for _, m := range marked {
			sub.Names = append(sub.Names, s.topic.Subject(m).Names...)
		}
	}
	return sub
}

// Filter is the text that rows must pass, or what is searched for in the text.
func (s *inquiry[R]) Filter() string {
	if s.reading {
		return s.text.Search()
	}
	return s.list.Filter()
}

// SetFilter takes another.
func (s *inquiry[R]) SetFilter(text string) tea.Cmd {
	if s.reading {
		s.text.SetSearch(text)
		return nil
	}
	return s.list.SetFilter(text)
}

// FilterProblem says what is wrong with it.
func (s *inquiry[R]) FilterProblem() string {
	if s.reading {
		return ""
	}
	return s.list.Problem()
}

// Columns lists the columns.
func (s *inquiry[R]) Columns() []view.Column { return s.list.Columns() }

// SetColumns chooses columns.
func (s *inquiry[R]) SetColumns(names []string) []string { return s.list.SetColumns(names) }

// SortBy sorts by a column.
func (s *inquiry[R]) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	return s.list.SortBy(column, reverse)
}

// Groups lists what rows can be grouped by.
func (s *inquiry[R]) Groups() []string { return s.list.Groups() }

// GroupedBy is what they are grouped by.
func (s *inquiry[R]) GroupedBy() string { return s.list.GroupedBy() }

// GroupBy groups them.
func (s *inquiry[R]) GroupBy(group string) tea.Cmd { return s.list.GroupBy(group) }

// FoldAll closes all groups, or opens them.
func (s *inquiry[R]) FoldAll(closed bool) tea.Cmd {
	s.list.Fold(closed)
	return s.look()
}

// Lines gives the marked rows, or all that are shown.
func (s *inquiry[R]) Lines() []string { return s.list.Lines() }

// Marked counts the marks.
func (s *inquiry[R]) Marked() int { return s.list.MarkCount() }

// Unmark takes them away.
func (s *inquiry[R]) Unmark() { s.list.Unmark() }

// Position says where in the list, or in the text, one is.
func (s *inquiry[R]) Position() string {
	if s.reading {
		return s.text.Position()
	}
	return s.list.Position()
}

// Click selects a row, and opens it at the second click; on the text it gives that the focus.
func (s *inquiry[R]) Click(x, y int) tea.Cmd {
	if view.TwoPanes(s.width) {
		s.reading = x > s.listWidth()
		s.lay()
	}
	if s.reading {
		return s.look()
	}
	again, cmd := s.list.Click(x, y-len(s.above()))
	if r, ok := s.list.Selected(); ok && again {
		if open := s.topic.Open(r); open != nil {
			return tea.Batch(cmd, open)
		}
	}
	return tea.Batch(cmd, s.look())
}

// Wheel moves what is under the pointer.
func (s *inquiry[R]) Wheel(x, _, lines int) {
	if s.reading && !view.TwoPanes(s.width) || view.TwoPanes(s.width) && x > s.listWidth() {
		s.text.Wheel(lines)
		return
	}
	s.list.Wheel(lines)
}
