package node

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// weakness is what vulnerabilities a component has at a version.
type weakness struct {
	Verdict
	// sure are those of which all that know them say so, doubtful those about which they differ, or of which one tells no end. lasting are
	// those that no version mends, as they lie in what Kubernetes is: no version is the worse for them, and whether they matter depends on
	// the setup.
	sure, doubtful, lasting []lifecycle.Hit
	// mender is who may have mended them in a build of its own; "" where nobody does that.
	mender string
}

// judgeWeakness asks which vulnerabilities a component has at a version.
func (a *Analyser) judgeWeakness(m *moment, b *build, v lifecycle.Version) weakness {
	w := weakness{mender: mender(b.provider)}
	for _, h := range a.tables.Affecting(b.component, v.Plain()) {
		switch {
		case !h.On(b.system):
		case h.Open && h.Fixed == "" && len(h.Not) == 0:
			w.lasting = append(w.lasting, h)
		case len(h.Not) > 0 || h.Open:
			w.doubtful = append(w.doubtful, h)
		default:
			w.sure = append(w.sure, h)
		}
	}
	w.Verdict = a.conclude(m, &w)
	return w
}

// gather judges what several components have together.
func (a *Analyser) gather(m *moment, of []carrier) Verdict {
	var all weakness
	told := false
	for _, c := range of {
		told = told || c.known
		all.mender = cmp.Or(all.mender, c.weak.mender)
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

// conclude gives the verdict that vulnerabilities make.
func (a *Analyser) conclude(m *moment, w *weakness) Verdict {
	v := Verdict{Topic: CVE, State: NoData}
	through := a.tables.VulnerabilitiesThrough()
	if through == 0 {
		v.Detail = "no source of vulnerabilities is here"
		return v
	}
	old := m.old(through)
	clean := "none is mended by a newer version, of " + a.knownWeaknesses() + " entries up to " + through.String()
	switch {
	case len(w.sure) > 0:
		v.State, v.Detail = Overdue, list(w.sure)
		if w.mender != "" {
			v.State = Due
			v.Detail += "; " + w.mended()
		}
		if len(w.doubtful) > 0 {
			v.Detail += "; in doubt: " + list(w.doubtful)
		}
	case len(w.doubtful) > 0:
		v.State, v.Detail = Due, "in doubt: "+list(w.doubtful)
	case old:
		v.Detail = clean
	default:
		v.State, v.Detail = OK, clean
	}
	if len(w.lasting) > 0 {
		v.Detail += "; in every version, so that it depends on the setup: " + list(w.lasting)
	}
	if old {
		v.Detail += "; those published after " + through.String() + " are in no source here"
	}
	if len(w.sure)+len(w.doubtful) == 0 {
		v.Source, v.Date = a.weaknessSources(), through.String()
		return v
	}
	var sources []*lifecycle.Source
	for _, hits := range [...][]lifecycle.Hit{w.sure, w.doubtful, w.lasting} {
		for i := range hits {
			sources = append(append(sources, hits[i].Per...), hits[i].Not...)
		}
	}
	v.Source, v.Date = named(sources)
	return v
}

// mended says why it is not sure that a build has what its version has.
func (w *weakness) mended() string { return w.mender + " may have mended it in its own build" }

// knownWeaknesses counts what all tables of vulnerabilities have.
func (a *Analyser) knownWeaknesses() string {
	n := 0
	for _, s := range a.tables.Sets() {
		if strings.HasPrefix(s.Name, "vulnerabilities") {
			n += s.Entries
		}
	}
	return strconv.Itoa(n)
}

func (a *Analyser) weaknessSources() string {
	var list []*lifecycle.Source
	for _, s := range a.tables.Sets() {
		if strings.HasPrefix(s.Name, "vulnerabilities") {
			list = append(list, &s.Source)
		}
	}
	names, _ := named(list)
	return names
}

// most is how many names a detail has.
const most = 3

func list(hits []lifecycle.Hit) string {
	var names []string
	for i := range hits[:min(most, len(hits))] {
		names = append(names, hits[i].ID)
	}
	text := strings.Join(names, ", ")
	if more := len(hits) - len(names); more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// tellHit says of a vulnerability who says so, and what has the fix.
func tellHit(h *lifecycle.Hit) string {
	var t strings.Builder
	t.WriteString(h.ID)
	if h.Score > 0 {
		t.WriteString(", score " + strconv.FormatFloat(h.Score, 'f', 1, 64))
	}
	if h.Fixed != "" {
		t.WriteString(", fixed in " + h.Fixed)
	}
	per, date := named(h.Per)
	t.WriteString("; affected by " + per)
	if date != "" {
		t.WriteString(" as of " + date)
	}
	if h.Open {
		t.WriteString(", which tells no end of the range")
	}
	if not, _ := named(h.Not); not != "" {
		t.WriteString("; not affected by " + not)
	}
	return t.String()
}

// grade is how bad the worst of some vulnerabilities is.
func grade(hits []lifecycle.Hit) model.Severity {
	worst := model.Medium
	for i := range hits {
		switch s := hits[i].Score; {
		case s >= 9:
			return model.Critical
		case s >= 7 || s == 0:
			worst = model.High
		}
	}
	return worst
}
