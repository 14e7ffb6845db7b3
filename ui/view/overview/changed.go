package overview

import (
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/view"
)

// edits are the changes that are shown, the newest first.
type edits struct {
	rows []*model.Edit
	// known tells that a snapshot was shown; seen is the sequence number of the newest edit, and those above quiet glow.
	known       bool
	seen, quiet uint64
	// usual is the width that all but the longest objects need.
	usual int
	// opened and closed are the widths of the columns of what findings came and went, with the blank before them.
	opened, closed int
}

// take shows the edits of the snapshot, and tells whether there are new ones.
func (s *Screen) take() (news bool) {
	e, l, r := &s.changed, &s.lists[changed], s.snapshot.Report
	was, widths := s.edit(), []int(nil)
	e.rows, e.usual, e.opened, e.closed = nil, 0, 0, 0
	for i := range r.Edits {
		edit := &r.Edits[i]
		if !s.snapshot.Namespaces.Show(edit.Object) {
			continue
		}
		e.rows = append(e.rows, edit)
		widths = append(widths, view.Width(s.shared.Clean(edit.Object.String())))
		e.opened = max(e.opened, len(figure(" +", edit.OpenedCount)))
		e.closed = max(e.closed, len(figure(" -", edit.ClosedCount)))
	}
	l.refill(len(e.rows), func() (int, bool) {
		for i, row := range e.rows {
			if was != nil && row.Sequence == was.Sequence {
				return i, true
			}
		}
		return 0, false
	})
	e.usual = usual(widths)
	newest := uint64(0)
	if len(r.Edits) > 0 {
		newest = r.Edits[0].Sequence
	}
	news = e.known && newest > e.seen
	if !e.known || newest < e.seen {
		// What was there before one came here is no news, nor is what another source begins with.
		e.quiet = newest
	}
	e.known, e.seen = true, newest
	return news
}

// settle ends the glow of edits.
func (e *edits) settle(upTo uint64) { e.quiet = max(e.quiet, upTo) }

// edit is the selected one; nil where there is none.
func (s *Screen) edit() *model.Edit {
	if i := s.lists[changed].cursor; i < len(s.changed.rows) {
		return s.changed.rows[i]
	}
	return nil
}

// sign says what happened in one character.
func (s *Screen) sign(v model.EditVerb) (string, lipgloss.Style) {
	switch v {
	case model.EditCreated:
		return "+", s.shared.Theme.Added
	case model.EditDeleted:
		return "-", s.shared.Theme.Removed
	}
	return "~", s.shared.Theme.Notice
}

// figure says how many findings came or went; nothing of none.
func figure(sign string, n int) string {
	if n == 0 {
		return ""
	}
	return sign + strconv.Itoa(n)
}

// told says in words what an edit did.
func told(e *model.Edit) string {
	var parts []string
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	if e.OpenedCount > 0 {
		parts = append(parts, view.Count(e.OpenedCount, "finding")+" opened, the worst "+e.Worst.String())
	}
	if e.ClosedCount > 0 {
		parts = append(parts, view.Count(e.ClosedCount, "finding")+" closed")
	}
	return strings.Join(parts, "; ")
}

// clock writes when an edit was: the time of this day, else the day.
func (s *Screen) clock(t time.Time) string {
	now := s.snapshot.Report.Time.In(s.shared.Zone)
	if t = t.In(s.shared.Zone); t.Format(time.DateOnly) != now.Format(time.DateOnly) {
		return t.Format("Jan _2")
	}
	return s.shared.Clock(t)
}

// unchanged says since when nothing has changed.
func (s *Screen) unchanged() string {
	c, trend := s.snapshot.Cover, s.snapshot.Trend
	switch {
	case !c.Settled():
		return "what changes is told once everything was read"
	case s.snapshot.Namespaces != nil && len(s.snapshot.Report.Edits) > 0:
		return "nothing has changed in the namespaces that are shown"
	case len(trend) == 0:
		return "nothing has changed"
	}
	return "nothing has changed since " + s.hour(trend[0].Time)
}

// words stand after the figures of an edit, where there is room.
const words = " findings"

// editIndent is where the object begins, after the gutter.
const editIndent = 8 + 2 + 1 + 1

// editLine draws an edit: when, what, and what came of it.
func (s *Screen) editLine(i, width int) string {
	e, t := s.changed.rows[i], &s.shared.Theme
	worst, style := "", t.Good
	switch {
	case e.OpenedCount > 0:
		worst, style = e.Worst.Letter(), t.Severity(e.Worst)
	case e.ClosedCount > 0:
		worst = e.Worst.Letter()
	}
	opened, closed := figure("+", e.OpenedCount), figure("-", e.ClosedCount)
	room := s.changed.opened + s.changed.closed
	if room > 0 {
		room += 2 + 1
	}
	unit := ""
	if width >= wordy && room > 0 {
		room += len(words)
		if opened+closed != "" {
			unit = words
		}
	}
	mark, markStyle := s.sign(e.Verb)
	object, detail := divide(width-gutter-editIndent-room-1, s.changed.usual)
	return s.line(width, s.look(changed, i),
		cell{text: s.clock(e.Time), width: 8, style: t.Faint},
		gap(2),
		cell{text: mark, width: 1, style: markStyle},
		gap(1),
		cell{text: e.Object.String(), width: object, style: t.Text, name: true, glow: e.Sequence > s.changed.quiet},
		gap(min(2, detail)),
		cell{text: e.Detail, width: detail, style: t.Faint},
		gap(min(2, room)),
		cell{text: worst, width: min(1, room), style: style},
		cell{text: opened, width: s.changed.opened, style: style, right: true},
		cell{text: closed, width: s.changed.closed, style: t.Good, right: true},
		cell{text: unit, width: len(unit), style: t.Faint},
	)
}
