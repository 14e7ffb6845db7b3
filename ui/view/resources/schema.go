package resources

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/table"
	"canopy/ui/view"
)

// maker holds what rows are made with: what the table shows, and what the filter looks at.
type maker struct {
	schema *table.Schema[*row]
	sieve  *table.Schema[*item]
}

func newMaker(s *view.Shared) *maker { return &maker{newSchema(s), newSieve()} }

// steady tells that the order of a column depends on names alone, so that nothing that happens to an item moves what is below
// it.
func (*maker) steady(column int) bool { return column == resourceColumn }

const (
	resourceColumn = 0
	statusColumn   = 4
	nodeColumn     = 6
	// onlyShown is the filter of the table: rows of closed branches, and those that the filter holds back, stay in it, so
	// that they keep their marks.
	onlyShown = "shown:=yes"
)

// newSchema says what the rows are. It reads the look whenever it draws.
func newSchema(s *view.Shared) *table.Schema[*row] {
	return &table.Schema[*row]{
		Key:     func(r *row) string { return r.key },
		Compare: compare,
		Columns: []table.Column[*row]{
			{
				Title: "RESOURCE", Min: 21, Ideal: 30, Grow: true, Text: func(r *row) string { return indented(s, r) },
				Compare: sort(false, byName).compare, Style: func(r *row) lipgloss.Style { return named(s, r) },
			},
			column("WORST", 6, 1, func(r *row) string { return worst(s, r) }, sort(true, byScore), func(r *row) lipgloss.Style { return worstStyle(s, r) }),
			column("POSTURE", 12, 2, posed, sort(false, byPosture), func(r *row) lipgloss.Style { return postureStyle(s, r) }),
			narrow(column("READY", 7, 5, ready, sort(true, byReady), func(r *row) lipgloss.Style { return readyStyle(s, r) }), 6),
			narrow(column("STATUS", 18, 3, func(r *row) string { return r.status }, sort(true, byStatus), func(r *row) lipgloss.Style { return statusStyle(s, r) }), 9),
			column("FINDINGS", 13, 4, func(r *row) string { return counted(s, r) }, sort(true, byScore), func(r *row) lipgloss.Style { return faintly(s, r) }),
			narrow(column("NODE", 20, 6, where, sort(false, words(where)), nil), 8),
			column("SINCE", len(view.Stamp), 7, func(r *row) string { return s.Moment(r.created) }, sort(true, byAge), nil),
			hidden(column("IP", 15, 8, func(r *row) string { return addresses(r.item) }, sort(false, words(func(r *row) string { return addresses(r.item) })), nil)),
			hidden(column("IMAGE", 40, 9, func(r *row) string { return images(r.item) }, sort(false, words(func(r *row) string { return images(r.item) })), nil)),
			hidden(column("ACCOUNT", 16, 10, func(r *row) string { return account(r.item) }, sort(false, words(func(r *row) string { return account(r.item) })), nil)),
			hidden(column("OWNER", 26, 11, func(r *row) string { return above(r.item) }, sort(false, words(func(r *row) string { return above(r.item) })), nil)),
			hidden(column("KIND", 12, 12, func(r *row) string { return r.ref.Kind }, sort(false, words(func(r *row) string { return r.ref.Kind })), nil)),
			hidden(column("NAMESPACE", 16, 13, func(r *row) string { return home0(r.item) }, nil, nil)),
		},
		Fields: []table.Field[*row]{{Name: "shown", Text: func(r *row) string {
			if r.shown {
				return "yes"
			}
			return "no"
		}}},
	}
}

// order is how a column sorts.
type order struct {
	falls   bool
	compare func(a, b *row) int
}

func sort(falls bool, compare func(a, b *item) int) *order {
	return &order{falls, func(a, b *row) int {
		x, y := siblings(a.item, b.item)
		// What stands over the nodes of the cluster stays where it is.
		if x == nil || x.level == heading || y.level == heading {
			return 0
		}
		return compare(x, y)
	}}
}

// words sorts by a text; what has none comes last.
func words(text func(*row) string) func(a, b *item) int {
	return func(a, b *item) int {
		x, y := text(&row{item: a}), text(&row{item: b})
		if (x == "") != (y == "") {
			return cmp.Compare(len(y), len(x))
		}
		return natural(x, y)
	}
}

func column(title string, width, priority int, text func(*row) string, by *order, style func(*row) lipgloss.Style) table.Column[*row] {
	c := table.Column[*row]{Title: title, Min: width, Ideal: width, Priority: priority, Text: text, Style: style}
	if by != nil {
		c.Compare, c.Falls = by.compare, by.falls
	}
	return c
}

func narrow(c table.Column[*row], least int) table.Column[*row] {
	c.Min = least
	return c
}

func hidden(c table.Column[*row]) table.Column[*row] {
	c.Hidden, c.Min = true, min(c.Min, 14)
	return c
}

// compare is the order of the tree: parents before what is below them, siblings by name.
func compare(a, b *row) int {
	x, y := siblings(a.item, b.item)
	if x == nil {
		return cmp.Compare(a.depth, b.depth)
	}
	return byName(x, y)
}

// byScore puts first what has more of the worst.
func byScore(a, b *item) int {
	for _, s := range model.Severities() {
		if c := cmp.Compare(b.score.Holds[s], a.score.Holds[s]); c != 0 {
			return c
		}
	}
	return cmp.Compare(b.score.Undecided, a.score.Undecided)
}

// byPosture puts first what is least locked in.
func byPosture(a, b *item) int {
	rank := func(i *item) int {
		switch {
		case i.posture == unseen:
			return int(restricted) + 1
		case i.weak:
			return -1
		}
		return int(i.posture)
	}
	return cmp.Compare(rank(a), rank(b))
}

// byReady puts first what lacks most.
func byReady(a, b *item) int { return cmp.Compare(b.lacks(), a.lacks()) }

func (i *item) lacks() int {
	if i.level == pod && i.finished() {
		return -1
	}
	return max(-1, i.wanted-i.ready)
}

func byStatus(a, b *item) int {
	return cmp.Or(cmp.Compare(b.trouble, a.trouble), cmp.Compare(b.status, a.status))
}

func byAge(a, b *item) int { return cmp.Compare(b.created, a.created) }

// indented is the name with lines that lead down to it, and whether it is open. The lines follow the depth alone: that a row
// is the last of its like would have to be told anew whenever another comes.
func indented(s *view.Shared, r *row) string {
	sign := " "
	switch {
	case r.branch && r.open:
		sign = s.Glyphs.Expanded
	case r.branch:
		sign = s.Glyphs.Collapsed
	}
	return strings.Repeat(s.Glyphs.VRule+" ", r.depth) + sign + " " + r.label
}

// worst is the shape and the letter of the worst severity. A sign says that nothing was found, and another that nothing more
// is known.
func worst(s *view.Shared, r *row) string {
	w, ok := r.score.Worst()
	switch {
	case r.level == heading && !ok, r.level == machine && !ok && r.pods == 0:
		return ""
	case ok:
		return s.Glyphs.Severity(w) + " " + w.Letter()
	case r.score.Undecided > 0 || !r.judged:
		return "?"
	case r.posture != restricted && r.level != space:
		// What has run to its end is not judged.
		return ""
	}
	return s.Glyphs.Mark
}

// counted is how many findings there are: those that count in places of their own, so that the eye can run down them.
func counted(s *view.Shared, r *row) string {
	h := &r.score.Holds
	switch {
	case r.level == heading:
		return ""
	case r.inherits():
		return strings.Repeat(" ", 12) + s.Glyphs.MoreAbove
	case h[model.Critical]+h[model.High]+h[model.Medium] > 0:
		return place(h[model.Critical], 2, "C") + " " + place(h[model.High], 3, "H") + " " + place(h[model.Medium], 3, "M")
	case r.score.Total() > 0:
		return strings.Repeat(" ", 9) + place(r.score.Total(), 3, model.Low.Letter())
	case r.score.Undecided > 0:
		return strings.Repeat(" ", 9) + place(r.score.Undecided, 3, "?")
	}
	return ""
}

// place writes a number in so many cells; a zero leaves them blank.
func place(n, width int, unit string) string {
	if n == 0 {
		return strings.Repeat(" ", width+len(unit))
	}
	return fmt.Sprintf("%*d%s", width, n, unit)
}

// posed is the level; a sign behind that of a namespace says that pods run below it.
func posed(r *row) string {
	text := r.posture.String()
	if r.level == space {
		if r.record == nil {
			return "?"
		}
		if r.weak {
			return text + " !"
		}
	}
	return text
}

// ready is how many of how many.
func ready(r *row) string {
	switch {
	case r.wanted > 0 || r.wanted == 0 && r.level == owner:
		return strconv.Itoa(r.ready) + "/" + strconv.Itoa(r.wanted)
	case r.wanted < 0 && r.ready > 0:
		return strconv.Itoa(r.ready) + "/?"
	}
	return ""
}

// where names the node, or counts them.
func where(r *row) string {
	if r.nodes > 1 {
		return view.Count(r.nodes, "node")
	}
	return r.node
}

// addresses are those of a pod or of a node.
func addresses(i *item) string {
	switch r := i.record.(type) {
	case *record.Pod:
		return strings.Join(r.IPs, " ")
	case *nodeRecord:
		var ips []string
		for _, a := range r.Object.Status.Addresses {
			if a.Type == "InternalIP" {
				ips = append(ips, a.Address)
			}
		}
		return strings.Join(ips, " ")
	}
	return ""
}

func images(i *item) string {
	if i.template == nil {
		return ""
	}
	return i.template.images
}

func account(i *item) string {
	if i.template == nil {
		return ""
	}
	return i.template.account
}

// above names what an item hangs below, where that is an owner.
func above(i *item) string {
	if i.parent == nil || i.parent.depth == 0 {
		return ""
	}
	return i.parent.ref.Kind + "/" + i.parent.ref.Name
}
