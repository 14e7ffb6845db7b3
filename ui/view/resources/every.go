package resources

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// FoldAll closes all branches, or opens them.
func (s *Screen) FoldAll(closed bool) tea.Cmd {
	var branches []*item
	for _, root := range s.shape.tree.roots() {
		root.each(func(i *item) {
			if len(i.children) > 0 {
				branches = append(branches, i)
			}
		})
	}
	return s.turn(!closed, branches...)
}

// Lines gives the marked rows, or all that are shown.
func (s *Screen) Lines() []string {
	rows := s.table.Marked()
	if len(rows) == 0 {
		rows = slices.Collect(s.table.Rows().All())
	}
	return s.table.Lines(rows)
}
