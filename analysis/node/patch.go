package node

import (
	"strconv"

	"canopy/analysis/lifecycle"
)

// patience is how old a newer patch version may be before it counts as missing, in seconds.
const patience = 30 * day

// lag is how far a version is behind the newest patch of its minor.
type lag struct {
	Verdict
	// newest is 1.36.6, "" where none is known.
	newest string
}

// judgePatch compares a version with the newest patch of its minor: that of the provider where it builds its own, as far as that is known,
// else upstream's.
func (a *Analyser) judgePatch(m *moment, provider string, v lifecycle.Version) lag {
	l := a.judgeUpstream(m, v)
	if v.Whole() && lifecycle.Mender(provider) != "" {
		a.judgeOffer(m, provider, v, &l)
	}
	return l
}

// judgeUpstream compares a version with all patches of its minor that any source knows.
func (a *Analyser) judgeUpstream(m *moment, v lifecycle.Version) lag {
	l := lag{Verdict: Verdict{Topic: Patch, State: NoData}}
	if !v.Whole() {
		l.Detail = "which patch of " + v.Line() + " runs is not told"
		return l
	}
	releases, cycles := a.tables.Releases(v.Line()), a.tables.Cycles(lifecycle.Kubernetes, v.Line())
	var newest lifecycle.Version
	var own, latest, first lifecycle.Day
	var sources []*lifecycle.Source
	// asOf is the newest day as of which somebody speaks of the minor.
	var asOf lifecycle.Day
	newer, over := 0, false
	see := func(text string, out lifecycle.Day, s *lifecycle.Source) (told lifecycle.Version, ok bool) {
		told, ok = lifecycle.ParseVersion(text)
		if ok = ok && told.Pre == ""; !ok {
			return told, false
		}
		if s != nil {
			sources, asOf = append(sources, s), max(asOf, s.AsOf)
		}
		switch c := told.Compare(newest); {
		case newest.Raw == "" || c > 0:
			newest, latest = told, out
		case c == 0 && latest == 0:
			latest = out
		}
		if out != 0 && told.Compare(v) > 0 {
			if first == 0 || out < first {
				first = out
			}
			over = m.past(start(out)+patience) || over
		}
		return told, true
	}
	for i := range releases {
		r := &releases[i]
		told, ok := see(r.Version, r.Out, r.Source)
		switch {
		case ok && told.Compare(v) > 0:
			newer++
		case ok && told.Compare(v) == 0:
			own = r.Out
		}
	}
	closed := len(cycles) > 0
	for i := range cycles {
		c := &cycles[i]
		see(c.Latest, c.Out, c.Source)
		closed = closed && (c.Ended || c.End != 0 && c.Source != nil && c.End < c.Source.AsOf)
	}
	if newest.Raw == "" {
		l.Detail = "no source here knows the patches of " + v.Line()
		return l
	}
	l.newest = newest.Plain()
	l.Source, l.Date = named(sources)
	if v.Compare(newest) < 0 {
		l.tell(max(newer, newest.Patch-v.Patch), own, latest, first, over)
		return l
	}
	switch {
	case closed && v.Compare(newest) > 0:
		l.Detail = "no source here knows " + v.Plain() + ", and " + newest.Plain() + " is the last of its minor"
	case closed:
		l.State, l.Detail = OK, v.Plain()+" is the last of its minor"
	case v.Compare(newest) > 0 && !m.old(asOf):
		l.State, l.Detail = OK, "none newer than "+v.Plain()+" is known, as of "+asOf.String()+", when "+newest.Plain()+" was the newest"
	case m.old(asOf):
		l.Detail = "none newer than " + v.Plain() + " is known, as of " + asOf.String()
	default:
		l.State, l.Detail = OK, v.Plain()+" is the newest patch that is known, as of "+asOf.String()
	}
	return l
}

// tell says how many patches and days a version is behind.
func (l *lag) tell(patches int, own, latest, first lifecycle.Day, over bool) {
	l.State = Due
	l.Detail = plural(patches, "patch", "patches")
	if patches == 0 {
		l.Detail = "a pre-release"
	}
	if own != 0 && latest > own {
		l.Detail += " and " + plural(int(latest-own), "day", "days")
	}
	l.Detail += " behind " + l.newest
	switch {
	case over:
		l.State = Overdue
		l.Detail += "; a newer one is out since " + first.String()
	case first != 0:
		l.Detail += "; newer ones came out from " + first.String() + " on"
	default:
		l.Detail += "; when it came out no source tells"
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
