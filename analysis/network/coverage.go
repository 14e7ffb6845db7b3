package network

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network/policy"
	"canopy/model"
)

// policyGroup is the API group of the policies that concern the whole cluster.
const policyGroup = policy.Group

func isPolicy(gk schema.GroupKind) bool {
	for _, k := range policy.Kinds() {
		if k == gk {
			return true
		}
	}
	return false
}

func networkPolicyKind() schema.GroupKind {
	return schema.GroupKind{Group: model.GroupNetwork, Kind: "NetworkPolicy"}
}

// unreadable says why policies of a kind could not be read; "" where they could, or where there are none since the kind is
// not served.
func (a *Analyser) unreadable(gk schema.GroupKind, namespace string) string {
	cov := a.cluster.Seen(gk, namespace)
	switch cov.State {
	case model.Denied:
	case model.Partial:
		// One that was not seen may allow, or isolate, whatever it likes.
		if cov.Reason != "" {
			return "not every " + gk.Kind + " could be read: " + cov.Reason
		}
		return "not every " + gk.Kind + " could be read"
	case model.Absent:
		if strings.Contains(cov.Reason, "not served") || strings.Contains(cov.Reason, "not serve ") {
			return ""
		}
	default:
		return ""
	}
	if cov.Reason == "" {
		return gk.Kind + " could not be read"
	}
	return gk.Kind + " could not be read: " + cov.Reason
}

// touching is the policies of other kinds that touch pods of a namespace, or of all.
type touching struct {
	first string
	count int
}

// cover works out why policies of a namespace are not known.
func (a *Analyser) cover(n *namespace) {
	n.hidden = a.unreadable(networkPolicyKind(), n.name)
	everywhere, here := a.touching[""], a.touching[n.name]
	if everywhere.first == "" {
		everywhere.first = here.first
	}
	n.foreign = foreignText(everywhere.first, everywhere.count+here.count)
}

// uncovered takes the coverage and the surroundings as they are now, and reports whether anything is otherwise for it.
func (a *Analyser) uncovered() (differs bool) {
	before, unread := a.hidden, a.namespacesUnread
	a.hidden = ""
	for _, gk := range policy.Kinds() {
		if gk != networkPolicyKind() && a.hidden == "" {
			a.hidden = a.unreadable(gk, "")
		}
	}
	clear(a.touching)
	for i := range a.state.Foreign {
		f := &a.state.Foreign[i]
		t := a.touching[f.Namespace]
		if t.count++; t.count == 1 {
			t.first = f.Ref.String()
		}
		a.touching[f.Namespace] = t
	}
	cov := a.cluster.Seen(schema.GroupKind{Kind: "Namespace"}, "")
	a.namespacesUnread = cov.State == model.Denied || cov.State == model.Absent || cov.State == model.Partial
	differs = before != a.hidden || unread != a.namespacesUnread || a.judged.Enforcement != a.state.Enforcement || a.judged.Plugin != a.state.Plugin
	a.judged = a.state
	for _, n := range a.namespaces {
		hidden, foreign := n.hidden, n.foreign
		a.cover(n)
		a.relabel(n, n.labels, n.seen, a.namespacesUnread)
		if before != a.hidden || hidden != n.hidden || foreign != n.foreign {
			differs = true
			for _, c := range n.classes {
				a.dirty(c, dirtyGroup)
			}
		}
	}
	return differs
}

func foreignText(first string, count int) string {
	switch count {
	case 0:
		return ""
	case 1:
		return first + " is not evaluated"
	}
	return first + " and " + itoa(count-1) + " more are not evaluated"
}
