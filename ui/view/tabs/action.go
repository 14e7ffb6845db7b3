package tabs

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can offers to turn to the next side, and what the side does.
func (s *Screen) Can(a keys.Action) view.Offer {
	if a == keys.Turn && len(s.tabs) > 1 {
		return view.Yes()
	}
	return s.Side().Can(a)
}

// Do does what Can has offered.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	if a == keys.Turn && len(s.tabs) > 1 {
		return s.turn((s.at + 1) % len(s.tabs))
	}
	return s.Side().Do(a)
}

// Working tells that work is going on that was asked for here, which esc stops.
func (s *Screen) Working() bool { return s.job != nil && s.job.Running() }

// Stop stops it.
func (s *Screen) Stop() {
	if s.job != nil {
		s.job.Stop()
	}
}

// Label names what keys do here.
func (s *Screen) Label(a keys.Action) (label, does string) {
	if a == keys.Turn && len(s.tabs) > 1 {
		next := s.tabs[(s.at+1)%len(s.tabs)].Name
		return next, "list the " + next
	}
	return s.Side().Label(a)
}

// Legend explains the signs of the side.
func (s *Screen) Legend() []string { return s.Side().Legend() }

// Subject is what is selected.
func (s *Screen) Subject() view.Subject { return s.Side().Subject() }

// Position says where one is in it.
func (s *Screen) Position() string { return s.Side().Position() }

// Deep tells that there is a way back within the side.
func (s *Screen) Deep() bool { return s.Side().Deep() }

// Up goes it.
func (s *Screen) Up() tea.Cmd { return s.Side().Up() }

// Marked counts the marks, Unmark takes them away.
func (s *Screen) Marked() int { return s.Side().Marked() }

// Unmark takes the marks away.
func (s *Screen) Unmark() { s.Side().Unmark() }

// Filter is that of the side.
func (s *Screen) Filter() string { return s.Side().Filter() }

// SetFilter takes another.
func (s *Screen) SetFilter(text string) tea.Cmd { return s.Side().SetFilter(text) }

// FilterProblem says what is wrong with it.
func (s *Screen) FilterProblem() string { return s.Side().FilterProblem() }

// Columns are those of the side.
func (s *Screen) Columns() []view.Column { return s.Side().Columns() }

// SetColumns chooses those of the side.
func (s *Screen) SetColumns(names []string) []string { return s.Side().SetColumns(names) }

// SortBy sorts the side.
func (s *Screen) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	return s.Side().SortBy(column, reverse)
}

// Groups lists what the side can be grouped by.
func (s *Screen) Groups() []string { return s.Side().Groups() }

// GroupedBy is what it is grouped by.
func (s *Screen) GroupedBy() string { return s.Side().GroupedBy() }

// GroupBy groups it.
func (s *Screen) GroupBy(group string) tea.Cmd { return s.Side().GroupBy(group) }

// FoldAll closes all groups, or opens them.
func (s *Screen) FoldAll(closed bool) tea.Cmd { return s.Side().FoldAll(closed) }

// Lines gives the marked rows, or all that are shown.
func (s *Screen) Lines() []string { return s.Side().Lines() }
