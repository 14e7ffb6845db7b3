package overview

import (
	"cmp"
	"slices"
	"strconv"

	"canopy/model"
	"canopy/ui/view"
)

// phrases is how many short titles of rules stand beside an object.
const phrases = 3

// fixColumns are the widths of the columns of what to fix first; rest is what the object and the rules share.
type fixColumns struct {
	number, rest, count int
	// words tells that the count has its unit.
	words bool
}

// indent is where the object begins.
func (c fixColumns) indent() int { return gutter + c.number + 1 + 2 + 1 }

func (s *Screen) fixColumns(width int) fixColumns {
	c := fixColumns{number: len(strconv.Itoa(max(10, len(s.fix.owners)))), count: 4, words: width >= wordy}
	if c.words {
		c.count = 12
	}
	c.rest = max(0, width-c.indent()-c.count-1)
	return c
}

// wordy is the width from which on figures have their unit beside them; else it stands in the title of the pane.
const wordy = 100

// usual gives the width that nine of ten need: a few long names must not take the room from all the others.
func usual(widths []int) int {
	if len(widths) == 0 {
		return 0
	}
	slices.Sort(widths)
	return widths[(len(widths)*9+9)/10-1]
}

// divide shares the cells of one row between its name and what stands beside it, of which so many cells are to be seen, with
// a gap between. The name is whole wherever it fits. What is beside it stands in a column after the usual width of a name, or
// nearer where it would not fit there, and further off where the name is long.
func divide(room, usual, name, wanted int) (left, beside int) {
	const apart = 2
	name = min(name, room)
	left = max(name, min(usual, room/2))
	if room-left-apart < wanted {
		left = max(name, min(left, room-apart-wanted))
	}
	if beside = room - left - apart; wanted == 0 || beside < min(wanted, some) {
		return max(0, room), 0
	}
	return left, beside
}

// fixLine draws an object: what is worst about it, and how many findings end with it.
func (s *Screen) fixLine(i, width int, c fixColumns) string {
	o, t := s.fix.owners[i], &s.shared.Theme
	titles := make([]string, 0, phrases)
	for _, r := range o.rows[:min(phrases, len(o.rows))] {
		titles = append(titles, cmp.Or(r.Finding.Rule.Short, r.Finding.Rule.Title))
	}
	titles = s.fix.titles(o, titles)
	n, unit := o.count()
	count := strconv.Itoa(n)
	if c.words {
		count = view.Count(n, unit)
		if unit == "undecided" {
			count = strconv.Itoa(n) + " " + unit
		}
	}
	severity := t.Severity(o.worst)
	if o.holds == 0 {
		severity = t.Faint
	}
	object, rules := divide(c.rest, s.fix.usual, o.width, view.Width(s.shared.Clean(titles[0])))
	return s.line(width, s.look(fix, i),
		cell{text: strconv.Itoa(i + 1), width: c.number, style: t.Faint, right: true},
		gap(1),
		cell{text: o.rows[0].Severity(), width: 2, style: severity},
		gap(1),
		cell{text: o.object, width: object, style: t.Text, name: true},
		gap(min(2, rules)),
		cell{text: s.flow(titles, " "+s.shared.Glyphs.Dot+" ", rules), width: rules, style: t.Faint},
		cell{text: count, width: c.count, style: t.Text, right: true},
	)
}

// why says in words what the worst rule means, or why it is not known whether it holds.
func (o *owner) why() string {
	r := o.rows[0]
	if r.Verdict != model.Yes && r.Reason != "" {
		return r.Verdict.String() + ": " + r.Reason
	}
	return first(r.Finding.Rule.Why)
}

// nothing says why there is nothing to fix, which is good news only where all was seen.
func (s *Screen) nothing(width, height int) []string {
	t, c, r := &s.shared.Theme, s.snapshot.Cover, s.snapshot.Report
	where := ""
	if s.snapshot.Namespaces != nil {
		where = " in the namespaces that are shown"
	}
	switch {
	case c.Unreached(r), c.Total() == 0, !c.Settled():
		return s.loading(width, height)
	case len(s.snapshot.Rows) > 0 && s.fix.of == s.snapshot:
		return s.text(width, t.Warn, view.Count(len(s.snapshot.Rows), "finding")+" cannot be judged yet: what the rules need is still loading")
	case len(s.snapshot.Rows) > 0 || s.fix.of == nil:
		return s.text(width, t.Faint, "reading the findings")
	case c.Seen() < c.Total():
		return s.text(width, t.Warn, "No rule holds on what could be seen"+where+". "+
			view.Count(c.Total()-c.Seen(), "kind")+" of "+strconv.Itoa(c.Total())+" could not be read whole: see COVERAGE.")
	}
	if c.Stale {
		return s.text(width, t.Warn, "No rule held on anything"+where+" when it was last seen.")
	}
	return s.text(width, t.Good, "Nothing to fix: no rule holds on anything"+where+".")
}
