package paths

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/text"
	"canopy/ui/view"
)

// Resize lays the drawing and the text out.
func (s *Route) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.draw()
}

// Restyle takes the look anew.
func (s *Route) Restyle() { s.draw() }

func (s *Route) textWidth() int {
	if !view.TwoPanes(s.width) {
		return s.width
	}
	return min(s.width*42/100, 96)
}

func (s *Route) drawWidth() int {
	if !view.TwoPanes(s.width) {
		return s.width
	}
	return s.width - s.textWidth() - 1
}

// room is the number of lines of the drawing: below it stands what was not read, or how many routes there are.
func (s *Route) room() int { return max(0, s.height-len(s.below())) }

// draw makes the lines of the route, and the text of what is selected.
func (s *Route) draw() {
	s.drawn = drawing{}
	p := s.path()
	if p != nil {
		a := artist{shared: s.shared, edges: s.state.edges, ranked: s.state.ranked, width: s.drawWidth() - 2}
		s.drawn = a.path(p)
	}
	s.tell()
}

// tell writes the text of what is selected, and brings it into the window.
func (s *Route) tell() {
	s.text.Resize(s.textWidth(), s.room())
	var lines []string
	if p := s.path(); p != nil {
		lines, s.told = tellStop(s.shared, s.state.edges, p, s.stop, s.textWidth())
	}
	s.text.SetLines(lines)
	first, last := s.span(s.stop)
	height := s.room()
	if last >= s.top+height {
		s.top = last - height + 1
	}
	s.top = min(s.top, first)
	s.scroll()
}

func (s *Route) scroll() { s.top = max(0, min(s.top, len(s.drawn.lines)-s.room())) }

// span gives the first and the last line of a stop.
func (s *Route) span(stop int) (first, last int) {
	first = -1
	for i, of := range s.drawn.stops {
		if of == stop {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	return max(0, first), last
}

// below are the lines under the drawing.
func (s *Route) below() []string {
	if s.height < 8 || s.path() == nil {
		return nil
	}
	t := &s.shared.Theme
	var lines []string
	if m := s.unknown(); m != "" {
		line, _ := s.shared.Bar(s.width, view.Part{Text: "not known: " + m, Style: t.Warn})
		lines = append(lines, line)
	}
	if s.state.more {
		line, _ := s.shared.Bar(s.width, view.Part{Text: "there are more routes of this pair", Style: t.Faint})
		lines = append(lines, line)
	}
	return lines
}

// unknown says what was not read, so that a route may be missing.
func (s *Route) unknown() string {
	if a := s.snapshot.Report.Attack; a != nil && !a.Known {
		return a.Missing
	}
	return s.state.ranked.answer.Unknown
}

// View draws the route with the text beside it, or the one with the focus.
func (s *Route) View() string {
	if w := s.wrong(); w != "" {
		style := s.shared.Theme.Faint
		if s.broken != nil {
			style = s.shared.Theme.Alarm
		}
		var lines []string
		for _, l := range s.shared.Wrap(w, s.width-4) {
			lines = append(lines, "  "+style.Render(l))
		}
		return view.Block(lines, s.width, s.height)
	}
	below, height := s.below(), s.room()
	var body string
	switch {
	case height == 0:
	case view.TwoPanes(s.width):
		body = s.shared.Beside(s.window(height), s.text.View())
	case s.reading:
		body = s.text.View()
	default:
		body = s.window(height)
	}
	var lines []string
	if height > 0 {
		lines = strings.Split(body, "\n")
	}
	return view.Block(append(lines, below...), s.width, s.height)
}

// window draws the lines in sight. What is selected stands behind a cursor, and its first line is marked.
func (s *Route) window(height int) string {
	t, g := &s.shared.Theme, &s.shared.Glyphs
	width := s.drawWidth()
	lines := make([]string, 0, height)
	for i := s.top; i < min(s.top+height, len(s.drawn.lines)); i++ {
		before, line := "  ", s.drawn.lines[i]
		if s.drawn.stops[i] == s.stop {
			before = t.Strong.Render(g.OffenceBar) + " "
			if first, _ := s.span(s.stop); i == first {
				style := t.Selected
				if s.reading {
					style = t.Resting
				}
				before, line = style.Render(g.Cursor+" "), style.Render(view.Pad(ansi.Strip(line), width-2))
			}
		}
		lines = append(lines, before+line)
	}
	return view.Block(lines, width, height)
}

// Position says which lines are in sight.
func (s *Route) Position() string {
	if s.reading {
		return s.text.Position()
	}
	if n := len(s.drawn.lines); n > s.room() {
		return fmt.Sprintf("%d-%d of %d lines", s.top+1, min(s.top+s.room(), n), n)
	}
	return ""
}

// Click selects what is under the pointer, and steps into it at the second click.
func (s *Route) Click(x, y int) tea.Cmd {
	if view.TwoPanes(s.width) {
		s.reading = x > s.drawWidth()
	}
	if i := s.top + y; !s.reading && y < s.room() && i < len(s.drawn.stops) {
		if s.drawn.stops[i] == s.stop && s.canOpen().OK() {
			return s.open()
		}
		s.stop = s.drawn.stops[i]
		s.text.Top()
		s.tell()
	}
	return nil
}

// Wheel moves what is under the pointer.
func (s *Route) Wheel(x, _, lines int) {
	if s.reading && !view.TwoPanes(s.width) || view.TwoPanes(s.width) && x > s.drawWidth() {
		s.text.Wheel(lines)
		return
	}
	s.top += lines
	s.scroll()
}

// plain gives the route as it would be copied.
func (s *Route) plain() string {
	lines := make([]string, len(s.drawn.lines))
	for i, l := range s.drawn.lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return text.Clean(strings.Join(s.Crumbs(), " ")) + "\n" + strings.Join(lines, "\n") + "\n"
}
