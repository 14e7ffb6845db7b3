package plan

import (
	"slices"
	"strings"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// head and foot are the lines above and below the panes: the ladder and the banner, and the buttons.
func (s *Screen) head() []string {
	if s.height < 6 || s.draft == nil || len(s.all()) == 0 {
		return s.above
	}
	return slices.Concat([]string{s.ladder(s.width)}, s.above)
}

// Foot is the number of lines of the buttons.
func (s *Screen) Foot() int { return len(s.foot()) }

func (s *Screen) foot() []string {
	if s.height < 4 {
		return nil
	}
	line, _ := s.buttonRow(s.width)
	return []string{line}
}

// body is the height of the panes.
func (s *Screen) body() int { return max(0, s.height-len(s.head())-len(s.foot())) }

// alone tells that one pane has the whole width.
func (s *Screen) alone() bool { return s.onePane() || s.wide && s.focus == diff }

// leftWidth is that of the list; the difference gets the rest.
func (s *Screen) leftWidth() int {
	if s.alone() {
		return s.width
	}
	return s.width * 42 / 100
}

func (s *Screen) rightWidth() int { return max(0, s.width-s.leftWidth()-1) }

// listHeight is the number of lines of the list, its heading included.
func (s *Screen) listHeight() int {
	n := 0
	if s.draft != nil {
		n = 1 + 2*len(s.draft.changes)
	}
	switch {
	case n <= 1 && s.onePane():
		return s.body()
	case s.alone() && !s.onePane():
		return 0
	case n <= 1:
		return max(4, s.body()/2)
	case s.onePane():
		return max(3, min(n, s.body()/2-1))
	}
	return max(4, min(n+1, s.body()/2))
}

// layout gives the banner and the panes their places.
func (s *Screen) layout() {
	s.above = s.banner()
	s.page.Resize(s.width, s.body())
	if s.alone() {
		s.diff.Resize(s.width, max(0, s.body()-s.listHeight()-1))
		s.effects.Resize(s.width, max(0, s.body()-1))
		return
	}
	s.diff.Resize(s.rightWidth(), max(0, s.body()-1))
	s.effects.Resize(s.leftWidth(), max(0, s.body()-s.listHeight()-1))
}

// refill writes the texts anew.
func (s *Screen) refill() {
	width := s.leftWidth()
	if s.alone() && !s.onePane() {
		// They are out of sight, and as wide as they will be.
		width = s.width * 42 / 100
	}
	if s.guarding {
		s.effects.SetLines(s.guardLines(width))
	} else {
		s.effects.SetLines(s.effectLines(width))
	}
	s.diff.SetLines(s.diffLines())
	switch s.phase {
	case confirming:
		s.page.SetLines(s.confirmLines(s.width))
	case writing:
		s.page.SetLines(s.writingLines(s.width))
	case told:
		s.page.SetLines(s.toldLines(s.width))
	}
	if s.shown != s.cursor {
		s.shown = s.cursor
		s.diff.Top()
	}
}

// View draws the screen.
func (s *Screen) View() string {
	body := s.body()
	var drawn string
	switch {
	case s.paged():
		drawn = s.page.View()
	case s.onePane() && s.focus == effects:
		drawn = s.headed(s.effectsTitle(), s.effects, s.width, true)
	case s.onePane():
		drawn = s.list(s.width, s.listHeight()) + "\n" + s.headed(s.diffTitle(), s.diff, s.width, s.focus == diff)
	case s.alone():
		drawn = s.headed(s.diffTitle(), s.diff, s.width, true)
	default:
		left := s.list(s.leftWidth(), s.listHeight()) + "\n" + s.headed(s.effectsTitle(), s.effects, s.leftWidth(), s.focus == effects)
		right := s.headed(s.diffTitle(), s.diff, s.rightWidth(), s.focus == diff)
		left = view.Block(strings.Split(left, "\n"), s.leftWidth(), body)
		drawn = s.shared.Beside(left, view.Block(strings.Split(right, "\n"), s.rightWidth(), body))
	}
	lines := slices.Concat(s.head(), strings.Split(view.Block(strings.Split(drawn, "\n"), s.width, body), "\n"))
	if body == 0 {
		lines = slices.Clone(s.head())
	}
	return view.Block(append(lines, s.foot()...), s.width, s.height)
}

func (s *Screen) effectsTitle() string {
	if s.guarding {
		return guardTitle
	}
	return effectsTitle
}

const (
	effectsTitle = "WHAT IT WOULD DO"
	guardTitle   = "WHAT KEEPS IT FROM COMING BACK"
)

// headed puts a heading over a text: it says which pane has the focus, and where in the text one is.
func (s *Screen) headed(title string, p *view.Pager, width int, focused bool) string {
	aside := ""
	if p.Can(keys.Down).OK() || p.Search() != "" {
		aside = p.Position()
	}
	return s.heading(title, aside, width, focused) + "\n" + p.View()
}

func (s *Screen) heading(title, aside string, width int, focused bool) string {
	mark := " "
	if focused {
		mark = s.shared.Glyphs.Cursor
	}
	return s.shared.Heading(mark+" "+title, aside, width, focused)
}

// diffTitle says who has worked the difference out.
func (s *Screen) diffTitle() string {
	c := s.selected()
	if c == nil {
		return "DIFFERENCE"
	}
	by := ""
	switch {
	case s.byServer(c):
		by = ", BY THE SERVER"
	case s.origin.deed == nil:
		by = ", WORKED OUT HERE"
	}
	return "DIFFERENCE" + by + "  " + string(c.step.Verb) + " " + c.step.Ref.String()
}

// byServer tells that the server has said what a change makes of its object.
func (s *Screen) byServer(c *change) bool {
	return c.place >= 0 && c.place < len(s.tried) && s.tried[c.place].known
}

// rowsOf gives the difference of a change, by the server where that has said it.
func (s *Screen) rowsOf(c *change) []row {
	if s.byServer(c) {
		return s.tried[c.place].rows
	}
	return c.rows
}

// diffLines draws the difference of the selected document.
func (s *Screen) diffLines() []string {
	c := s.selected()
	if c == nil {
		return nil
	}
	rows := s.rowsOf(c)
	switch {
	case c.err != nil && !s.byServer(c):
		return s.alarm("no difference can be shown: "+c.err.Error(), s.diffWidth())
	case len(rows) == 0 && s.origin.deed != nil:
		return s.alarm("what it changes is not shown: it may hold values that were never shown", s.diffWidth())
	case len(rows) == 0 && c.hidden:
		return []string{" " + s.shared.Theme.Faint.Render(s.shared.Cut("it changes at most values, and those are never shown", s.diffWidth()-2))}
	case len(rows) == 0:
		return []string{" " + s.shared.Theme.Faint.Render("it changes nothing")}
	}
	return s.drawRows(rows, s.diffWidth())
}

func (s *Screen) diffWidth() int {
	if s.alone() {
		return s.width
	}
	return s.rightWidth()
}

// alarm draws words that tell of a failure.
func (s *Screen) alarm(words string, width int) []string {
	var lines []string
	for _, l := range s.shared.Wrap(words, width-2) {
		lines = append(lines, " "+s.shared.Theme.Alarm.Render(l))
	}
	return lines
}
