package view

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks cleaned text into lines of at most this width, between words where it can. Line breaks in the text are kept.
func (s *Shared) Wrap(t string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(t, "\n") {
		lines = append(lines, Wrap(s.Clean(strings.TrimRight(paragraph, "\r")), width)...)
	}
	return lines
}

// Wrap breaks drawn text into lines, with the styles of each line closed at its end. Words are broken only where one is too
// long for a line: dates and names are not easier to read in two parts.
func Wrap(drawn string, width int) []string {
	width = max(1, width)
	for word := range strings.FieldsSeq(ansi.Strip(drawn)) {
		if Width(word) > width {
			return strings.Split(lipgloss.Wrap(drawn, width, "-/.,"), "\n")
		}
	}
	// Lip Gloss always breaks after a hyphen, so there must be none. No cleaned text has this character.
	const hyphen = "\ue000"
	lines := strings.Split(lipgloss.Wrap(strings.ReplaceAll(drawn, "-", hyphen), width, ""), "\n")
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], hyphen, "-")
	}
	return lines
}

// Prose collects styled lines of text for a pane.
type Prose struct {
	shared *Shared
	width  int
	lines  []string
}

// Prose gives an empty text for a pane of this width; a cell is left free on both sides.
func (s *Shared) Prose(width int) *Prose { return &Prose{shared: s, width: max(1, width-2)} }

// Text adds a paragraph.
func (p *Prose) Text(t string, style lipgloss.Style) *Prose {
	for _, line := range p.shared.Wrap(t, p.width) {
		p.lines = append(p.lines, " "+style.Render(line))
	}
	return p
}

// Entry adds text with a word before it: further lines stand below the text.
func (p *Prose) Entry(word, t string, style lipgloss.Style) *Prose {
	const indent = 8
	if t == "" {
		return p
	}
	room := p.width - indent
	if room < 20 {
		return p.Text(word, p.shared.Theme.Strong).Text(t, style)
	}
	for i, line := range p.shared.Wrap(t, room) {
		head := strings.Repeat(" ", indent)
		if i == 0 {
			head = p.shared.Theme.Strong.Render(p.shared.Fit(word, indent-1)) + " "
		}
		p.lines = append(p.lines, " "+head+style.Render(line))
	}
	return p
}

// Title adds a heading.
func (p *Prose) Title(t string) *Prose {
	return p.Text(t, p.shared.Theme.Header)
}

// Line adds a line that is drawn already.
func (p *Prose) Line(drawn string) *Prose {
	p.lines = append(p.lines, drawn)
	return p
}

// Gap adds an empty line, unless there is one already.
func (p *Prose) Gap() *Prose {
	if n := len(p.lines); n > 0 && p.lines[n-1] != "" {
		p.lines = append(p.lines, "")
	}
	return p
}

// Lines gives what was collected.
func (p *Prose) Lines() []string { return p.lines }
