package node

import (
	"cmp"
	"slices"

	"canopy/analysis/lifecycle"
)

// weakness is what vulnerabilities a component has at a version.
type weakness struct {
	Verdict
	// sure are those of which all that know them say so, doubtful those about which they differ, or of which an old source tells no end.
	// lasting are those that no version is to mend, as they lie in what Kubernetes is: no version is the worse for them, and whether they
	// matter depends on the setup.
	sure, doubtful, lasting []lifecycle.Hit
	// blind says why nobody has looked for any at this version, so that it is no proof where none is told; "" where somebody has.
	blind string
	// mender is who may have mended them in a build of its own; "" where nobody does that.
	mender string
}

// judgeWeakness asks which vulnerabilities a component has at a version.
func (a *Analyser) judgeWeakness(m *moment, b *build, v lifecycle.Version) weakness {
	w := weakness{mender: lifecycle.Mender(b.provider), blind: a.blindOf(v)}
	var hits []lifecycle.Hit
	if v.Whole() {
		hits = a.tables.Affecting(b.component, v.Plain())
	}
	if v.Pre != "" {
		// Sources count a pre-release with its release, or as older.
		hits = join(hits, a.tables.Affecting(b.component, v.Plain()+"-"+v.Pre))
	}
	for i := range hits {
		h := &hits[i]
		switch {
		case !h.On(b.system):
		case h.Lasting:
			w.lasting = append(w.lasting, *h)
		case len(h.Not) > 0, h.Open && !unmended(h), h.Open && !current(m, h.Per):
			w.doubtful = append(w.doubtful, *h)
		default:
			w.sure = append(w.sure, *h)
		}
	}
	w.Verdict = a.conclude(m, &w)
	return w
}

// unmended tells a vulnerability that no version has the fix of, as far as anybody tells: all say that it goes on.
func unmended(h *lifecycle.Hit) bool { return h.Open && h.Fixed == "" && len(h.Not) == 0 }

// current tells that one of some sources is new enough that it would tell of a fix.
func current(m *moment, sources []*lifecycle.Source) bool {
	return slices.ContainsFunc(sources, func(s *lifecycle.Source) bool { return !m.old(s.AsOf) })
}

// blindOf says why nobody looks for vulnerabilities at a version; "" where somebody does. Who publishes them looks at what is released and
// supported on that day, and says nothing of the rest.
func (a *Analyser) blindOf(v lifecycle.Version) string {
	through := a.tables.VulnerabilitiesThrough()
	cycles := a.tables.Cycles(lifecycle.Kubernetes, v.Line())
	var out, end lifecycle.Day
	over := false
	for i := range cycles {
		c := &cycles[i]
		out, end, over = max(out, c.Released), max(end, c.End), over || c.Ended
	}
	const those = "those who publish them "
	switch {
	case !v.Whole():
		return "which patch of " + v.Line() + " runs is not told"
	case len(cycles) == 0 && len(a.tables.Releases(v.Line())) == 0:
		return "no source here knows " + v.Line() + ", so that nobody can have looked at it"
	case out > through:
		return v.Line() + " came out on " + out.String() + ", and they are known up to " + through.String()
	case v.Pre != "":
		return those + "do not look at pre-releases"
	case end != 0 && end < through:
		return those + "do not look at " + v.Line() + " any more, since " + end.String()
	case end == 0 && over:
		return those + "do not look at " + v.Line() + " any more"
	}
	return ""
}

// gather judges what several components have together.
func (a *Analyser) gather(m *moment, of []carrier) Verdict {
	var all weakness
	told := false
	for _, c := range of {
		told = told || c.known
		all.mender, all.blind = cmp.Or(all.mender, c.weak.mender), cmp.Or(all.blind, c.weak.blind)
		all.sure, all.doubtful, all.lasting = join(all.sure, c.weak.sure), join(all.doubtful, c.weak.doubtful), join(all.lasting, c.weak.lasting)
	}
	switch {
	case len(of) == 0:
		return Verdict{Topic: CVE, State: NoData, Detail: "the version of no part is known"}
	case !told:
		return of[0].weak.Verdict
	}
	return a.conclude(m, &all)
}

// join adds what is not there yet.
func join(all, more []lifecycle.Hit) []lifecycle.Hit {
	for _, h := range more {
		if !slices.ContainsFunc(all, func(o lifecycle.Hit) bool { return o.ID == h.ID }) {
			all = append(all, h)
		}
	}
	return all
}
