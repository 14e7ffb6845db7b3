package plan

import tea "charm.land/bubbletea/v2"

// Click selects a document or a button, or gives the focus to a text. A second click on a button presses it.
func (s *Screen) Click(x, y int) tea.Cmd {
	if len(s.foot()) > 0 && y == s.height-1 {
		_, spans := s.buttonRow(s.width)
		for i, at := range spans {
			if x < at.from || x >= at.to {
				continue
			}
			if s.button == i && s.pressing() {
				return s.press()
			}
			s.focus, s.button = pressed, i
			s.rewrite()
		}
		return nil
	}
	y -= len(s.head())
	if y < 0 || s.paged() {
		return nil
	}
	s.focus = s.under(x, y)
	if s.focus == changes && y > 0 && s.draft != nil && len(s.draft.changes) > 0 {
		if i := s.top + (y-1)/2; i < len(s.draft.changes) {
			s.choose(i)
		}
	}
	return nil
}

// Wheel moves the text under the pointer, or the selection in the list.
func (s *Screen) Wheel(x, y, lines int) {
	if s.paged() {
		s.page.Wheel(lines)
		return
	}
	switch s.under(x, y-len(s.head())) {
	case diff:
		s.diff.Wheel(lines)
	case effects:
		s.effects.Wheel(lines)
	default:
		if s.draft != nil && len(s.draft.changes) > 0 {
			s.choose(s.cursor + lines)
		}
	}
}

// under is the pane at a cell below the head.
func (s *Screen) under(x, y int) pane {
	switch {
	case s.alone() && !s.onePane():
		return diff
	case s.onePane() && s.focus == effects:
		return effects
	case !s.onePane() && x > s.leftWidth():
		return diff
	case y < s.listHeight():
		return changes
	case s.onePane():
		return diff
	}
	return effects
}
