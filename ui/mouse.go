package ui

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
)

// click does what a press of the left button on a cell stands for.
func (r *root) click(m tea.Mouse) tea.Cmd {
	if m.Button != tea.MouseLeft {
		return nil
	}
	r.nextNote()
	a := r.zones.hit(m.X, m.Y)
	if r.chooser != nil {
		if m.Y == r.height-1 && a != keys.None {
			return r.typed(a, tea.KeyPressMsg{}, r.chooser.do, r.chooser.edit)
		}
		return r.chooser.click(r, m.X, m.Y)
	}
	if a != keys.None {
		if r.prompt != nil {
			return r.typed(a, tea.KeyPressMsg{}, r.prompt.do, r.prompt.edit)
		}
		return r.act(a)
	}
	if y := m.Y - r.head(); y >= 0 && y < r.body() {
		r.prompt = nil
		return r.top().Click(m.X, y)
	}
	return nil
}

// wheelLines is how far one turn goes.
const wheelLines = 3

func (r *root) wheel(m tea.Mouse) {
	lines := wheelLines
	switch m.Button {
	case tea.MouseWheelUp:
		lines = -wheelLines
	case tea.MouseWheelDown:
	default:
		return
	}
	if r.chooser != nil {
		r.chooser.move(lines)
		return
	}
	if y := m.Y - r.head(); y >= 0 && y < r.body() {
		r.top().Wheel(m.X, y, lines)
	}
}

// click takes the item under the pointer; beside the box it closes the chooser.
func (c *chooser) click(r *root, x, y int) tea.Cmd {
	width, height := c.size(r)
	left := (r.width - width) / 2
	row := y - r.head() - 2
	rows := height - 3
	if x < left || x >= left+width || y < r.head() || row > rows {
		r.chooser = nil
		return nil
	}
	top := max(0, min(c.cursor-rows/2, len(c.found)-rows))
	if row < 0 || row >= rows || top+row >= len(c.found) {
		return nil
	}
	c.cursor = top + row
	if c.many {
		c.tab()
		return nil
	}
	return c.accept(r)
}
