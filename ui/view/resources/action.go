package resources

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *Screen) Can(a keys.Action) view.Offer {
	r, ok := s.selected()
	empty := view.Because("the list is empty")
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last, keys.MarkAll:
		return view.When(ok, empty.Why)
	case keys.Sort, keys.Reverse, keys.Wide:
		return view.Yes()
	case keys.Unmark:
		return view.When(s.table.MarkCount() > 0, "nothing is marked")
	case keys.Left, keys.Right, keys.Mark, keys.MarkRange, keys.Open, keys.Owner, keys.Fold:
		if !ok {
			return empty
		}
		return s.canRow(a, r)
	}
	return view.No()
}

// canRow says it of what is done with the selected row.
func (s *Screen) canRow(a keys.Action, r *row) view.Offer {
	gone := s.table.Rows().Leaving(r)
	left, right := s.table.Beyond()
	switch a {
	case keys.Left:
		return view.When(r.parent != nil || left > 0 || r.branch && s.goes(r), "there is nothing above it, and it is folded")
	case keys.Right:
		return view.When(r.branch || right > 0, "there is nothing below it")
	case keys.Fold:
		return view.When(r.branch || r.parent != nil, "there is nothing below it")
	case keys.Mark:
		if r.level == heading {
			return view.Because("this is no object")
		}
		return view.When(!gone, "the object is gone")
	case keys.Open:
		if r.level == space || r.level == heading {
			return view.When(r.branch, "there is nothing below it")
		}
		return view.When(!gone, "the object is gone")
	case keys.Owner:
		return view.When(r.depth > 1, "nothing owns it")
	}
	return view.Yes()
}

// Do moves, folds, marks, sorts and opens. The actions on what is selected are done by who asked for Subject.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	r, ok := s.selected()
	if view.Step(s.table, a) {
		return nil
	}
	switch a {
	case keys.Sort:
		return s.sort(s.table.NextSort(s.wanted.column), false)
	case keys.Reverse:
		return s.sort(s.wanted.column, !s.wanted.reverse)
	case keys.Wide:
		s.table.Wide(!s.table.IsWide())
		s.lay()
	case keys.Mark, keys.MarkRange, keys.MarkAll, keys.Unmark:
		s.mark(a)
	default:
		if ok {
			return s.doRow(a, r)
		}
	}
	return nil
}

func (s *Screen) doRow(a keys.Action, r *row) tea.Cmd {
	switch a {
	case keys.Left:
		return s.left(r)
	case keys.Right:
		return s.right(r)
	case keys.Fold:
		return s.toggle(r)
	case keys.Open:
		return s.open(r)
	case keys.Owner:
		if r.depth > 1 {
			s.table.Select(r.parent.key)
		}
	}
	return nil
}

// open goes to the object of a row; what only holds others is unfolded or folded.
func (s *Screen) open(r *row) tea.Cmd {
	switch {
	case r.level == space || r.level == heading:
		if !r.branch {
			return nil
		}
		return s.toggle(r)
	case s.table.Rows().Leaving(r):
		return nil
	}
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: r.ref}})
}

func (s *Screen) sort(column int, reverse bool) tea.Cmd {
	s.wanted.column, s.wanted.reverse = column, reverse
	return s.step()
}

func (s *Screen) mark(a keys.Action) {
	switch a {
	case keys.Mark:
		if r, ok := s.selected(); ok && r.level != heading {
			s.table.ToggleMark()
		}
		s.table.Move(1)
	case keys.MarkRange:
		s.table.MarkRange()
	case keys.MarkAll:
		s.table.MarkAll()
	case keys.Unmark:
		s.table.ClearMarks()
	}
	s.marks = nil
}

// Filter is the text that rows, or something below them, must pass.
func (s *Screen) Filter() string { return s.wanted.filter }

// SetFilter takes another. What was opened or closed by hand under the one before is forgotten.
func (s *Screen) SetFilter(text string) tea.Cmd {
	if text != s.wanted.filter {
		s.wanted.filter, s.wanted.turned = text, &turned{}
	}
	return s.step()
}

// FilterProblem says what is wrong with the filter.
func (s *Screen) FilterProblem() string { return s.maker.sieve.Wrong(s.wanted.filter) }
