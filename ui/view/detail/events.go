package detail

import (
	"fmt"
	"time"

	"canopy/ui/view"
	"canopy/ui/view/page"
)

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
