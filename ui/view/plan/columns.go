package plan

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/view"
)

// wideEnough is the width from which a difference is drawn in two columns.
const wideEnough = 100

// inColumns tells whether the difference is drawn in two columns: where it is wide enough, or as the user has it.
func (s *Screen) inColumns() bool {
	if s.columns != nil {
		return *s.columns
	}
	return s.diffWidth() >= wideEnough
}

// drawRows draws a difference, for a width.
func (s *Screen) drawRows(rows []row, width int) []string {
	if s.inColumns() && !oneSided(rows) {
		return s.drawColumns(rows, width)
	}
	lines := make([]string, 0, len(rows))
	for i := 0; i < len(rows); i++ {
		switch rows[i].kind {
		case gap:
			lines = append(lines, s.drawGap())
		case same:
			lines = append(lines, " "+s.drawPieces(rows[i].now, s.shared.Theme.Text))
		default:
			// Of lines that changed together, all that go stand before all that come.
			end := i
			for end < len(rows) && rows[end].kind != same && rows[end].kind != gap {
				end++
			}
			lines = append(lines, s.drawSide(rows[i:end], true)...)
			lines = append(lines, s.drawSide(rows[i:end], false)...)
			i = end - 1
		}
	}
	return lines
}

// oneSided tells that all of it comes, or all of it goes: one column would be empty.
func oneSided(rows []row) bool {
	return !slices.ContainsFunc(rows, func(r row) bool { return r.kind != added }) || !slices.ContainsFunc(rows, func(r row) bool { return r.kind != removed })
}

func (s *Screen) drawGap() string {
	return s.shared.Theme.Hunk.Render(strings.Repeat(s.shared.Glyphs.Dot+" ", 3))
}

// drawSide draws the lines that go, or those that come.
func (s *Screen) drawSide(rows []row, old bool) []string {
	var lines []string
	for _, r := range rows {
		if sign, style, text := s.side(r, old); text != nil {
			lines = append(lines, style.Render(sign)+s.drawPieces(text, style))
		}
	}
	return lines
}

// side gives one side of a row: its sign, its style and what it says.
func (s *Screen) side(r row, old bool) (sign string, style lipgloss.Style, text []piece) {
	t := &s.shared.Theme
	switch {
	case r.kind == same:
		return " ", t.Text, r.now
	case old:
		return "-", t.Removed, r.old
	}
	return "+", t.Added, r.now
}

// drawPieces draws what a line says. What differs from the other side is reversed.
func (s *Screen) drawPieces(line []piece, style lipgloss.Style) string {
	var b strings.Builder
	for _, p := range line {
		look := style
		if p.changed {
			look = look.Reverse(true)
		}
		b.WriteString(look.Render(s.shared.Clean(p.text)))
	}
	return b.String()
}

// drawColumns draws how it is on the left and how it would be on the right. What is too long for a column goes on below.
func (s *Screen) drawColumns(rows []row, width int) []string {
	left := max(2, (width-1)/2)
	right := max(2, width-1-left)
	bar := s.shared.Theme.Rule.Render(s.shared.Glyphs.VRule)
	var lines []string
	for _, r := range rows {
		if r.kind == gap {
			lines = append(lines, view.Pad(s.drawGap(), left)+bar+s.drawGap())
			continue
		}
		a, b := s.drawCell(r, true, left), s.drawCell(r, false, right)
		for i := range max(len(a), len(b)) {
			line := ""
			if i < len(a) {
				line = a[i]
			}
			line = view.Pad(line, left) + bar
			if i < len(b) {
				line += b[i]
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// drawCell draws one side of a row in a column.
func (s *Screen) drawCell(r row, old bool, width int) []string {
	sign, style, text := s.side(r, old)
	if text == nil {
		return nil
	}
	var lines []string
	drawn := s.drawPieces(text, style)
	room, all := max(1, width-1), ansi.StringWidth(drawn)
	for at := 0; at == 0 || at < all; at += room {
		if at > 0 {
			sign = s.shared.Glyphs.Charset.Ellipsis()
		}
		lines = append(lines, style.Render(sign)+ansi.Cut(drawn, at, at+room))
	}
	return lines
}
