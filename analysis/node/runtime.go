package node

import (
	"strings"

	"canopy/analysis/lifecycle"
)

// engine is the container runtime of a node.
type engine struct {
	line
	name string
	rank rank
}

// judgeRuntime says how the support of what runs containers stands, from a text such as containerd://2.3.4. A provider that builds its own
// may mend what its makers do no longer, so there it is no finding.
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
	if latest := newestOf(cycles); product == lifecycle.Containerd && latest != "" && e.rank.compare(rankOf(latest)) < 0 {
		e.Detail += "; runs " + brief(version) + ", " + latest + " is the newest of the line"
	}
	if mender != "" && e.phase >= extended {
		e.phase, e.State = unknown, Due
		e.Detail += "; " + mender + " may mend it in its own build: for how long is not known here"
	}
	return e
}

// newestOf is the newest release of a line that any source knows.
func newestOf(cycles []lifecycle.Cycle) string {
	newest := ""
	for i := range cycles {
		if l := cycles[i].Latest; l != "" && (newest == "" || rankOf(l).compare(rankOf(newest)) > 0) {
			newest = l
		}
	}
	return newest
}
