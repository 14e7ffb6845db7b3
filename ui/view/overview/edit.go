package overview

import (
	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/view"
)

// words stand after the figures of an edit, where there is room.
const words = " findings"

// editTime is the width of the time of edits, and editIndent where their objects begin.
func editTime(width int) int {
	if width < 60 {
		return 6
	}
	return 8
}

func editIndent(width int) int { return gutter + editTime(width) + 1 + 1 + 1 }

// outcome is what came of an edit, as it stands at the end of its line.
type outcome struct {
	worst, unit    string
	style          lipgloss.Style
	opened, closed int
}

func (s *Screen) outcome(e *model.Edit, width int) outcome {
	t := &s.shared.Theme
	o := outcome{style: t.Faint}
	switch {
	case effects(e) == 0 && s.silence(e) != "":
		o.worst = unknown
		return o
	case effects(e) == 0:
		return o
	case e.OpenedCount > 0:
		o.style = t.Severity(e.Worst)
	default:
		o.style = t.Good
	}
	o.worst, o.opened, o.closed = e.Worst.Letter(), s.changed.opened, s.changed.closed
	if width >= wordy {
		o.unit = words
	}
	return o
}

// cells is what the outcome takes of the line, the blanks before it included.
func (o *outcome) cells() int {
	if o.worst == "" {
		return 0
	}
	return 2 + len(o.worst) + o.opened + o.closed + len(o.unit)
}

// shares is how the line of an edit is divided: what its object, what it did to paths, and its detail get; whole tells that no detail is
// cut.
type shares struct {
	object, paths, detail int
	// words say what it did to paths.
	words string
	whole bool
}

// shares divides what is left of the line of an edit beside the columns.
func (s *Screen) shares(e *model.Edit, width int) shares {
	o := s.outcome(e, width)
	room := width - editIndent(width) - o.cells() - 1
	name, wanted := view.Width(s.shared.Clean(e.Object.String())), view.Width(s.shared.Clean(s.detail(e)))
	got := shares{words: pathsOf(e, " to admin")}
	if name+2+view.Width(got.words) > room {
		got.words = pathsOf(e, "")
	}
	apart := 0
	if got.paths = view.Width(got.words); got.paths > 0 && wanted > 0 {
		apart = 2
	}
	var beside int
	got.object, beside = divide(room, s.changed.usual, name, got.paths+apart+wanted)
	if got.paths > 0 && beside < got.paths {
		// That cluster-admin came in reach counts more than the end of a name.
		beside = min(got.paths, max(0, room-2-some))
		got.object = room - beside - min(2, beside)
	}
	got.paths = min(got.paths, beside)
	if got.detail = beside - got.paths - apart; wanted == 0 || got.detail < min(wanted, some) {
		got.paths, got.detail = beside, 0
	}
	got.whole = got.detail >= wanted
	return got
}

// editLine draws an edit: when, what, and what came of it. What it did to paths comes before all else.
func (s *Screen) editLine(i, width int) string {
	e, t := s.changed.rows[i], &s.shared.Theme
	mark, markStyle := s.sign(e.Verb)
	of := s.shares(e, width)
	o := s.outcome(e, width)
	worse := t.Good
	if e.PathsOpened > 0 {
		worse = t.Alarm
	}
	cells := []cell{
		{text: s.clock(e.Time, editTime(width)), width: editTime(width), style: t.Faint},
		gap(1),
		{text: mark, width: 1, style: markStyle},
		gap(1),
		{text: e.Object.String(), width: of.object, style: t.Text, name: true, glow: e.Sequence > s.changed.quiet},
		gap(min(2, of.paths+of.detail)),
	}
	if of.words != "" {
		cells = append(cells, cell{text: of.words, width: of.paths, style: worse}, gap(min(2, of.detail)))
	}
	return s.line(width, s.look(changed, i), append(cells,
		cell{text: s.detail(e), width: of.detail, style: t.Faint},
		gap(min(2, o.cells())),
		cell{text: o.worst, width: len(o.worst), style: o.style},
		cell{text: figure("+", e.OpenedCount), width: o.opened, style: o.style, right: true},
		cell{text: figure("-", e.ClosedCount), width: o.closed, style: t.Good, right: true},
		cell{text: o.unit, width: len(o.unit), style: t.Faint},
	)...)
}
