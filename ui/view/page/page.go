// Package page collects text in several styles for a pane. It breaks lines between words alone, and marks where it leaves
// something out.
package page

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// indent is where the text of an entry begins.
const indent = 8

// Page is a text for a pane of a fixed width. A cell is left free on both sides.
type Page struct {
	// Ink holds the styles.
	Ink    Ink
	shared *view.Shared
	width  int
	lines  []string
}

// Ink holds the styles of a page. All are faint on one that tells of what is no longer so.
type Ink struct {
	Text, Strong, Faint, Header, Value, Warn, Good lipgloss.Style
	severity                                       [model.Critical + 1]lipgloss.Style
}

// Severity is the style of a severity.
func (k *Ink) Severity(s model.Severity) lipgloss.Style { return k.severity[min(s, model.Critical)] }

func newInk(t *theme.Theme, faded bool) Ink {
	k := Ink{Text: t.Text, Strong: t.Strong, Faint: t.Faint, Header: t.Header, Value: t.Offence, Warn: t.Warn, Good: t.Good}
	if faded {
		f := t.Faint
		k = Ink{Text: f, Strong: f, Faint: f, Header: f, Value: f, Warn: f, Good: f}
	}
	for _, s := range model.Severities() {
		k.severity[s] = t.Severity(s)
		if faded {
			k.severity[s] = t.Faint
		}
	}
	return k
}

// New gives an empty page for a pane of this width; a faded one is faint.
func New(s *view.Shared, width int, faded bool) *Page {
	return &Page{shared: s, Ink: newInk(&s.Theme, faded), width: max(1, width-2)}
}

// Lines gives what was collected.
func (p *Page) Lines() []string { return p.lines }

// longest is the number of bytes of one text that are shown; where there are more the page says so.
const longest = 4096

// In cleans a text and draws it in a style.
func (p *Page) In(style lipgloss.Style, t string) string {
	if len(t) > longest {
		t = strings.ToValidUTF8(t[:longest], "") + fmt.Sprintf(" ... (%d bytes, not all shown)", len(t))
	}
	if t = p.shared.Clean(t); t == "" {
		return ""
	}
	return style.Render(t)
}

// Para adds a paragraph of drawn text.
func (p *Page) Para(drawn string) { p.Hang("", "", drawn) }

// Hang adds drawn text with something before its first line, and as much room before the others. On a narrow page what goes
// before gets a line of its own.
func (p *Page) Hang(first, rest, drawn string) {
	room := p.width - text.Width(rest)
	if room < 20 && rest != "" {
		if first = strings.TrimSpace(first); first != "" {
			p.Para(first)
		}
		p.Para(drawn)
		return
	}
	for i, line := range view.Wrap(drawn, room) {
		before := rest
		if i == 0 {
			before = first
		}
		p.lines = append(p.lines, " "+before+line)
	}
}

// Entry adds text with a word before it. A second entry without a word goes on below the first. What is longer than a word
// gets a line of its own.
func (p *Page) Entry(word, drawn string) {
	first := p.In(p.Ink.Strong, word)
	if text.Width(first) >= indent {
		p.Para(first)
		first = ""
	}
	p.Hang(first+strings.Repeat(" ", indent-text.Width(first)), strings.Repeat(" ", indent), drawn)
}

// Item adds text behind a sign, below the entry before it.
func (p *Page) Item(sign, drawn string) {
	before := strings.Repeat(" ", indent)
	if p.width-indent < 24 {
		before = ""
	}
	p.Hang(before+sign+" ", before+strings.Repeat(" ", text.Width(sign)+1), drawn)
}

// Line adds a line that is drawn already, whatever its width.
func (p *Page) Line(drawn string) { p.lines = append(p.lines, drawn) }

// Gap adds an empty line, unless there is one.
func (p *Page) Gap() {
	if n := len(p.lines); n > 0 && p.lines[n-1] != "" {
		p.lines = append(p.lines, "")
	}
}
