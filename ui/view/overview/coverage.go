package overview

import (
	"fmt"
	"strconv"
	"strings"

	"canopy/model"
	"canopy/ui/view"
)

// write makes the lines of the coverage, where the snapshot or the width is another one.
func (s *Screen) write(width int) {
	formula := len(s.formula) == 0
	if s.written.snapshot == s.snapshot && s.written.width == width && s.written.formula == formula {
		return
	}
	s.written.snapshot, s.written.width, s.written.formula = s.snapshot, width, formula
	s.coverage.SetLines(s.covered(width))
	s.summary = s.sumCover()
}

// covered says what could be seen and why not more, and where all of it comes from.
func (s *Screen) covered(width int) []string {
	t, c, r := &s.shared.Theme, s.snapshot.Cover, s.snapshot.Report
	p := s.shared.Prose(width)
	switch {
	case c.Total() == 0:
		p.Text("nothing was read yet", t.Faint)
	case c.Seen() == c.Total():
		p.Text("all "+view.Count(c.Total(), "kind")+" were read", t.Text)
	default:
		p.Text(fmt.Sprintf("%d%%: %d of %s were read whole", c.Percent(), c.Seen(), view.Count(c.Total(), "kind")), t.Text)
	}
	if c.Stale {
		p.Entry("stale", strings.TrimSpace(s.staleness()+": "+c.StaleWhy), t.Alarm)
	}
	for _, g := range c.Gaps {
		style := t.Warn
		if g.State == model.Absent {
			style = t.Faint
		}
		what := strings.Join(g.Kinds, ", ")
		if g.Reason != "" {
			what += ": " + g.Reason
		}
		p.Entry(string(g.State), what, style)
	}
	if len(c.Loading) > 0 {
		p.Entry("loading", strings.Join(c.Loading, ", "), t.Faint)
	}
	p.Entry("source", s.source(r.Source), t.Text)
	if words := secretsWords(s.snapshot); words != "" {
		p.Entry("secrets", words, t.Faint)
	}
	words, warn := s.pathWords()
	style := t.Faint
	if warn {
		style = t.Warn
	}
	p.Text("attack paths: "+words, style)
	if s.written.formula {
		p.Entry("risk", strings.TrimPrefix(view.RiskFormula, "risk: "), t.Faint)
	}
	return p.Lines()
}

// staleness says since when a watch is broken.
func (s *Screen) staleness() string {
	c := s.snapshot.Cover
	switch {
	case c.Unreached(s.snapshot.Report):
		return "cannot reach the server"
	case c.StaleSince == 0:
		return "what is shown may be out of date"
	}
	return "since " + s.shared.Moment(c.StaleSince)
}

// source says what is looked at.
func (s *Screen) source(i model.SourceInfo) string {
	name := i.Name
	if name == "" {
		name = s.shared.Session.Name()
	}
	parts := []string{name}
	for _, p := range []string{i.Type, i.Server} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " "+s.shared.Glyphs.Dot+" ")
}

// sumCover is the coverage in a few words.
func (s *Screen) sumCover() string {
	c := s.snapshot.Cover
	parts := make([]string, 0, 4)
	switch {
	case c.Total() == 0:
		return "connecting"
	case !c.Settled():
		parts = append(parts, s.progress())
	default:
		parts = append(parts, strconv.Itoa(c.Percent())+"%")
	}
	if c.Stale {
		parts = append(parts, "stale "+s.staleness())
	}
	for _, state := range view.GapStates() {
		if missing := c.Missing(state); len(missing) > 0 {
			parts = append(parts, string(state)+" "+view.Few(missing, 2))
		}
	}
	return strings.Join(parts, ", ")
}

// progress counts the kinds that are through.
func (s *Screen) progress() string {
	c := s.snapshot.Cover
	return fmt.Sprintf("loading %d of %s", c.Total()-c.By(model.Loading), view.Count(c.Total(), "kind"))
}

// loading says how far the reading is, by kind, in place of a list that would look clean.
func (s *Screen) loading(width, height int) []string {
	t, c, r := &s.shared.Theme, s.snapshot.Cover, s.snapshot.Report
	switch {
	case c.Unreached(r):
		return s.text(width, t.Alarm, "cannot reach the server", c.StaleWhy)
	case c.Total() == 0:
		return s.text(width, t.Faint, "connecting to "+s.shared.Session.Name())
	}
	p := s.shared.Prose(width).Text(s.progress(), t.Strong)
	if through, g := c.Total()-c.By(model.Loading), &s.shared.Glyphs; height >= 4 && c.Total() <= width-2 {
		p.Line(" " + t.Good.Render(strings.Repeat(g.Bar[len(g.Bar)-1], through)) + t.Faint.Render(strings.Repeat(g.Rule, c.Total()-through)))
	}
	var read []string
	for _, k := range model.Kinds() {
		if c.State(k.GroupKind()) == model.Complete && r.Objects[k.Kind] > 0 {
			read = append(read, k.Resource+" "+strconv.Itoa(r.Objects[k.Kind]))
		}
	}
	p.Entry("read", strings.Join(read, ", "), t.Faint)
	if s.places[cover].body.height == 0 {
		p.Entry("loading", strings.Join(c.Loading, ", "), t.Text)
	}
	return p.Lines()
}
