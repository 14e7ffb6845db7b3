package model

import "math"

// Exposed is who gets to an object, as far as the graph of attacks goes.
type Exposed uint8

// The exposures, from the mildest.
const (
	// ExposedToHolders is what only those reach who hold it anyway, or who were given it by name.
	ExposedToHolders Exposed = iota
	// ExposedToAccounts is what every service account or everybody who is logged in reaches.
	ExposedToAccounts
	// ExposedToInternet is what somebody outside of the cluster reaches.
	ExposedToInternet
)

// Factor is what the exposure counts in a risk: 0 to 1.
func (e Exposed) Factor() float64 {
	return [...]float64{ExposedToHolders: 0.65, ExposedToAccounts: 0.85, ExposedToInternet: 1}[e]
}

// String says the exposure in a few words.
func (e Exposed) String() string {
	return [...]string{ExposedToHolders: "its holders only", ExposedToAccounts: "any account", ExposedToInternet: "the internet"}[e]
}

// Effect is the worst that an object leads to, as far as the graph of attacks goes.
type Effect uint8

// The effects, from the mildest.
const (
	// LeadsNowhere is what the graph knows no way on from.
	LeadsNowhere Effect = iota
	// LeadsToSecrets leads to all Secrets of a namespace, or to what the user marked as a crown jewel.
	LeadsToSecrets
	// LeadsToNode leads to a node.
	LeadsToNode
	// LeadsToCluster leads to all of the cluster.
	LeadsToCluster
)

// Factor is what the effect counts in a risk: 0 to 1.
func (e Effect) Factor() float64 {
	return [...]float64{LeadsNowhere: 0.5, LeadsToSecrets: 0.7, LeadsToNode: 0.85, LeadsToCluster: 1}[e]
}

// String says the effect in a few words.
func (e Effect) String() string {
	return [...]string{LeadsNowhere: "itself", LeadsToSecrets: "Secrets", LeadsToNode: "a node", LeadsToCluster: "cluster-admin"}[e]
}

// Standing is where an object stands in the graph of attacks. The zero value is that of an object which is in no path.
type Standing struct {
	Exposure Exposed
	Effect   Effect
}

// Weight is what a severity counts in a risk: 0 to 1.
func (s Severity) Weight() float64 {
	return [...]float64{Info: 0.05, Low: 0.15, Medium: 0.35, High: 0.6, Critical: 1}[s]
}

// Risk is the risk of a finding of a severity on an object that stands there: exposure × effect × severity, 0 to 100.
func (s Standing) Risk(severity Severity) int {
	return int(math.Round(100 * s.Exposure.Factor() * s.Effect.Factor() * severity.Weight()))
}

// Standings says where objects stand. It is immutable.
type Standings interface {
	// Of gives the standing of an object: of a workload, a binding, a role, an account, a node, a Secret, a Namespace, a
	// Service or what else leads in. Others have the zero standing.
	Of(Ref) Standing
}

// Attack sums up the paths of attack in a report.
type Attack struct {
	// Known tells that all that paths rest on was read. Where it is false, Missing says what was not, and there may be more paths.
	Known   bool
	Missing string
	// Sources counts where paths can begin, Paths those of them that lead to cluster-admin, Internet how many of these begin at a
	// workload that can be reached from outside.
	Sources, Paths, Internet int
	// Jewels lists what the user marked and an attacker can reach, with the number of sources that lead there.
	Jewels []Jewel
	// Cuts lists the single edits that take the most paths to cluster-admin away, the best first.
	Cuts []Cut
	// Standings says where objects stand; nil while nothing is known.
	Standings Standings
	// Headline is the path that the Overview shows: the cheapest from the internet, else the cheapest; by names. Nil where there is none.
	Headline []string
}

// Jewel is an object that the user marked, and that can be reached.
type Jewel struct {
	// Name is how it was marked.
	Name    string
	Sources int
}

// Cut is an edit of one object that takes paths away.
type Cut struct {
	Object Ref `json:"object"`
	// Edit says what is done: delete the binding, do not mount the token.
	Edit string `json:"edit"`
	// Removes counts the paths that end.
	Removes int `json:"removes"`
	// Cost is how much legitimate permission goes with it, about: the more, the dearer.
	Cost int `json:"-"`
}

// Standing gives where an object stands in this report.
func (a *Attack) Standing(ref Ref) Standing {
	if a == nil || a.Standings == nil {
		return Standing{}
	}
	return a.Standings.Of(ref)
}

// Removes gives how many paths an edit of an object takes away, of those that are among the cuts.
func (a *Attack) Removes(ref Ref) int {
	if a == nil {
		return 0
	}
	for i := range a.Cuts {
		if a.Cuts[i].Object == ref {
			return a.Cuts[i].Removes
		}
	}
	return 0
}
