package overview

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// riskLines draw how bad it is: the figure, where it comes from, and how many findings of each severity hold.
func (s *Screen) riskLines(width int) []string {
	t, score := &s.shared.Theme, s.snapshot.Score
	figure, style := strconv.Itoa(score.Risk()), t.Good
	scope, scopeStyle := s.scope()
	if worst, ok := score.Worst(); ok {
		style = t.Severity(worst)
	} else if scope != "" {
		// No finding is no good news while something is unseen.
		style = t.Warn
		if !s.snapshot.Cover.Settled() {
			figure = "?"
		}
	}
	change, changeStyle := s.change()
	how := ""
	if key := s.shared.Keys.Show(keys.Help); key != "" {
		how = "formula: " + key
	}
	top, _ := s.shared.Bar(width,
		view.Part{Text: "RISK", Style: t.Header},
		view.Part{Text: figure, Style: style},
		view.Part{Text: scope, Style: scopeStyle, Rank: 1},
		view.Part{Text: change, Style: changeStyle, Rank: 2},
		view.Part{Text: s.spark(min(24, width/4)), Style: t.Faint, Rank: 3},
		view.Part{Text: how, Style: t.Faint, Rank: 4, Right: true},
	)
	return []string{top, s.counts(width)}
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
			if !s.snapshot.Cover.Settled() {
				count = "?"
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

// scope says of how much the figure speaks, where that is not all.
func (s *Screen) scope() (string, lipgloss.Style) {
	t, c := &s.shared.Theme, s.snapshot.Cover
	switch {
	case !c.Settled():
		return "so far", t.Warn
	case c.Seen() < c.Total():
		return "of what could be seen", t.Warn
	}
	if c.Stale {
		if c.StaleSince == 0 {
			return "out of date", t.Warn
		}
		return "as of " + s.hour(time.Unix(c.StaleSince, 0)), t.Warn
	}
	return "", t.Faint
}

// change says how the risk has moved since everything was read.
func (s *Screen) change() (string, lipgloss.Style) {
	t, trend := &s.shared.Theme, s.snapshot.Trend
	if len(trend) == 0 || !s.snapshot.Cover.Settled() {
		return "", t.Faint
	}
	since := " since " + s.hour(trend[0].Time)
	switch by := trend[len(trend)-1].Risk - trend[0].Risk; {
	case by > 0:
		return fmt.Sprintf("%s%d%s", s.shared.Glyphs.Up, by, since), t.Alarm
	case by < 0:
		return fmt.Sprintf("%s%d%s", s.shared.Glyphs.Down, -by, since), t.Good
	}
	return "unchanged" + since, t.Faint
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
