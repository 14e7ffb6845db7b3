package node

import (
	"strconv"

	"canopy/analysis/lifecycle"
)

// judgeProvider says how long a provider supports its build of a minor version. The state is "" where there is no provider.
func (a *Analyser) judgeProvider(m *moment, product string, v lifecycle.Version) line {
	if product == "" {
		return line{}
	}
	cycle := v.Line()
	name := lifecycle.Brand(product) + " " + cycle
	if product == openShift {
		if cycle = releaseOf(v); cycle == "" {
			return line{Verdict: Verdict{Topic: Provider, State: NoData, Detail: "no release of OpenShift is known to have Kubernetes " + v.Line()}}
		}
		name = lifecycle.Brand(product) + " " + cycle + " with Kubernetes " + v.Line()
	}
	l := judgeLine(m, Provider, name, a.tables.Cycles(product, cycle))
	if product == lifecycle.AKS && l.phase == extended {
		l.Detail += ", which is for clusters on the plan for long-term support alone; nodes do not tell whether this is one"
	}
	return l
}

// releaseOf is the release of OpenShift that has a minor of Kubernetes: 4.16 has 1.29, and each minor of the one is a minor of the other. ""
// where none is known.
func releaseOf(v lifecycle.Version) string {
	if v.Major != 1 || v.Minor <= 13 {
		return ""
	}
	return "4." + strconv.Itoa(v.Minor-13)
}
