package node

import (
	"strconv"

	"canopy/analysis/lifecycle"
)

// brandOf writes a provider as people know it.
func brandOf(product string) string {
	switch product {
	case lifecycle.EKS:
		return "EKS"
	case lifecycle.GKE:
		return "GKE"
	case lifecycle.AKS:
		return "AKS"
	case openShift:
		return "OpenShift"
	case "rke2":
		return "RKE2"
	}
	return product
}

// mender names a provider that runs clusters and builds Kubernetes and what is under it by itself: what upstream mends in a newer version it
// may mend in an older one, and offer at another time. "" where nobody does.
func mender(product string) string {
	switch product {
	case lifecycle.EKS, lifecycle.GKE, lifecycle.AKS, openShift:
		return brandOf(product)
	}
	return ""
}

// judgeProvider says how long a provider supports its build of a minor version. The state is "" where there is no provider.
func (a *Analyser) judgeProvider(m *moment, product string, v lifecycle.Version) line {
	if product == "" {
		return line{}
	}
	cycle := v.Line()
	name := brandOf(product) + " " + cycle
	if product == openShift {
		// OpenShift 4.16 has Kubernetes 1.29, and each minor of the one is a minor of the other.
		if v.Major != 1 || v.Minor <= 13 {
			return line{Verdict: Verdict{Topic: Provider, State: NoData, Detail: "no release of OpenShift is known to have Kubernetes " + cycle}}
		}
		cycle = "4." + strconv.Itoa(v.Minor-13)
		name = brandOf(product) + " " + cycle + " with Kubernetes " + v.Line()
	}
	l := judgeLine(m, Provider, name, a.tables.Cycles(product, cycle))
	if product == lifecycle.AKS && l.phase == extended {
		l.Detail += ", which is for clusters on the plan for long-term support alone; nodes do not tell whether this is one"
	}
	return l
}
