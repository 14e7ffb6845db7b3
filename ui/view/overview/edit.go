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
	case e.OpenedCount+e.ClosedCount == 0 && silence(e) != "":
		o.worst = unknown
		return o
	case e.OpenedCount+e.ClosedCount == 0:
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

// shares divides what is left of the line of an edit between its object and its detail; whole tells that no detail is cut.
func (s *Screen) shares(e *model.Edit, width int) (object, detail int, whole bool) {
	o := s.outcome(e, width)
	wanted := view.Width(s.shared.Clean(s.detail(e)))
	object, detail = divide(width-editIndent(width)-o.cells()-1, s.changed.usual, view.Width(s.shared.Clean(e.Object.String())), wanted)
	return object, detail, detail >= wanted
}

// editLine draws an edit: when, what, and what came of it.
func (s *Screen) editLine(i, width int) string {
	e, t := s.changed.rows[i], &s.shared.Theme
	mark, markStyle := s.sign(e.Verb)
	object, detail, _ := s.shares(e, width)
	o := s.outcome(e, width)
	return s.line(width, s.look(changed, i),
		cell{text: s.clock(e.Time, editTime(width)), width: editTime(width), style: t.Faint},
		gap(1),
		cell{text: mark, width: 1, style: markStyle},
		gap(1),
		cell{text: e.Object.String(), width: object, style: t.Text, name: true, glow: e.Sequence > s.changed.quiet},
		gap(min(2, detail)),
		cell{text: s.detail(e), width: detail, style: t.Faint},
		gap(min(2, o.cells())),
		cell{text: o.worst, width: len(o.worst), style: o.style},
		cell{text: figure("+", e.OpenedCount), width: o.opened, style: o.style, right: true},
		cell{text: figure("-", e.ClosedCount), width: o.closed, style: t.Good, right: true},
		cell{text: o.unit, width: len(o.unit), style: t.Faint},
	)
}
