package overview

import (
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/ui/text"
	"canopy/ui/view"
)

// gutter is the number of cells left of each row, for the cursor.
const gutter = 2

// look is how a row stands out.
type look uint8

const (
	plain look = iota
	// resting is the selected row of a pane that has not the focus, selected that of the pane that has.
	resting
	selected
)

// cell is a piece of a row, as wide as it says.
type cell struct {
	text  string
	width int
	style lipgloss.Style
	// right aligns the text to the right.
	right bool
	// name is the piece that the row is known by: it shows that the row is selected in a pane without the focus. Of a new
	// row it glows.
	name, glow bool
}

func gap(width int) cell { return cell{width: width} }

// look says how a row of a pane stands out.
func (s *Screen) look(p pane, row int) look {
	switch {
	case row != s.lists[p].cursor:
		return plain
	case p == s.focus:
		return selected
	}
	return resting
}

// line draws a row. The selected one has one style for all of it, and a mark, since colour alone is no signal.
func (s *Screen) line(width int, look look, cells ...cell) string {
	t := &s.shared.Theme
	var b strings.Builder
	mark := ""
	if look == selected {
		mark = s.shared.Glyphs.Cursor
	}
	b.WriteString(s.shared.Fit(mark, gutter))
	for _, c := range cells {
		drawn := s.fit(c)
		switch {
		case look == selected || drawn == "":
		case c.glow:
			drawn = t.Glow.Render(drawn)
		case look == resting && c.name:
			drawn = s.onText(drawn, t.Resting)
		case c.text != "":
			drawn = c.style.Render(drawn)
		}
		b.WriteString(drawn)
	}
	if look == selected {
		return t.Selected.Render(view.Pad(b.String(), width))
	}
	return view.Pad(b.String(), width)
}

// onText styles a text without the blanks after it.
func (*Screen) onText(drawn string, style lipgloss.Style) string {
	word := strings.TrimRight(drawn, " ")
	return style.Render(word) + drawn[len(word):]
}

// fit cleans, cuts and aligns a cell.
func (s *Screen) fit(c cell) string {
	width := max(0, c.width)
	if !c.right {
		return s.shared.Fit(c.text, width)
	}
	cut := s.shared.Cut(c.text, width)
	return strings.Repeat(" ", width-text.Width(cut)) + cut
}

// more draws lines under the selected row, below its name.
func (s *Screen) more(lines []string, indent int, style lipgloss.Style) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.Repeat(" ", indent) + style.Render(l)
	}
	return out
}

// wrap breaks a text into at most so many lines; what is left out is marked.
func (s *Screen) wrap(t string, width, most int) []string {
	if t == "" || width < 12 || most < 1 {
		return nil
	}
	lines := s.shared.Wrap(t, width)
	if len(lines) <= most {
		return lines
	}
	// The rest goes onto the last line, which is cut.
	last := strings.Join(lines[most-1:], " ")
	return append(lines[:most-1:most-1], s.shared.Cut(last, width))
}

// some is how many cells of a word are worth showing.
const some = 8

// flow puts words one after the other, with something between them, as many as fit; the last is cut where it has to be.
func (s *Screen) flow(words []string, between string, width int) string {
	line := ""
	for i, w := range words {
		w = s.shared.Clean(w)
		if i > 0 {
			w = between + w
		}
		if room := width - text.Width(line); i > 0 && room < text.Width(w) {
			if room >= text.Width(between)+some {
				line += s.shared.Cut(w, room)
			}
			break
		}
		line += w
	}
	return s.shared.Cut(line, width)
}
