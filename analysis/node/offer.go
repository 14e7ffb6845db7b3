package node

import (
	"strings"

	"canopy/analysis/lifecycle"
)

// judgeOffer judges the patch of a provider's build: upstream's patches come to its clusters later and in builds of its own, so that being
// behind them is never more than due. Only what the provider itself is known to offer can be missing for too long.
func (a *Analyser) judgeOffer(m *moment, provider string, v lifecycle.Version, l *lag) {
	cycles := a.tables.Cycles(provider, v.Line())
	var best *lifecycle.Cycle
	var newest lifecycle.Version
	for i := range cycles {
		if told, ok := offered(&cycles[i], v.Line()); ok && (best == nil || compareBuilds(told, newest) > 0) {
			best, newest = &cycles[i], told
		}
	}
	upstream := l.State == Due || l.State == Overdue
	if best == nil || compareBuilds(v, newest) > 0 {
		if upstream {
			l.State, l.Detail = Due, "upstream has "+l.newest+"; what the provider offers is not known here"
		}
		return
	}
	name, asOf := lifecycle.Mender(provider), ""
	if best.Source != nil {
		l.Source, l.Date = named([]*lifecycle.Source{best.Source})
		asOf = ", as of " + l.Date
	}
	if compareBuilds(v, newest) == 0 {
		l.State, l.Detail = OK, newest.Raw+" is the newest that "+name+" is known to offer"+asOf
		if upstream {
			l.Detail += "; upstream has " + l.newest
		}
		return
	}
	l.newest, l.State = newest.Plain(), Due
	l.Detail = "behind " + newest.Raw + " of " + name
	if best.Out == 0 {
		l.Detail += "; when it came out no source tells"
		return
	}
	l.Detail += ", out since " + best.Out.String()
	if m.past(start(best.Out) + patience) {
		l.State = Overdue
	}
}

// offered reads the newest release of a provider's line; false where it is numbered in another way, as 1.36-eks-6 and 4.22.9 are.
func offered(c *lifecycle.Cycle, line string) (lifecycle.Version, bool) {
	v, ok := lifecycle.ParseVersion(c.Latest)
	return v, ok && v.Line() == line && v.Pre == "" && strings.HasPrefix(strings.TrimPrefix(v.Raw, "v"), v.Plain())
}

// compareBuilds compares versions, and builds of one version where they are numbered in order, as those of GKE are.
func compareBuilds(a, b lifecycle.Version) int {
	if c := a.Compare(b); c != 0 || a.Provider != lifecycle.GKE || b.Provider != lifecycle.GKE {
		return c
	}
	return rankOf(a.Suffix).compare(rankOf(b.Suffix))
}
