package yamlview

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/lipgloss/v2"

	"canopy/ui/view"
)

// Mark is a field that a finding is about.
type Mark struct {
	// Path leads to the field. Where it is missing its nearest parent is marked, and a comment says what is not set.
	Path string
	// Note goes with the field, such as the id of the rule; "" for none.
	Note string
}

// longest is the number of bytes of a line that are drawn; a note says that there is more.
const longest = 2000

// place is a line that is marked: ids of rules stand behind it, what is missing on lines of its own below it.
type place struct{ notes, missing []string }

// Draw gives the lines as they are shown, and the number of the first that is marked, from 0; -1 where none is. A faded
// document is faint.
func (d *Document) Draw(s *view.Shared, marks []Mark, faded bool) (lines []string, first int) {
	at := d.places(marks)
	ink := newInk(s, faded)
	lines = make([]string, 0, len(d.lines)+len(marks))
	first = -1
	for i := range d.lines {
		p := at[i+1]
		if p != nil && first < 0 {
			first = len(lines)
		}
		lines = append(lines, d.draw(s, &ink, i, p))
		if p == nil {
			continue
		}
		below := strings.Repeat(" ", min(longest, indent(d.lines[i])+2))
		for _, t := range p.missing {
			lines = append(lines, ink.bar.on(s.Glyphs.OffenceBar)+" "+below+ink.offence.on("# "+s.Cut(t, longest)))
		}
	}
	return lines, first
}

// places gives the marked lines, by number from 1.
func (d *Document) places(marks []Mark) map[int]*place {
	at := map[int]*place{}
	for _, m := range marks {
		span := d.index.Find(m.Path)
		for line := span.First; line <= span.Last; line++ {
			if at[line] == nil {
				at[line] = &place{}
			}
		}
		p := at[span.First]
		if span.Missing != "" {
			p.missing = add(p.missing, strings.TrimSpace(m.Note+" not set: "+span.Missing))
		} else {
			p.notes = add(p.notes, m.Note)
		}
	}
	return at
}

func add(list []string, t string) []string {
	if t == "" || slices.Contains(list, t) {
		return list
	}
	return append(list, t)
}

// indent is the number of blanks that a line begins with.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// ink holds the styles of a document.
type ink struct{ key, value, comment, offence, bar brush }

func newInk(s *view.Shared, faded bool) ink {
	t := &s.Theme
	if faded {
		f := newBrush(t.Faint)
		return ink{f, f, f, f, f}
	}
	return ink{newBrush(t.YAMLKey), newBrush(t.YAMLValue), newBrush(t.YAMLComment), newBrush(t.Offence), newBrush(t.OffenceMark)}
}

func (d *Document) draw(s *view.Shared, ink *ink, i int, p *place) string {
	line, k := d.lines[i], d.keys[i]
	var notes []string
	if p != nil {
		notes = p.notes
	}
	if len(line) > longest {
		notes = append(notes[:len(notes):len(notes)], fmt.Sprintf("%d bytes, not all shown", len(line)))
		line = line[:boundary(line, longest)]
		k.from, k.to = min(k.from, len(line)), min(k.to, len(line))
	}
	var b strings.Builder
	if p != nil {
		at := indent(line)
		b.WriteString(ink.bar.on(s.Glyphs.OffenceBar) + " " + line[:at] + ink.offence.on(s.Clean(line[at:])))
	} else {
		b.WriteString("  " + s.Clean(line[:k.from]) + ink.key.on(s.Clean(line[k.from:k.to])) + ink.value.on(s.Clean(line[k.to:])))
	}
	if len(notes) > 0 {
		b.WriteString("  " + ink.comment.on("# "+s.Cut(strings.Join(notes, ", "), longest)))
	}
	return b.String()
}

// boundary is the last beginning of a character at or before n.
func boundary(s string, n int) int {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// brush is a style taken apart: what it writes before a text and after it. An object may have many thousand lines, and
// Lip Gloss looks at every character of each.
type brush struct{ before, after string }

func newBrush(style lipgloss.Style) brush {
	// No escape sequence of a style has this letter in it.
	before, after, _ := strings.Cut(style.Render("x"), "x")
	return brush{before, after}
}

func (k brush) on(text string) string {
	if text == "" {
		return ""
	}
	return k.before + text + k.after
}
