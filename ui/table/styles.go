package table

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Styles says what the parts of a table look like. The zero value has no style at all, and the table can be read all the
// same: what a style says, a sign says too.
type Styles struct {
	// Header is for the titles, Group for the head of a group and Faint for what stands beside its name.
	Header, Group, Faint lipgloss.Style
	// Selected is for the row under the cursor, Resting for it while something else has the keyboard.
	Selected, Resting lipgloss.Style
	// Marked, Glow and Gone are for rows that are marked, new, and ghosts.
	Marked, Glow, Gone lipgloss.Style
	// Match is for what a word of the filter found in a cell.
	Match lipgloss.Style
}

// coat is the style of a line or a cell, and the same for what was found in it.
type coat struct {
	style       lipgloss.Style
	plain, find ink
	// whole tells that it covers the styles of the cells.
	whole bool
}

// coats are the styles made ready.
type coats struct {
	bare, header, group, faint, selected, resting, marked, glow, gone coat
}

func newCoats(s Styles) coats {
	dye := func(style lipgloss.Style, whole bool) coat {
		return coat{style: style, plain: newInk(style), find: newInk(s.Match.Inherit(style)), whole: whole}
	}
	return coats{
		bare: dye(lipgloss.NewStyle(), false), header: dye(s.Header, true), group: dye(s.Group, true), faint: dye(s.Faint, true),
		selected: dye(s.Selected, true), resting: dye(s.Resting, true), gone: dye(s.Gone, true),
		marked: dye(s.Marked, false), glow: dye(s.Glow, false),
	}
}

// cell is the coat of a cell that has a style of its own. What is found in it is left plain where nothing is looked for.
func (c *coat) cell(style, match lipgloss.Style, find bool) *coat {
	s := style.Inherit(c.style)
	own := &coat{plain: newInk(s)}
	if find {
		own.find = newInk(match.Inherit(s))
	}
	return own
}

// ink is what a style puts before and after a text. Rendering each text with the style itself would cost more, and some
// styles render character by character, which tears marks from the letters below them.
type ink struct{ on, off string }

func newInk(s lipgloss.Style) ink {
	const sample = "."
	on, off, ok := strings.Cut(s.Inline(true).Render(sample), sample)
	if !ok {
		return ink{}
	}
	return ink{on, off}
}

// pen writes text into a buffer in changing inks.
type pen struct {
	b   []byte
	ink ink
}

// dip changes the ink.
func (p *pen) dip(i ink) {
	if i == p.ink {
		return
	}
	p.b = append(append(p.b, p.ink.off...), i.on...)
	p.ink = i
}

// blank leaves so many cells empty, in an ink.
func (p *pen) blank(i ink, n int) {
	if n > 0 {
		p.dip(i)
	}
	for range n {
		p.b = append(p.b, ' ')
	}
}

// write writes a text that is cleaned.
func (p *pen) write(i ink, s string) {
	if s != "" {
		p.dip(i)
	}
	p.b = append(p.b, s...)
}
