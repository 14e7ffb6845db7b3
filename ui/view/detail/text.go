package detail

import (
	"fmt"
	"strings"
	"time"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/explain"
	"canopy/ui/view/page"
)

// write makes the words of the left pane anew.
func (s *Screen) write() {
	if s.width <= 0 {
		return
	}
	width, _ := s.panes()
	p := page.New(s.shared, width, s.faded())
	s.banner(p)
	if s.rule != nil {
		s.writeFinding(p)
	} else {
		s.writeObject(p)
	}
	s.text.SetLines(p.Lines())
}

// faded tells that what is shown is no longer so.
func (s *Screen) faded() bool { return !s.ended.IsZero() && (s.rule == nil || s.row != nil) }

// banner says that what is shown is no longer so, or never was.
func (s *Screen) banner(p *page.Page) {
	if s.ended.IsZero() {
		return
	}
	p.Para(p.In(s.shared.Theme.Notice, s.endedWords()))
	p.Gap()
}

func (s *Screen) endedWords() string {
	at := s.shared.Clock(s.ended)
	switch {
	case s.rule == nil:
		return "gone since " + at + "; this is how it was last seen"
	case s.row != nil:
		return "no longer holds since " + at
	}
	switch state := s.snap.Report.Rules[s.rule.ID]; {
	case state.Loading || !s.snap.Report.Settled():
		return "not found so far: still loading"
	case state.Verdict == model.Unknown && state.Reason != "":
		return "not found, but not all was seen: " + state.Reason
	}
	return "does not hold as of " + at
}

func (s *Screen) writeFinding(p *page.Page) {
	r := s.rule
	p.Para(p.In(p.Ink.Text, r.Why))
	p.Gap()
	s.writeState(p)
	if s.facts == nil {
		p.Entry("WHERE", p.In(p.Ink.Faint, s.shared.Glyphs.Charset.Ellipsis()))
	} else {
		s.writePlaces(p)
		s.writeFamily(p, &s.facts.family)
	}
	p.Gap()
	s.writeFix(p)
	p.Gap()
	p.Entry("ATTACK", p.In(p.Ink.Text, r.Attack))
	p.Entry("SEEN", p.In(p.Ink.Text, r.Defence))
	p.Gap()
	var by []string
	for _, c := range explain.Controls(&r.Frameworks) {
		by = append(by, c.String())
	}
	if len(by) > 0 {
		p.Entry("BY", p.In(p.Ink.Text, strings.Join(by, " "+s.shared.Glyphs.Dot+" ")))
	}
	if s.facts != nil {
		s.writeEvents(p)
		others := make([]*view.Row, 0, len(s.facts.own))
		for _, o := range s.facts.own {
			if o.Finding.ID != s.place.Finding {
				others = append(others, o)
			}
		}
		s.writeRows(p, "ALSO", others)
		s.writePods(p, &s.facts.family)
	}
}

// writeState says whether it holds, since when, and in how many pods.
func (s *Screen) writeState(p *page.Page) {
	if s.row == nil {
		return
	}
	f := s.row.Finding
	drawn := p.In(p.Ink.Severity(f.Severity), f.Severity.String())
	var more []string
	if f.Since != 0 {
		more = append(more, "since "+s.when(f.Since))
	}
	if f.Pods > 0 {
		more = append(more, "in "+view.Count(f.Pods, "running pod"))
	}
	if s.row.Verdict == model.Yes {
		p.Entry("STATE", drawn+p.In(p.Ink.Text, strings.TrimSpace(", holds "+strings.Join(more, ", "))))
		return
	}
	p.Entry("STATE", drawn+p.In(p.Ink.Text, ", ")+p.In(p.Ink.Warn, s.row.Verdict.String()+": "+s.row.Reason))
	p.Entry("", p.In(p.Ink.Faint, strings.Join(append(more, "not counted until it is known to hold"), ", ")))
}

// most bounds lists of which the rest is counted.
const most = 100

// writePlaces lists where it shows: the field, what stands there, and the place in a file.
func (s *Screen) writePlaces(p *page.Page) {
	word := "WHERE"
	at := s.object
	for i := range s.facts.places {
		e := &s.facts.places[i]
		if i == most {
			p.Entry(word, p.In(p.Ink.Faint, "and "+view.Count(len(s.facts.places)-most, "more place")))
			break
		}
		if e.Object != at {
			at = e.Object
			p.Entry(word, p.In(p.Ink.Text, "in "+at.Kind+" "+at.Name+", not in "+s.object.Kind+" "+s.object.Name+":"))
			word = ""
		}
		drawn := p.In(p.Ink.Text, e.Path)
		if e.Value == "" {
			drawn += p.In(p.Ink.Value, " is not set")
		} else {
			drawn += p.In(p.Ink.Text, " = ") + p.In(p.Ink.Value, e.Value)
		}
		p.Entry(word, drawn)
		word = ""
		if e.file != "" {
			p.Entry("", p.In(p.Ink.Faint, fmt.Sprintf("%s:%d", e.file, e.Line)))
		}
	}
}

// writeFix says what ends it, how, and what that may break.
func (s *Screen) writeFix(p *page.Page) {
	r := s.rule
	p.Entry("FIX", p.In(p.Ink.Text, r.Remedy))
	how := explain.Way(r.Fix)
	if key := s.shared.Keys.Show(keys.Fix); r.Fix == "yaml" && key != "" && s.finding() != nil {
		how += ": " + key + " shows it as a diff"
	}
	p.Entry("", p.In(p.Ink.Faint, how))
	if r.NoFix != "" {
		p.Entry("", p.In(p.Ink.Faint, r.NoFix))
	}
	if r.Breakage != "" {
		style := p.Ink.Warn
		if r.Breakage == "none" || r.Breakage == "likely-safe" {
			style = p.Ink.Good
		}
		p.Entry("BREAKS", p.In(style, explain.Breakage(r.Breakage)))
	}
}

// newest is the number of events that are shown.
const newest = 5

// writeEvents lists what the cluster reported, the newest first.
func (s *Screen) writeEvents(p *page.Page) {
	word := "EVENTS"
	all := s.facts.events
	for i := len(all) - 1; i >= max(0, len(all)-newest); i-- {
		e := &all[i]
		style := p.Ink.Text
		if e.Type == "Warning" {
			style = p.Ink.Warn
		}
		times := ""
		if e.Count > 1 {
			times = fmt.Sprintf(" (%d times)", e.Count)
		}
		p.Entry(word, p.In(p.Ink.Faint, s.moment(e.Time)+" ")+p.In(style, e.Type+" "+e.Reason+times)+p.In(p.Ink.Text, ": "+e.Message))
		word = ""
	}
}

// moment writes seconds since 1970 to the second where they are of the day of the report.
func (s *Screen) moment(seconds int64) string {
	t, now := time.Unix(seconds, 0).In(s.shared.Zone), s.snap.Report.Time.In(s.shared.Zone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(view.Stamp)
}

// writeRows lists findings, with the letters of their severities.
func (s *Screen) writeRows(p *page.Page, word string, rows []*view.Row) {
	if len(rows) == 0 {
		return
	}
	p.Gap()
	p.Entry(word, p.In(p.Ink.Text, view.Count(len(rows), "finding")+" on "+rows[0].Finding.Object.Kind+" "+rows[0].Finding.Object.Name))
	for _, r := range rows {
		p.Item(p.In(p.Ink.Severity(r.Finding.Severity), s.shared.Fit(r.Severity(), 2)), p.In(p.Ink.Text, r.Finding.Rule.ID+" "+r.Finding.Rule.Title))
	}
}
