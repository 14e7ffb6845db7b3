package output

import (
	"fmt"
	"io"
	"strings"

	"canopy/model"
)

// WriteEdges writes the steps of attack as a page: an index, then a section per step.
func WriteEdges(w io.Writer, edges []*model.Edge) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Steps of attack\n\nThe %d steps of this version, as `canopy rules --edges` prints them.\n\n| id | scope | leads to | cost | rule | step |\n|---|---|---|---|---|---|\n", len(edges))
	for _, e := range edges {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %d | %s | %s |\n", e.ID, strings.ToLower(e.ID), e.Scope, e.To, e.Cost, e.Rule, tableCell(e.Title))
	}
	for _, e := range edges {
		fmt.Fprintf(&b, "\n## %s\n\n**%s.** From %s to %s, %s.\n", e.ID, e.Title, e.From, e.To, e.Scope)
		for _, line := range EdgeLines(e) {
			fmt.Fprintf(&b, "\n- %s: %s", line.Name, line.Text)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// EdgeLines lists what there is to say about a step of an attack besides its id, title, scope and ends.
func EdgeLines(e *model.Edge) []RuleLine {
	lines := []RuleLine{{"class", e.Class}, {"cost", fmt.Sprintf("%d of 5: %s", e.Cost, hardness(e.Cost))}}
	if gives := gives(e.Leads); gives != "" {
		lines = append(lines, RuleLine{"gives", gives})
	}
	if e.Takeover {
		lines = append(lines, RuleLine{"takeover", "of the whole cluster, where it is held cluster-wide"})
	}
	name := "held"
	for i := range e.Ways {
		lines = append(lines, RuleLine{name, way(&e.Ways[i])})
		name = "or"
	}
	for _, l := range []RuleLine{
		{"condition", e.Condition}, {"attack", e.Attack}, {"seen", e.Defence}, {"fix", e.Remedy}, {"rule", e.Rule},
		{"MITRE", strings.Join(e.MITRE, ", ")}, {"Microsoft", strings.Join(e.MS, ", ")},
	} {
		if l.Text != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// hardness says in words what a cost is.
func hardness(cost int) string {
	switch {
	case cost <= 1:
		return "one command, which leaves little behind"
	case cost <= 3:
		return "a few steps, or luck with what is there"
	}
	return "patience, skill, or something that has to happen first"
}

// gives says in words what whoever holds a step comes to hold in the graph of attacks, where it is held.
func gives(leads string) string {
	switch leads {
	case "accounts":
		return "any account there"
	case "pods":
		return "the inside of any pod there"
	case "listeners":
		return "a connection to any pod there"
	case "secrets":
		return "all Secrets there"
	case "nodes":
		return "root on any node"
	case "namespace":
		return "all accounts, pods and Secrets there"
	case "identities":
		return "any identity but those of system:masters"
	case "cluster":
		return "all of the cluster"
	case "impact":
		return "damage; no way on"
	}
	return leads
}

// way says in words what has to be held, and when that is enough.
func way(w *model.Way) string {
	needs := make([]string, len(w.Needs))
	for i := range w.Needs {
		needs[i] = need(&w.Needs[i])
	}
	var limits []string
	add := func(s string, holds bool) {
		if holds {
			limits = append(limits, s)
		}
	}
	add(fmt.Sprintf("since Kubernetes 1.%d", w.Since), w.Since > 0)
	add(fmt.Sprintf("before Kubernetes 1.%d", w.Before), w.Before > 0)
	add("in namespace "+anyOf(w.Namespaces), len(w.Namespaces) > 0)
	add("if "+w.Exists+" is there", w.Exists != "")
	add("unless the namespace's pod security level refuses it", w.Admission == "pod-security")
	add("unless a policy refuses it", w.Admission == "policy")
	add(w.Note, w.Note != "")
	s := strings.Join(needs, ", and ")
	if len(limits) > 0 {
		s += " (" + strings.Join(limits, "; ") + ")"
	}
	return s
}

func need(n *model.Need) string {
	if n.Any() {
		return anyOf(n.Verbs) + " on any resource"
	}
	resources := make([]string, len(n.Resources))
	for i, r := range n.Resources {
		resources[i] = ResourceName(n.Group, r)
	}
	s := anyOf(n.Verbs) + " " + anyOf(resources)
	if len(n.Names) > 0 {
		s += " named " + anyOf(n.Names)
	}
	return s
}

// anyOf lists alternatives: "get, list or watch".
func anyOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
