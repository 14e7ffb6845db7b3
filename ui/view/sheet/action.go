package sheet

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *Screen[R]) Can(a keys.Action) view.Offer {
	r, ok := s.list.Selected()
	if o := s.topic.Can(a, r, ok); o.Known {
		return o
	}
	switch a {
	case keys.NextPane, keys.PrevPane:
		return view.When(ok, "there is nothing to read")
	case keys.Open:
		if ok {
			return view.When(s.topic.Open(r) != nil, "this leads nowhere")
		}
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
func (s *Screen[R]) Do(a keys.Action) tea.Cmd {
	r, ok := s.list.Selected()
	if s.topic.Can(a, r, ok).OK() {
		return tea.Batch(s.topic.Do(a, r, ok), s.load())
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

// Label names what keys do here, where the topic has names of its own.
func (s *Screen[R]) Label(a keys.Action) (label, does string) {
	if l, ok := s.topic.(interface {
		Label(a keys.Action) (label, does string)
	}); ok {
		return l.Label(a)
	}
	return "", ""
}

// Legend explains the signs of the topic.
func (s *Screen[R]) Legend() []string {
	if l, ok := s.topic.(interface{ Legend() []string }); ok {
		return l.Legend()
	}
	return nil
}

// Deep tells that the text has the focus, which goes back to the list first.
func (s *Screen[R]) Deep() bool { return s.reading }

// Up gives the focus back to the list.
func (s *Screen[R]) Up() tea.Cmd {
	s.reading = false
	s.lay()
	return s.look()
}

// Subject is the selected row; where rows are marked, their names.
func (s *Screen[R]) Subject() view.Subject {
	r, ok := s.list.Selected()
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
func (s *Screen[R]) Filter() string {
	if s.reading {
		return s.text.Search()
	}
	return s.list.Filter()
}

// SetFilter takes another.
func (s *Screen[R]) SetFilter(text string) tea.Cmd {
	if s.reading {
		s.text.SetSearch(text)
		return nil
	}
	return s.list.SetFilter(text)
}

// FilterProblem says what is wrong with it.
func (s *Screen[R]) FilterProblem() string {
	if s.reading {
		return ""
	}
	return s.list.Problem()
}

// Columns lists the columns.
func (s *Screen[R]) Columns() []view.Column { return s.list.Columns() }

// SetColumns chooses columns.
func (s *Screen[R]) SetColumns(names []string) []string { return s.list.SetColumns(names) }

// SortBy sorts by a column.
func (s *Screen[R]) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	return s.list.SortBy(column, reverse)
}

// Groups lists what rows can be grouped by.
func (s *Screen[R]) Groups() []string { return s.list.Groups() }

// GroupedBy is what they are grouped by.
func (s *Screen[R]) GroupedBy() string { return s.list.GroupedBy() }

// GroupBy groups them.
func (s *Screen[R]) GroupBy(group string) tea.Cmd { return s.list.GroupBy(group) }

// FoldAll closes all groups, or opens them.
func (s *Screen[R]) FoldAll(closed bool) tea.Cmd {
	s.list.Fold(closed)
	return s.look()
}

// Lines gives the marked rows, or all that are shown.
func (s *Screen[R]) Lines() []string { return s.list.Lines() }

// Marked counts the marks.
func (s *Screen[R]) Marked() int { return s.list.MarkCount() }

// Unmark takes them away.
func (s *Screen[R]) Unmark() { s.list.Unmark() }

// Position says where in the list, or in the text, one is.
func (s *Screen[R]) Position() string {
	if s.reading {
		return s.text.Position()
	}
	return s.list.Position()
}

// Click selects a row, and opens it at the second click; on the text it gives that the focus.
func (s *Screen[R]) Click(x, y int) tea.Cmd {
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
func (s *Screen[R]) Wheel(x, _, lines int) {
	if s.reading && !view.TwoPanes(s.width) || view.TwoPanes(s.width) && x > s.listWidth() {
		s.text.Wheel(lines)
		return
	}
	s.list.Wheel(lines)
}
