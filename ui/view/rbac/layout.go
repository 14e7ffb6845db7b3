package rbac

import (
	"strings"

	"canopy/ui/view"
)

// The widths from which two and three panes stand beside each other.
const (
	twoFrom   = 76
	threeFrom = 118
)

// spot is a pane and its width.
type spot struct {
	pane  pane
	width int
}

// spots gives the panes that are shown, from left to right; a line stands between them.
func (s *Screen) spots() []spot {
	w := s.width
	switch {
	case w < twoFrom || s.pane().IsWide():
		return []spot{{s.focus, w}}
	case w < threeFrom && s.focus == first:
		left := max(28, w*36/100)
		return []spot{{first, left}, {third, w - left - 1}}
	case w < threeFrom:
		left := w * 45 / 100
		return []spot{{second, left}, {third, w - left - 1}}
	}
	left, middle := min(42, w*23/100), min(70, w*34/100)
	return []spot{{first, left}, {second, middle}, {third, w - left - middle - 2}}
}

func (s *Screen) lay() {
	lines := max(0, s.height-len(s.below())-s.headings())
	all := s.spots()
	for i, p := range all {
		width := p.width
		if i < len(all)-1 {
			// A cell is left free before the line.
			width--
		}
		switch p.pane {
		case first:
			for m := range modes {
				s.entries[m].Resize(width, lines)
			}
		case second:
			for m := range modes {
				s.links[m].Resize(width, lines)
			}
		default:
			for m := range modes {
				s.rights[m].Resize(width, lines)
			}
		}
	}
}

// headings is the number of lines that the heads of the panes take.
func (s *Screen) headings() int {
	if s.height > 6 {
		return 1
	}
	return 0
}

// View draws the panes that there is room for, and below them what is to be said.
func (s *Screen) View() string {
	below := s.below()
	height := max(0, s.height-len(below))
	if words := s.nothing(); words != nil {
		return view.Block(append(strings.Split(view.Block(words, s.width, height), "\n"), below...), s.width, s.height)
	}
	var drawn string
	for i, p := range s.spots() {
		block := s.draw(p, height)
		if i == 0 {
			drawn = block
		} else {
			drawn = s.shared.Beside(drawn, block)
		}
	}
	return view.Block(append(strings.Split(drawn, "\n")[:height], below...), s.width, s.height)
}

// draw draws a pane with its head.
func (s *Screen) draw(p spot, height int) string {
	var lines []string
	if s.headings() > 0 {
		mark := " "
		if s.focus == p.pane {
			mark = s.shared.Glyphs.Cursor
		}
		title, aside := s.heading(p.pane)
		lines = append(lines, s.shared.Heading(mark+" "+title, aside, p.width, s.focus == p.pane))
	}
	if words := s.silence(p.pane); words != "" {
		for _, l := range s.shared.Wrap(words, p.width-3) {
			lines = append(lines, "  "+s.shared.Theme.Faint.Render(l))
		}
	} else {
		lines = append(lines, strings.Split(s.part(p.pane).View(), "\n")...)
	}
	return view.Block(lines, p.width, height)
}

// part is the list of a pane.
func (s *Screen) part(p pane) part {
	switch p {
	case second:
		return s.links[s.mode]
	case third:
		return s.rights[s.mode]
	}
	return s.entries[s.mode]
}

// pane is the list that has the focus.
func (s *Screen) pane() part { return s.part(s.focus) }

// below are the lines below the panes: what is selected in words, and what is not in it.
func (s *Screen) below() []string {
	var lines []string
	if s.height >= 10 {
		room := 1
		if s.height >= 16 {
			room = 2
		}
		lines = append(lines, s.said(room)...)
	}
	if s.height >= 8 {
		lines = append(lines, s.scope()...)
	}
	return lines
}

// said tells of what is selected, in exactly so many lines: what stands above must not move with the cursor.
func (s *Screen) said(room int) []string {
	lines := make([]string, room)
	text, style := s.sentence()
	wrapped := s.shared.Wrap(text, s.width-2)
	if len(wrapped) > room {
		// What is cut is marked.
		wrapped[room-1] = s.shared.Cut(wrapped[room-1]+" "+wrapped[room], s.width-2)
		wrapped = wrapped[:room]
	}
	for i, l := range wrapped {
		lines[i] = " " + style.Render(l)
	}
	return lines
}
