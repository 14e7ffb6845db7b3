package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// The smallest terminal in which the screen says something, and the height from which there is room for tabs.
const (
	minWidth, minHeight = 60, 16
	tabbed              = 20
)

// zones are the places on the screen that can be clicked, by line, as they were drawn last.
type zones map[int][]view.Zone

func (r *root) resize(width, height int) {
	r.width, r.height = width, height
	r.top().Resize(width, r.body())
	if r.prompt != nil {
		r.prompt.resize(width)
	}
}

// head is the number of lines above the screen: identity, tabs where there is room, crumbs.
func (r *root) head() int {
	if r.height >= tabbed {
		return 3
	}
	return 2
}

// body is the number of lines of the screen: what head, status and footer leave.
func (r *root) body() int { return max(0, r.height-r.head()-2) }

// screen draws all lines, from top to bottom.
func (r *root) screen() string {
	r.zones = zones{}
	lines := make([]string, 0, r.height)
	add := func(line string, z []view.Zone) {
		if len(z) > 0 {
			r.zones[len(lines)] = z
		}
		lines = append(lines, line)
	}
	add(r.identity())
	if r.height >= tabbed {
		add(r.tabs())
	}
	add(r.crumbs(), nil)
	body := r.top().View()
	if r.chooser != nil {
		body = r.over(body)
	}
	lines = append(lines, strings.Split(body, "\n")...)
	if r.prompt != nil {
		offers := r.prompt.list(r)
		copy(lines[len(lines)-len(offers):], offers)
	}
	if note := r.noteLines(); r.prompt == nil && r.chooser == nil && len(note) > 1 {
		above := note[:len(note)-1]
		foot := r.foot()
		if foot > 0 {
			above = note
		}
		for i, l := range above {
			lines[len(lines)-foot-len(above)+i] = view.Pad(" "+r.noteStyle().Render(l), r.width)
		}
	}
	r.zones[r.height-2] = nil
	lines = append(lines, r.status())
	footer, z := r.footer()
	r.zones[r.height-1] = z
	lines = append(lines, footer)
	return strings.Join(lines, "\n")
}

// foot is the number of last lines of the screen that stay in sight, whatever is told.
func (r *root) foot() int {
	if f, ok := r.top().(view.Footed); ok && f.Foot()+noteRoom < r.body() {
		return f.Foot()
	}
	return 0
}

func (r *root) tooSmall() string {
	lines := []string{"canopy needs 60x16 cells", "this is too small: q quits"}
	for i, l := range lines {
		lines[i] = r.shared.Cut(l, r.width)
	}
	return strings.Join(lines[:min(len(lines), r.height)], "\n")
}

// caret is the terminal's cursor, which shows only while text is typed.
func (r *root) caret() *tea.Cursor {
	switch {
	case r.chooser != nil:
		return r.chooser.caret(r)
	case r.prompt != nil:
		return r.prompt.caret(r.height - 2)
	}
	return nil
}

// hit gives what a click on a cell outside the screen does.
func (z zones) hit(x, y int) keys.Action {
	for _, zone := range z[y] {
		if x >= zone.From && x < zone.To {
			return zone.Action
		}
	}
	return keys.None
}
