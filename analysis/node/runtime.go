package node

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// engine is the container runtime of a node.
type engine struct {
	line
	name string
	rank rank
	// late tells that a patch is missing for longer than it may.
	late bool
}

// judgeRuntime says how the support of what runs containers stands, from a text such as containerd://2.3.4, and whether patches of it are
// missing. A provider that builds its own may mend what its makers do no longer, so there it is no finding.
func (a *Analyser) judgeRuntime(m *moment, text, mender string) engine {
	name, version, found := strings.Cut(text, "://")
	e := engine{name: strings.ToLower(name), rank: rankOf(version)}
	if !found || e.rank.n < 2 {
		e.line = line{Verdict: Verdict{Topic: Runtime, State: NoData, Detail: "the node does not tell which version of a runtime it has"}}
		if text != "" {
			e.Detail += ": " + text
		}
		return e
	}
	cycle := number(e.rank.part[0]) + "." + number(e.rank.part[1])
	product := e.name
	if product == "docker" {
		product = "docker-engine"
	}
	cycles := a.tables.Cycles(product, cycle)
	if product == "docker-engine" && len(cycles) == 0 {
		cycles = a.tables.Cycles(product, number(e.rank.part[0]))
	}
	e.line = judgeLine(m, Runtime, e.name+" "+cycle, cycles)
	e.lag(m, brief(version), newestOf(cycles), cmp.Or(mender, packager(version)))
	if mender != "" && e.phase >= extended {
		e.phase, e.State = unknown, Due
		e.Detail += "; " + mender + " may mend it in its own build: for how long is not known here"
	}
	return e
}

// lag says how a runtime stands against the newest patch of its line. Who builds it anew may have mended it without one.
func (e *engine) lag(m *moment, version string, newest lifecycle.Cycle, builder string) {
	if newest.Latest == "" || e.rank.n < 3 || e.rank.compare(rankOf(newest.Latest)) >= 0 {
		return
	}
	e.State = worse(e.State, Due)
	e.Detail += "; runs " + version + ", " + newest.Latest + " is the newest of the line"
	if newest.Out != 0 {
		e.Detail += ", out since " + newest.Out.String()
	}
	switch {
	case builder != "":
		e.Detail += "; " + builder + " may have mended it in its own build"
	case newest.Out != 0 && m.past(start(newest.Out)+patience):
		e.State, e.late = Overdue, true
	}
}

// packager tells a build of somebody else than the makers, by what it appends: 1.7.28-0ubuntu1, 1.6.20~ds1, 1.7.20-k3s1; "" for the makers'.
func packager(version string) string {
	rest := strings.TrimLeft(strings.TrimPrefix(version, "v"), "0123456789.")
	for _, own := range [...]string{"-rc", "-beta", "-alpha"} {
		if strings.HasPrefix(rest, own) {
			return ""
		}
	}
	if rest == "" {
		return ""
	}
	return "whoever has packed it"
}

// newestOf is the line as the source tells it that knows the newest release, and when that came out where one does; without a Latest where
// none knows any.
func newestOf(cycles []lifecycle.Cycle) lifecycle.Cycle {
	if len(cycles) == 0 {
		return lifecycle.Cycle{}
	}
	return slices.MaxFunc(cycles, func(a, b lifecycle.Cycle) int {
		if a.Latest == "" || b.Latest == "" {
			return cmp.Compare(len(a.Latest), len(b.Latest))
		}
		return cmp.Or(rankOf(a.Latest).compare(rankOf(b.Latest)), cmp.Compare(min(a.Out, 1), min(b.Out, 1)))
	})
}
