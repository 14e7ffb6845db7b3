package resources

import (
	"strings"

	"canopy/ui/view"
)

// View draws the tree with what is not in it below, and what is selected beside it.
func (s *Screen) View() string {
	list := s.list()
	if w := s.sideWidth(); w > 0 {
		return s.shared.Beside(list, s.side.view(s, w, s.height))
	}
	return list
}

func (s *Screen) list() string {
	width := s.listWidth()
	if s.table.Rows().Len() == 0 && !s.table.Unsettled() {
		return view.Block(s.nothing(width), width, s.height)
	}
	lines := append(strings.Split(s.table.View(), "\n"), s.below()...)
	return view.Block(lines, width, s.height)
}
