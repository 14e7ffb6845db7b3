package ui

import (
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/ui/text"
)

// part is a piece of a line.
type part struct {
	text  string
	style lipgloss.Style
	// rank says which parts go first where the line is narrow: the highest.
	rank int
	// right puts the part at the right end.
	right bool
}

// bar draws parts on one line of the given width, two cells apart. All text is cleaned here.
func (r *root) bar(parts ...part) string {
	kept := make([]part, 0, len(parts))
	used := 1
	for _, p := range parts {
		if p.text = r.glyphs.Charset.Clean(p.text); p.text != "" {
			kept = append(kept, p)
			used += text.Width(p.text) + 2
		}
	}
	for used > r.width {
		worst := -1
		for i, p := range kept {
			if p.rank > 0 && (worst < 0 || p.rank >= kept[worst].rank) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		used -= text.Width(kept[worst].text) + 2
		kept = append(kept[:worst], kept[worst+1:]...)
	}
	return r.join(kept, used)
}

// join puts the parts onto the line; what is still too long is cut.
func (r *root) join(parts []part, used int) string {
	var b strings.Builder
	b.WriteByte(' ')
	left, slack := r.width-1, max(0, r.width-used)
	for _, p := range parts {
		if left <= 0 {
			break
		}
		if p.right && slack > 0 {
			b.WriteString(strings.Repeat(" ", slack))
			left, slack = left-slack, 0
		}
		s := r.glyphs.Charset.Cut(p.text, left)
		b.WriteString(p.style.Render(s))
		left -= text.Width(s)
		n := min(2, left)
		b.WriteString(strings.Repeat(" ", n))
		left -= n
	}
	return b.String() + strings.Repeat(" ", max(0, left))
}
