package view

import (
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/ui/keys"
	"canopy/ui/text"
)

// Part is a piece of a line.
type Part struct {
	Text  string
	Style lipgloss.Style
	// Rank says which parts go first where the line is narrow: the highest. Those of rank 0 stay, and are cut.
	Rank int
	// Right puts the part, and those after it, at the right end.
	Right bool
	// Action is what a click on the part does.
	Action keys.Action
	// Tight leaves out the space before the part.
	Tight bool
}

// Zone is a stretch of a line that can be clicked: from cell From up to, but not including, To.
type Zone struct {
	From, To int
	Action   keys.Action
}

// Bar draws parts on one line of the given width, two cells apart, and says where the parts are that do something. All text
// is cleaned here.
func (s *Shared) Bar(width int, parts ...Part) (string, []Zone) {
	kept := make([]Part, 0, len(parts))
	used := 1
	for _, p := range parts {
		if p.Text = s.Clean(p.Text); p.Text != "" {
			kept = append(kept, p)
			used += p.room()
		}
	}
	for used > width+1 {
		worst := -1
		for i, p := range kept {
			if p.Rank > 0 && (worst < 0 || p.Rank >= kept[worst].Rank) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		// A part goes with what stands tight beside it.
		from, to := worst, worst+1
		for from > 0 && kept[from].Tight {
			from--
		}
		for to < len(kept) && kept[to].Tight {
			to++
		}
		for i := from; i < to; i++ {
			used -= kept[i].room()
		}
		kept = append(kept[:from], kept[to:]...)
	}
	return s.join(kept, width, used)
}

func (p *Part) room() int {
	if p.Tight {
		return text.Width(p.Text)
	}
	return text.Width(p.Text) + 2
}

// join puts the parts onto the line; what is still too long is cut.
func (s *Shared) join(parts []Part, width, used int) (string, []Zone) {
	var b strings.Builder
	var zones []Zone
	at := 0
	space := func(n int) {
		n = max(0, min(n, width-at))
		b.WriteString(strings.Repeat(" ", n))
		at += n
	}
	slack := max(0, width-used+1)
	for i, p := range parts {
		switch {
		case i == 0:
			space(1)
		case !p.Tight:
			space(2)
		}
		if p.Right && slack > 0 {
			space(slack)
			slack = 0
		}
		cut := s.Cut(p.Text, width-at)
		from := at
		b.WriteString(p.Style.Render(cut))
		at += text.Width(cut)
		if p.Action != keys.None && at > from {
			zones = append(zones, Zone{from, at, p.Action})
		}
	}
	space(width - at)
	return b.String(), zones
}
