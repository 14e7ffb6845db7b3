package node

import (
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// phase is how far a line of releases is in its life, as all say together that know of it.
type phase uint8

const (
	// unknown is that of a line of which no source tells an end.
	unknown phase = iota
	supported
	// extended is support that costs extra, or is for the long term; ended is after all support.
	extended
	ended
)

// line is what is said of the support of one line of releases.
type line struct {
	Verdict
	phase
}

// said is what one source says.
type said struct {
	phase
	soon   bool
	text   string
	source *lifecycle.Source
}

// judgeLine says how the support of a line stands, which has a name such as Ubuntu 24.04.
func judgeLine(m *moment, topic Topic, name string, cycles []lifecycle.Cycle) line {
	var all []said
	for i := range cycles {
		all = append(all, judgeCycle(m, &cycles[i]))
	}
	l := line{Verdict: Verdict{Topic: topic, State: NoData}}
	if len(all) == 0 {
		l.Detail = "no source here knows " + name
		return l
	}
	least, worst, soon := ended, unknown, false
	var sources []*lifecycle.Source
	for _, s := range all {
		sources = append(sources, s.source)
		if s.phase != unknown {
			least, worst, soon = min(least, s.phase), max(worst, s.phase), soon || s.soon
		}
	}
	l.Source, l.Date = named(sources)
	l.Detail = name + ": " + together(all)
	if worst == unknown {
		return l
	}
	l.phase = least
	switch {
	case least == ended:
		l.State = Overdue
	case worst > supported || soon:
		l.State = Due
	default:
		l.State = OK
	}
	return l
}

// judgeCycle says what one source tells of a line.
func judgeCycle(m *moment, c *lifecycle.Cycle) said {
	s := said{source: c.Source, phase: supported}
	over := c.Ended || c.End != 0 && m.over(c.End)
	switch {
	case over && c.Extended != 0 && !m.over(c.Extended):
		s.phase, s.text = extended, "support ended"+on(c.End)+", extended support runs until "+c.Extended.String()
	case over && c.Extended != 0:
		s.phase, s.text = ended, "support ended"+on(c.End)+", extended support on "+c.Extended.String()
	case over:
		s.phase, s.text = ended, "support ended"+on(c.End)
	case c.End == 0:
		s.text = "no end of support is told"
		if c.Source == nil || m.old(c.Source.AsOf) {
			s.phase = unknown
		}
	case m.past(start(c.End) - int64(lifecycle.DueBefore.Seconds())):
		s.soon, s.text = true, "support ends on "+c.End.String()
		if c.Extended != 0 {
			s.text += ", extended support on " + c.Extended.String()
		}
	default:
		s.text = "supported until " + c.End.String()
	}
	return s
}

func on(d lifecycle.Day) string {
	if d == 0 {
		return ""
	}
	return " on " + d.String()
}

// together writes what sources say: once where they agree, by each where they do not.
func together(all []said) string {
	if !slices.ContainsFunc(all, func(s said) bool { return s.text != all[0].text }) {
		return all[0].text
	}
	var parts []string
	for _, s := range all {
		parts = append(parts, s.text+" (by "+sourceName(s.source)+")")
	}
	return "sources differ: " + strings.Join(parts, "; ")
}

func sourceName(s *lifecycle.Source) string {
	if s == nil {
		return "a source without a name"
	}
	return s.Name
}

// named joins the names of sources, and gives the day as of which they speak: the oldest and the newest, where that is not one day.
func named(sources []*lifecycle.Source) (names, date string) {
	var list []string
	var oldest, newest lifecycle.Day
	for _, s := range sources {
		if s == nil {
			continue
		}
		if !slices.Contains(list, s.Name) {
			list = append(list, s.Name)
		}
		if oldest == 0 || s.AsOf < oldest {
			oldest = s.AsOf
		}
		newest = max(newest, s.AsOf)
	}
	slices.Sort(list)
	if date = oldest.String(); newest != oldest {
		date += " to " + newest.String()
	}
	return strings.Join(list, ", "), date
}
