package paths

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// drawing is a path, hop by hop. The stops are its nodes and its hops: node 0, hop 0, node 1 and so on.
type drawing struct {
	lines []string
	// stops tells of each line to which stop it belongs.
	stops []int
}

// artist draws paths.
type artist struct {
	shared *view.Shared
	edges  map[string]*model.Edge
	// ranked holds the cuts that are ranked; nil where none is.
	ranked *reading
	width  int
	out    drawing
}

// nodeAt gives the node of a stop: of a hop the one that it begins at.
func nodeAt(p *attack.Path, stop int) attack.Node {
	switch i := stop / 2; {
	case len(p.Hops) == 0:
		return p.From
	case i < len(p.Hops):
		return p.Hops[i].From
	}
	return p.Hops[len(p.Hops)-1].To
}

// hopAt gives the hop of a stop; nil where it is a node.
func hopAt(p *attack.Path, stop int) *attack.Hop {
	if i := stop / 2; stop%2 == 1 && i < len(p.Hops) {
		return &p.Hops[i]
	}
	return nil
}

// stopsOf counts the stops.
func stopsOf(p *attack.Path) int { return 2*len(p.Hops) + 1 }

func (a *artist) path(p *attack.Path) drawing {
	a.out = drawing{}
	for stop := range stopsOf(p) {
		if h := hopAt(p, stop); h != nil {
			a.hop(stop, h)
		} else {
			a.node(stop, nodeAt(p, stop))
		}
	}
	return a.out
}

func (a *artist) add(stop int, line string) {
	a.out.lines, a.out.stops = append(a.out.lines, line), append(a.out.stops, stop)
}

func (a *artist) node(stop int, n attack.Node) {
	t := &a.shared.Theme
	style := t.Strong
	if n.Type == attack.External || n.Type == attack.Goal {
		style = t.Alarm
	}
	for i, l := range a.shared.Wrap(n.ID, max(1, a.width-4)) {
		before := "   "
		if i == 0 {
			before = " " + style.Render(sign(&a.shared.Glyphs, n.Type)) + " "
		}
		a.add(stop, before+style.Render(l))
	}
}

// hop draws the line down to the next node, and beside it why it is there.
func (a *artist) hop(stop int, h *attack.Hop) {
	t, g := &a.shared.Theme, &a.shared.Glyphs
	bar := " " + t.Rule.Render(g.VRule) + " "
	const indent = 6
	put := func(style lipgloss.Style, words string) {
		for _, l := range a.shared.Wrap(words, max(1, a.width-indent-4)) {
			a.add(stop, bar+strings.Repeat(" ", indent)+style.Render(l))
		}
	}
	edge := a.edges[h.Edge]
	head, title, ids := h.Proof.Summary, "", ""
	if edge != nil {
		title, ids = edge.Title, strings.Join(edge.MITRE, " ")
	}
	if head == "" || head == title {
		head, title = title, ""
	}
	if rest := a.head(stop, h.Edge, head, ids); rest != "" && title != "" {
		title += " " + g.Dot + " " + rest
	} else if rest != "" {
		title = rest
	}
	if title != "" {
		put(t.Faint, title)
	}
	if words := opener(g.ArrowRight, h); words != "" {
		put(t.Text, words)
	}
	if h.Confidence != attack.Proven {
		put(t.Warn, strings.TrimSuffix("~ "+sure(h.Confidence)+": "+h.Reason, ": "))
	}
	if c, ok := a.ranked.cut(&h.Cut); ok {
		put(t.Good, fmt.Sprintf("%s cut here: %d of %s: %s", g.ArrowLeft, c.Removes, view.Count(a.ranked.all(), "path"), c.Edit))
	}
	a.add(stop, " "+t.Rule.Render(g.Down))
}

// head is the first line of a hop: its step, what it is, and the ids of ATT&CK at the right end. It gives the ids where there is no
// room for them.
func (a *artist) head(stop int, id, words, ids string) (rest string) {
	t, g := &a.shared.Theme, &a.shared.Glyphs
	bar := " " + t.Rule.Render(g.VRule) + " "
	room := max(1, a.width-10)
	lines := a.shared.Wrap(words, room)
	if text.Width(lines[0])+len(ids)+2 > room {
		rest, ids = ids, ""
	}
	for i, l := range lines {
		before, after := strings.Repeat(" ", 6), ""
		if i == 0 {
			before = t.Key.Render(a.shared.Fit(id, 5)) + " "
			if ids != "" {
				after = strings.Repeat(" ", max(2, room-text.Width(l)-len(ids))) + t.Faint.Render(ids)
			}
		}
		a.add(stop, bar+before+t.Text.Render(l)+after)
	}
	return rest
}

// opener names the object that opens a hop, and how. It is not clean.
func opener(arrow string, h *attack.Hop) string {
	p := &h.Proof
	if p.Object.IsZero() || p.Object == h.From.Ref && p.Role.IsZero() {
		return ""
	}
	words := p.Object.String()
	if !p.Role.IsZero() {
		words += " " + arrow + " " + p.Role.Kind + " " + p.Role.Name
	}
	if p.Match != "" && p.Match != "direct" {
		words += ", as " + p.Match
	}
	return words
}
