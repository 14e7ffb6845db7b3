package overview

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/view"
)

// roomy is the height from which on there is room to say how the risk is counted.
const roomy = 30

// formulaLines say below the figure how it is counted, where there is room.
func (s *Screen) formulaLines(width int) []string {
	if s.height < roomy {
		return nil
	}
	return s.wrap(view.RiskInShort, width-2, 3)
}

// riskLines draw how bad it is: the figure, of what it is and how it has moved, how many findings of each severity hold, and how
// many paths of attack there are.
func (s *Screen) riskLines(width int) []string {
	t, score := &s.shared.Theme, s.snapshot.Score
	figure, style := strconv.Itoa(s.snapshot.Risk), t.Good
	scope, scopeStyle := s.scope()
	if worst, ok := score.Worst(); ok {
		style = t.Severity(worst)
	} else if scope != "" {
		// No finding is no good news while something is unseen.
		style = t.Warn
		if !s.read() {
			figure = unknown
		}
	}
	only := ""
	if names := s.snapshot.Namespaces.Names(); len(names) > 0 {
		only = "only " + view.Few(names, 2)
	}
	change, changeStyle := s.change()
	top, _ := s.shared.Bar(width,
		view.Part{Text: "RISK", Style: t.Header},
		view.Part{Text: figure, Style: style},
		view.Part{Text: s.shared.Cut(only, width/2), Style: t.Notice},
		view.Part{Text: scope, Style: scopeStyle, Rank: 1},
		view.Part{Text: change, Style: changeStyle, Rank: 2},
		view.Part{Text: s.spark(min(24, width/4)), Style: t.Faint, Rank: 3},
	)
	lines := []string{top, s.counts(width)}[:s.riskHeight()]
	return slices.Concat(lines, s.paths, s.more(s.formula, 1, t.Faint))
}

// read tells that all was read that can be read: until then a zero says nothing.
func (s *Screen) read() bool {
	return s.snapshot.Cover.Settled() && !s.snapshot.Cover.Unreached(s.snapshot.Report)
}

// counts is the line of counts by severity.
func (s *Screen) counts(width int) string {
	t, score := &s.shared.Theme, s.snapshot.Score
	var parts []view.Part
	for _, severity := range model.Severities() {
		n := score.Holds[severity]
		style, count := t.Severity(severity), strconv.Itoa(n)
		if n == 0 {
			style = t.Faint
			if !s.read() {
				count = unknown
			}
		}
		parts = append(parts, view.Part{Text: s.shared.Glyphs.Severity(severity) + " " + severity.Letter() + " " + count, Style: style})
	}
	if n := score.Undecided; n > 0 && s.snapshot.Cover.Settled() {
		// Until then most of them are those that wait.
		parts = append(parts, view.Part{Text: strconv.Itoa(n) + " undecided", Style: t.Faint, Rank: 1})
	}
	line, _ := s.shared.Bar(width, parts...)
	return line
}

// scope says of how much the figure speaks, and of when, where that is not all and now.
func (s *Screen) scope() (string, lipgloss.Style) {
	t, c := &s.shared.Theme, s.snapshot.Cover
	scope := ""
	switch {
	case !s.read():
		scope = "so far"
	case c.Seen() < c.Total():
		scope = "of what could be seen"
	}
	switch {
	case !c.Stale || c.Unreached(s.snapshot.Report):
	case c.StaleSince == 0:
		scope = join(scope, "out of date")
	default:
		scope = join(scope, "as of "+s.hour(time.Unix(c.StaleSince, 0)))
	}
	if scope == "" {
		return "", t.Faint
	}
	return scope, t.Warn
}

// change says how the risk has moved since everything was read.
func (s *Screen) change() (string, lipgloss.Style) {
	t, trend := &s.shared.Theme, s.snapshot.Trend
	if len(trend) == 0 || !s.read() || s.still() {
		return "", t.Faint
	}
	since := " since " + s.hour(trend[0].Time)
	if by := s.snapshot.Risk - trend[0].Risk; by != 0 {
		return s.moved(by, "", since)
	}
	// The figure is too coarse for each finding to move it.
	for _, severity := range model.Severities() {
		if by := s.snapshot.Score.Holds[severity] - trend[0].Score.Holds[severity]; by != 0 {
			return s.moved(by, " "+severity.Letter(), since)
		}
	}
	return "unchanged" + since, t.Faint
}

// moved says by how much something rose or fell.
func (s *Screen) moved(by int, what, since string) (string, lipgloss.Style) {
	if by > 0 {
		return s.shared.Glyphs.Up + strconv.Itoa(by) + what + since, s.shared.Theme.Alarm
	}
	return s.shared.Glyphs.Down + strconv.Itoa(-by) + what + since, s.shared.Theme.Good
}

// hour writes a moment of this day, or of another one with its date.
func (s *Screen) hour(t time.Time) string {
	now := s.snapshot.Report.Time.In(s.shared.Zone)
	if t = t.In(s.shared.Zone); t.Format(time.DateOnly) != now.Format(time.DateOnly) {
		return t.Format(view.Stamp)
	}
	return t.Format("15:04")
}

// spark draws the risk over the moments at which it changed. It spans no less than a few points, so that small changes look
// small.
func (s *Screen) spark(width int) string {
	const points = 10
	trend := s.snapshot.Trend
	if len(trend) < 2 || width < 1 {
		return ""
	}
	trend = trend[max(0, len(trend)-width):]
	low, high := trend[0].Risk, trend[0].Risk
	for _, p := range trend {
		low, high = min(low, p.Risk), max(high, p.Risk)
	}
	var b strings.Builder
	for _, p := range trend {
		b.WriteString(s.shared.Glyphs.Level(p.Risk-low, max(points, high-low)))
	}
	return b.String()
}
