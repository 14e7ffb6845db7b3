package overview

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/ui/view"
)

// View draws exactly as many lines as the height, each exactly as wide as the width.
func (s *Screen) View() string {
	if s.height == 0 {
		return ""
	}
	left := s.width
	if s.rule > 0 {
		left = s.rule
	}
	drawn := s.column(0, left)
	if s.rule > 0 {
		return s.shared.Beside(drawn, s.column(s.rule+1, s.width-s.rule-1))
	}
	return drawn
}

// column draws what stands from a column of the screen on.
func (s *Screen) column(x, width int) string {
	lines := make([]string, s.height)
	put := func(r rect, drawn ...string) {
		for i := range min(r.height, len(drawn)) {
			if y := r.y + i; y < len(lines) {
				lines[y] = drawn[i]
			}
		}
	}
	if s.risk.x == x {
		put(s.risk, s.riskLines(width)...)
	}
	for p := range panes {
		if at := s.places[p]; at.title.height > 0 && at.title.x == x {
			put(at.title, s.title(p, width))
			put(at.body, s.body(p)...)
		}
	}
	return view.Block(lines, width, s.height)
}

// title draws the title of a pane: with where one is in it, or with what is in it where there is no room to show it.
func (s *Screen) title(p pane, width int) string {
	focused := p == s.focus
	name := [panes]string{fix: "FIX FIRST", changed: "CHANGED", themes: "THEMES", cover: "COVERAGE"}[p]
	height := s.places[p].body.height
	if p == themes && height > 0 {
		return s.themesTitle(name, width, focused)
	}
	aside := ""
	switch {
	case height == 0:
		aside = s.sum(p)
	case p == fix && !s.snapshot.Cover.Settled() && len(s.fix.owners) > 0:
		aside = "so far"
	case p == cover && (!focused || s.coverage.Len() <= height):
		aside = s.summary
	}
	if height > 0 && p != cover {
		if from, to := s.lists[p].span(); to-from < s.lists[p].count {
			aside = join(aside, span(from, to, s.lists[p].count))
		}
		if n := s.snapshot.Report.EditsDropped; p == changed && n > 0 {
			aside = join(aside, view.Count(n, "older one")+" let go")
		}
		if p == changed {
			aside = s.legend(aside, width)
		}
	} else if height > 0 && focused && s.coverage.Len() > height {
		aside = s.coverage.Position()
	}
	label := ""
	switch rows := s.lists[p].count; {
	case height == 0 || rows == 0:
	case p == fix:
		label = s.fixColumns(width).label()
	case p == changed && s.changed.opened+s.changed.closed > 0 && width < wordy:
		label = "findings"
	}
	return s.heading(name, aside, label, width, focused)
}

// legend puts before what is said of the changes what their sign means, as long as there is room for all.
func (s *Screen) legend(aside string, width int) string {
	if !s.changed.unjudged {
		return aside
	}
	const brief = unknown + " not evaluated"
	long := join(brief+" "+here, aside)
	if len(long) > width-len("CHANGED")-5-len(words)-1 {
		return join(brief, aside)
	}
	return long
}

// heading draws a title, what is to be said of the pane, and what stands in its last column.
func (s *Screen) heading(name, aside, label string, width int, focused bool) string {
	t := &s.shared.Theme
	style := t.Faint
	if focused {
		style = t.Header
	}
	room := width - len(name) - 5
	if label != "" {
		room -= len(label) + 2
	}
	line, _ := s.shared.Bar(width-1,
		view.Part{Text: name, Style: style},
		view.Part{Text: s.shared.Cut(aside, room), Style: t.Faint, Rank: 2},
		view.Part{Text: label, Style: t.Faint, Rank: 1, Right: true},
	)
	return view.Pad(line, width)
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + ", " + b
}

func span(from, to, of int) string { return fmt.Sprintf("%d-%d of %d", from+1, to, of) }

// sum says in a few words what is in a pane.
func (s *Screen) sum(p pane) string {
	switch p {
	case fix:
		if o := s.owner(); o != nil {
			letter, _ := o.mark()
			return letter + " " + o.object
		}
	case changed:
		if len(s.changed.rows) > 0 {
			e := s.changed.rows[0]
			mark, _ := s.sign(e.Verb)
			return s.clock(e.Time, editTime(s.width)) + " " + mark + " " + e.Object.String()
		}
		return s.unchanged()
	case themes:
		return s.themesSum()
	case cover:
		return s.summary
	}
	return ""
}

// body draws the window of a pane.
func (s *Screen) body(p pane) []string {
	r := s.places[p].body
	if r.height == 0 {
		return nil
	}
	l := &s.lists[p]
	said := s.said(p, r.width, s.spare(p))
	switch p {
	case fix:
		if len(s.fix.owners) == 0 {
			return s.nothing(r.width, r.height)
		}
		columns := s.fixColumns(r.width)
		return l.draw(func(i int) string { return s.fixLine(i, r.width, columns) }, s.cutLines(r.width), s.more(said, columns.indent(), s.shared.Theme.Faint))
	case changed:
		if len(s.changed.rows) == 0 {
			return s.text(r.width, s.shared.Theme.Faint, s.unchanged())
		}
		return l.draw(func(i int) string { return s.editLine(i, r.width) }, nil, s.more(said, editIndent(r.width), s.shared.Theme.Faint))
	case themes:
		columns := s.themeColumns(r.width)
		return l.draw(func(i int) string { return s.themeLine(i, r.width, columns) }, nil, s.more(said, gutter, s.shared.Theme.Faint))
	}
	return strings.Split(s.coverage.View(), "\n")
}

// said is what the lines under the selected row of a pane say, most of them.
func (s *Screen) said(p pane, width, most int) []string {
	row := s.lists[p].cursor
	switch {
	case p == fix && row < len(s.fix.owners):
		indent := s.fixColumns(width).indent()
		return s.wrap(s.why(s.fix.owners[row]), width-indent-1, most)
	case p == changed && row < len(s.changed.rows):
		if s.shares(s.changed.rows[row], width).whole && p != s.focus {
			return nil
		}
		return s.wrap(s.told(s.changed.rows[row]), width-editIndent(width)-1, most)
	case p == themes && row < len(s.themes):
		return s.wrap(s.themes[row].why(), width-gutter-1, most)
	}
	return nil
}

// text draws paragraphs that stand in place of rows.
func (s *Screen) text(width int, style lipgloss.Style, paragraphs ...string) []string {
	p := s.shared.Prose(width)
	for _, t := range paragraphs {
		p.Text(t, style)
	}
	return p.Lines()
}
