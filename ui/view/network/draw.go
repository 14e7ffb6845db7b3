package network

import (
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/network"
	"canopy/ui/text"
	"canopy/ui/view"
)

// looks are the signs of the cells, drawn once for each look: thousands are on a screen.
type looks struct {
	plain, selected, resting [marks]string
}

func newLooks(s *view.Shared) looks {
	var l looks
	for m := range marks {
		l.plain[m] = m.style(s).Render(m.sign(s))
		l.selected[m], l.resting[m] = s.Theme.Selected.Render(m.sign(s)), s.Theme.Resting.Render(m.sign(s))
	}
	return l
}

// said are the lines above the matrix: what the letters mean, and what must be known to believe them.
func (s *Screen) said() []string {
	if s.height < 8 {
		return nil
	}
	t := &s.shared.Theme
	var parts []view.Part
	for i, m := range legend() {
		parts = append(parts,
			view.Part{Text: m.sign(s.shared), Style: m.style(s.shared), Rank: 3 + i},
			view.Part{Text: " " + m.word(), Style: t.Faint, Rank: 3 + i, Tight: true})
	}
	about := s.progress()
	if about == "" && s.wanted.by != byName {
		about = s.wanted.by.String()
	}
	if words := s.order.sieve.words; words != "" {
		about = strings.TrimSpace("port " + words + " " + about)
	}
	parts = append(parts, view.Part{Text: about, Style: t.Notice, Right: true, Rank: 1})
	line, _ := s.shared.Bar(s.width, parts...)
	out := []string{line}
	if words, bad := scopeOf(&s.survey.state); words != "" {
		style := t.Warn
		if bad {
			style = t.Alarm
		}
		line, _ := s.shared.Bar(s.width, view.Part{Text: words, Style: style})
		out = append(out, line)
	}
	return out
}

// scopeOf says what speaks against believing what is declared; "" for nothing. Bad tells that it holds for certain.
func scopeOf(state *network.Surroundings) (words string, bad bool) {
	switch state.Enforcement {
	case network.None:
		words, bad = "not enforced: "+firstOf(state.Plugin, "the network plug-in")+" does not obey policies; every deny depends on that", true
	case network.Unverified:
		words = "declared; enforcement unverified"
		if why := firstOf(state.Why, state.Plugin); why != "" {
			words += ": " + why
		}
	}
	if n := len(state.Foreign); n > 0 {
		more := state.Foreign[0].Ref.Kind + " " + qualified(state.Foreign[0].Ref)
		if n > 1 {
			more += fmt.Sprintf(" and %d more", n-1)
		}
		words = strings.TrimPrefix(words+"; not evaluated: "+more, "; ")
	}
	return words, bad
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// View draws the matrix, with the text of the selected cell beside or below it.
func (s *Screen) View() string {
	if words, style := s.silence(); words != "" {
		var out []string
		for _, l := range s.shared.Wrap(words, s.width-4) {
			out = append(out, "  "+style.Render(l))
		}
		return view.Block(out, s.width, s.height)
	}
	if s.side.reading && !s.lay.side {
		return s.side.text.View()
	}
	if s.lay.side {
		body := s.shared.Beside(view.Block(s.matrix(), s.lay.width, s.height-s.lay.said), s.side.text.View())
		return view.Block(append(s.said(), strings.Split(body, "\n")...), s.width, s.height)
	}
	lines := strings.Split(view.Block(append(s.said(), s.matrix()...), s.lay.width, s.lay.height), "\n")
	if s.lay.text > 0 {
		lines = append(lines, s.shared.Theme.Rule.Render(strings.Repeat(s.shared.Glyphs.Rule, s.width)))
		lines = append(lines, strings.Split(s.side.text.View(), "\n")...)
	}
	return view.Block(lines, s.width, s.height)
}

// silence says why there is nothing to show; "" where there is.
func (s *Screen) silence() (string, lipgloss.Style) {
	t := &s.shared.Theme
	ellipsis := s.shared.Glyphs.Charset.Ellipsis()
	loading := s.loading()
	switch {
	case s.broken != nil:
		return s.broken.Error(), t.Alarm
	case s.snapshot.Cover.Unreached(s.snapshot.Report):
		return "cannot reach the server: " + s.snapshot.Cover.StaleWhy, t.Alarm
	case len(loading) > 0:
		return "loading " + strings.Join(loading, ", ") + ellipsis + " Until all are here nothing is said: a policy that is still on its way could change any answer.", t.Faint
	case len(s.survey.names) == 0 && s.survey.digest == 0 && s.surveying, s.snapshot.Report.Sequence == 0:
		return "asking" + ellipsis, t.Faint
	case len(s.survey.names) == 0:
		return "no namespace with pods was seen", t.Faint
	case len(s.order.rows) < 2 || len(s.order.columns) < 2:
		if s.arranging || len(s.order.survey.names) == 0 {
			return "asking" + ellipsis, t.Faint
		}
		return "no namespace passes the filter", t.Faint
	}
	return "", t.Faint
}

// matrix draws the headings, the rows in sight and the totals of the columns.
func (s *Screen) matrix() []string {
	columns := s.visibleColumns()
	out := s.heads(columns)
	for _, r := range s.visibleRows() {
		out = append(out, s.line(r, columns))
	}
	if s.lay.feet > 0 {
		out = append(out, s.foot(columns))
	}
	return out
}

// heads draws the names of the columns.
func (s *Screen) heads(columns []int) []string {
	t, l := &s.shared.Theme, &s.lay
	names := s.columnNames(columns)
	first, second := "from", "to"
	if s.wanted.turned {
		first, second = second, first
	}
	out := make([]string, l.head)
	for y := range out {
		var b strings.Builder
		corner := ""
		if y == l.head-1 {
			corner = first + " " + s.shared.Glyphs.VRule + " " + second
		}
		b.WriteString("  " + t.Faint.Render(s.shared.Fit(corner, l.names)))
		for i, c := range columns {
			style := t.Faint
			switch c {
			case s.at.column:
				style = t.Header
			case 0:
				style = t.Strong
			}
			b.WriteString(" " + style.Render(names[i][y]) + strings.Repeat(" ", max(0, l.pitch-1-text.Width(names[i][y]))))
		}
		if y == l.head-1 && l.total > 0 {
			b.WriteString(t.Faint.Render(" " + s.shared.Glyphs.VRule + right("in", l.total) + right("out", l.total)))
		}
		out[y] = b.String()
	}
	return out
}

func right(t string, width int) string { return strings.Repeat(" ", max(0, width-text.Width(t))) + t }

// line draws a row.
func (s *Screen) line(row int, columns []int) string {
	t, l := &s.shared.Theme, &s.lay
	name, sign, style := s.order.rows[row], " ", t.Text
	switch row {
	case s.at.row:
		sign, style = s.shared.Glyphs.Cursor, t.Header
	case 0:
		style = t.Strong
	}
	var b strings.Builder
	shown := s.shorten(nameOf(name), l.names)
	b.WriteString(style.Render(sign+" "+shown) + strings.Repeat(" ", l.names-text.Width(shown)))
	before := strings.Repeat(" ", 1+(l.pitch-2)/2)
	after := strings.Repeat(" ", l.pitch-1-len(before))
	for _, c := range columns {
		m := s.window.cells[s.order.pair(row, c)].mark
		drawn := s.looks.plain[m]
		if row == s.at.row && c == s.at.column {
			if drawn = s.looks.selected[m]; s.side.reading {
				drawn = s.looks.resting[m]
			}
		}
		b.WriteString(before + drawn + after)
	}
	if l.total > 0 {
		in, out := s.totals(name)
		b.WriteString(t.Rule.Render(" "+s.shared.Glyphs.VRule) + t.Faint.Render(right(in, l.total)+right(out, l.total)))
	}
	return b.String()
}

// totals writes how many other namespaces reach one, and how many it reaches.
func (s *Screen) totals(name string) (in, out string) {
	known, ok := s.window.tallies[name]
	if name == "" || !ok {
		return "", ""
	}
	return strconv.Itoa(known.in), strconv.Itoa(known.out)
}

// foot draws the totals of the columns: of how many namespaces each is reached, or how many it reaches where the matrix is
// turned.
func (s *Screen) foot(columns []int) string {
	t, l := &s.shared.Theme, &s.lay
	word := "in"
	if s.wanted.turned {
		word = "out"
	}
	var b strings.Builder
	b.WriteString("  " + s.shared.Fit(word, l.names))
	for _, c := range columns {
		in, out := s.totals(s.order.columns[c])
		if s.wanted.turned {
			in = out
		}
		before := 1 + (l.pitch-2)/2
		if len(in) > l.pitch-before {
			in = "+"
		}
		b.WriteString(strings.Repeat(" ", before) + in + strings.Repeat(" ", l.pitch-before-len(in)))
	}
	return t.Faint.Render(b.String())
}
