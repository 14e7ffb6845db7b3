package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/ui/text"
)

// The smallest terminal in which the screen says something, and the height from which there is room for rules.
const (
	minWidth, minHeight = 40, 8
	airy                = 16
)

func (r *root) resize(width, height int) {
	r.width, r.height = width, height
	r.table.Resize(width, r.middle())
	r.input.SetWidth(max(1, width/2-3))
}

// middle is the number of lines between the two above and the three below.
func (r *root) middle() int {
	if r.height >= airy {
		return r.height - 7
	}
	return max(0, r.height-5)
}

// screen draws all lines, from top to bottom.
func (r *root) screen() string {
	lines := []string{r.top(), r.scores()}
	rule := r.theme.Faint.Render(strings.Repeat(r.glyphs.Rule, r.width))
	if r.height >= airy {
		lines = append(lines, rule)
	}
	lines = append(lines, r.body())
	if r.height >= airy {
		lines = append(lines, rule)
	}
	lines = append(lines, r.status(), r.coverage(), r.footer())
	return strings.Join(lines, "\n")
}

// body is the list, or what is to be said in its place.
func (r *root) body() string {
	switch {
	case r.mode == helping:
		return r.block(r.help())
	case r.shown.rows.Len() == 0:
		return r.block(r.nothing())
	}
	return r.table.View()
}

// block draws lines of text in the place of the list.
func (r *root) block(lines []string) string {
	out := make([]string, r.middle())
	for i := range min(len(lines), len(out)) {
		out[i] = r.glyphs.Charset.Cut("  "+lines[i], r.width)
	}
	if len(lines) > len(out) && len(out) > 0 {
		out[len(out)-1] = "  " + r.glyphs.Charset.Ellipsis() + " a higher terminal shows more"
	}
	return strings.Join(out, "\n")
}

// status is the line below the list: the filter, what speaks against the selected row, and the place in the list.
func (r *root) status() string {
	if r.mode == typing {
		return r.prompt()
	}
	var filter, why, next string
	if v := r.input.Value(); v != "" {
		filter = "filter: " + v
	}
	place := r.place()
	row, ok := r.table.Selected()
	room := r.width - text.Width(filter) - text.Width(place) - 7
	switch {
	case !ok || r.mode == helping:
	case row.mark() == "":
		next = r.next(row, room)
	default:
		// A reason may be long; it gets what the others leave.
		why = r.glyphs.Charset.Cut(row.finding.Severity.Letter()+row.mark()+" "+row.reason, room)
	}
	return r.bar(
		part{text: filter},
		part{text: why, rank: 2, style: r.theme.Faint},
		part{text: next, rank: 2, style: r.theme.Faint},
		part{text: place, rank: 1, right: true, style: r.theme.Faint},
	)
}

// next says where to go from the selected row: the commands that print the patch and the rule, as far as there is room.
func (r *root) next(row *row, room int) string {
	rule, source := row.finding.Rule.ID, r.shown.report.Source
	why := "why: canopy rules " + rule
	if source.Type == "demo" || strings.IndexFunc(row.object, unquoted) >= 0 {
		// There is nothing that the other command could read, or a name that a shell would act on: a capture may have such.
		return r.glyphs.Charset.Cut(why, room)
	}
	fix := "canopy fix " + rule + "/" + row.object
	if source.Type == "capture" {
		fix += " -f ..."
	}
	for _, s := range []string{"fix: " + fix + "  " + r.glyphs.Dot + "  " + why, fix, why} {
		if text.Width(s) <= room {
			return s
		}
	}
	return ""
}

// unquoted tells which characters a name may not have that is shown as part of a command.
func unquoted(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("/.-_:", c)
}

// prompt is the status line while the filter has the keyboard.
func (r *root) prompt() string {
	place := r.place()
	width := r.width - text.Width(place) - 2
	field := r.glyphs.Charset.Fit(r.input.View(), width-1)
	return " " + field + " " + r.theme.Faint.Render(place) + " "
}

// caret is the terminal's cursor, which shows only while the filter has the keyboard.
func (r *root) caret() *tea.Cursor {
	c := r.input.Cursor()
	if c == nil || r.mode != typing {
		return nil
	}
	c.X++
	c.Y = r.height - 3
	return c
}

func (r *root) footer() string {
	return r.theme.Faint.Render(text.Fit(r.bindings().Footer(r.width), r.width))
}

func (r *root) tooSmall() string {
	lines := []string{"needs 40x8", "q quits"}
	for i, l := range lines {
		lines[i] = r.glyphs.Charset.Cut(l, r.width)
	}
	return lipgloss.NewStyle().MaxHeight(r.height).Render(strings.Join(lines, "\n"))
}
