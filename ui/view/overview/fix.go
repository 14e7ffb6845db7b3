package overview

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// phrases is how many short titles of rules stand beside an object.
const phrases = 3

// fixColumns are the widths of the columns of what to fix first; rest is what the object and the rules share. The last ones are how many
// findings end, the risk, and how many paths end: each is 0 where it is not shown.
type fixColumns struct {
	number, rest, count, risk, cuts int
	// words tells that the count has its unit.
	words bool
}

// indent is where the object begins.
func (c fixColumns) indent() int { return gutter + c.number + 1 + 2 + 1 }

// label names the last columns, as wide as they are.
func (c fixColumns) label() string {
	t := ""
	if c.count > 0 && !c.words {
		t = "findings"
	}
	if c.risk > 0 {
		t += right("risk", c.risk)
	}
	if c.cuts > 0 {
		t += right("cuts", c.cuts)
	}
	return strings.TrimSpace(t)
}

func right(t string, width int) string { return strings.Repeat(" ", max(0, width-len(t))) + t }

// fixColumns lays the columns out. Where paths are known the risk has a column, and where there are any what ends them: that of the
// findings is given up for it where the screen is narrow.
func (s *Screen) fixColumns(width int) fixColumns {
	c := fixColumns{number: len(strconv.Itoa(max(10, len(s.fix.owners)))), count: 4, words: width >= wordy}
	if c.words {
		c.count = 12
	}
	if a := s.fix.attack(); a != nil {
		c.risk = 5
		if a.Paths > 0 {
			c.cuts = max(6, len(ratio(a.Paths, a.Paths))+2)
			if !c.words {
				c.count = 0
			}
		}
	}
	c.rest = max(0, width-c.indent()-c.count-c.risk-c.cuts-1)
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

// fixLine draws an object: what is worst about it, and how much ends with it. The best cut shows the path that it ends.
func (s *Screen) fixLine(i, width int, c fixColumns) string {
	o, t := s.fix.owners[i], &s.shared.Theme
	letter, severity := o.mark()
	style := t.Severity(severity)
	if !o.sure() {
		style = t.Faint
	}
	cells := []cell{
		{text: strconv.Itoa(i + 1), width: c.number, style: t.Faint, right: true},
		gap(1),
		{text: letter, width: 2, style: style},
		gap(1),
	}
	if names := s.fix.route(o); names != nil && s.lists[fix].tall > 0 {
		cells = append(cells, cell{text: s.along(names, c.rest), width: c.rest, style: t.Text, name: true})
	} else {
		beside := s.beside(o)
		object, rest := divide(c.rest, s.fix.usual, o.width, view.Width(s.shared.Clean(beside[0])))
		cells = append(cells,
			cell{text: o.object, width: object, style: t.Text, name: true},
			gap(min(2, rest)),
			cell{text: s.flow(beside, " "+s.shared.Glyphs.Dot+" ", rest), width: rest, style: t.Faint})
	}
	return s.line(width, s.look(fix, i), append(cells, s.figures(o, c)...)...)
}

// beside are the words beside an object: what is worst about it; of a cut alone, what is to be done.
func (s *Screen) beside(o *owner) []string {
	titles := make([]string, 0, phrases)
	if o.lead || len(o.rows) == 0 {
		titles = append(titles, cmp.Or(o.cut.Edit, "attack paths lead through it"))
	}
	for _, r := range o.rows[:min(phrases, len(o.rows))] {
		titles = append(titles, cmp.Or(r.Finding.Rule.Short, r.Finding.Rule.Title))
	}
	return s.fix.titles(o, titles)
}

// figures are the last columns of an object.
func (s *Screen) figures(o *owner, c fixColumns) []cell {
	t := &s.shared.Theme
	var cells []cell
	if c.count > 0 {
		n, unit := o.count()
		count := strconv.Itoa(n)
		switch {
		case c.words && unit == "undecided":
			count += " " + unit
		case c.words:
			count = view.Count(n, unit)
		}
		if n == 0 {
			count = ""
		}
		cells = append(cells, cell{text: count, width: c.count, style: t.Text, right: true})
	}
	if c.risk > 0 {
		cells = append(cells, cell{text: strconv.Itoa(o.risk), width: c.risk, style: t.Text, right: true})
	}
	if c.cuts > 0 {
		text, style := s.none(), t.Faint
		if o.cut != nil {
			text, style = ratio(o.cut.Removes, s.fix.attack().Paths), t.Text
		}
		cells = append(cells, cell{text: text, width: c.cuts, style: style, right: true})
	}
	return cells
}

// none stands for a figure that is zero.
func (s *Screen) none() string {
	if s.shared.Glyphs.Charset == text.ASCII {
		return "-"
	}
	return "–"
}

// why says in words what to do where paths end with it, and what the worst rule means, or why it is not known whether it holds.
func (s *Screen) why(o *owner) string {
	t := s.ends(o)
	switch {
	case t == "":
	case o.lead && s.fix.route(o) != nil && s.lists[fix].tall > 0:
		t = "This one edit " + t + ". "
	default:
		t = "A cut here (" + cmp.Or(o.cut.Edit, "an edit") + ") " + t + ". "
	}
	if len(o.rows) == 0 {
		return strings.TrimSpace(t)
	}
	r := o.rows[0]
	if r.Verdict != model.Yes && r.Reason != "" {
		return t + r.Verdict.String() + ": " + r.Reason
	}
	return t + first(r.Finding.Rule.Why)
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
