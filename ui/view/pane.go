package view

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Pad makes a drawn line exactly as wide as asked. What is drawn already is cut without a mark: callers cut text before.
func Pad(line string, width int) string {
	w := ansi.StringWidth(line)
	switch {
	case w > width:
		return ansi.Truncate(line, width, "")
	case w < width:
		return line + strings.Repeat(" ", width-w)
	}
	return line
}

// Block makes drawn lines a block of exactly this size.
func Block(lines []string, width, height int) string {
	out := make([]string, max(0, height))
	blank := strings.Repeat(" ", max(0, width))
	for i := range out {
		out[i] = blank
		if i < len(lines) {
			out[i] = Pad(lines[i], width)
		}
	}
	return strings.Join(out, "\n")
}

// Beside puts two blocks of the same height beside each other, with a line between them. The right one gets what the left
// one and the line leave of the width.
func (s *Shared) Beside(left, right string) string {
	a, b := strings.Split(left, "\n"), strings.Split(right, "\n")
	bar := s.Theme.Rule.Render(s.Glyphs.VRule)
	out := make([]string, max(len(a), len(b)))
	for i := range out {
		var l, r string
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out[i] = l + bar + r
	}
	return strings.Join(out, "\n")
}

// Heading draws the title of a pane over its whole width: strong where the pane has the focus.
func (s *Shared) Heading(title, aside string, width int, focused bool) string {
	style := s.Theme.Header
	if !focused {
		style = s.Theme.Faint
	}
	line, _ := s.Bar(width, Part{Text: title, Style: style}, Part{Text: aside, Style: s.Theme.Faint, Rank: 1, Right: true})
	return line
}
