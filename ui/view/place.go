package view

import (
	"fmt"
	"strings"

	"canopy/analysis/network"
	"canopy/model"
)

// Place is where one is: a screen and what it is about. It is comparable.
type Place struct {
	// Screen is the name of the screen, as settings have it.
	Screen string
	// Finding is the id of a finding, Rule the id of a rule, Object an object; those that the screen is not about are zero.
	Finding, Rule string
	Object        model.Ref
	// Subject is who something is granted to, Other whom the first is compared with.
	Subject, Other model.Subject
	// Query is what is asked about a subject, or of all of them: get secrets -n shop.
	Query string
	// Findings are the ids of several findings, a line each.
	Findings string
	// From and To are the ends of connections, Ports the connections of interest: 5432/TCP.
	From, To network.End
	Ports    string
	// Source and Goal are the ends of paths of attack, by the id of the node; "" is every source, and cluster-admin.
	Source, Goal string
	// Filter is the filter that a list opens with.
	Filter string
}

// FixOf is the plan that fixes findings, by id.
func FixOf(ids []string) Place {
	if len(ids) == 1 {
		return Place{Screen: Plan, Finding: ids[0]}
	}
	return Place{Screen: Plan, Findings: strings.Join(ids, "\n")}
}

// CutOf is the plan that carries out a cut of attack paths.
func CutOf(c model.Cut) Place { return Place{Screen: Plan, Object: c.Object, Query: c.Edit} }

// Cut gives the cut whose plan the place is, and whether it is one.
func (p Place) Cut() (model.Cut, bool) {
	return model.Cut{Object: p.Object, Edit: p.Query}, p.Screen == Plan && !p.Object.IsZero() && p.Query != ""
}

// IDs lists the findings that the place is about.
func (p Place) IDs() []string {
	switch {
	case p.Findings != "":
		return strings.Split(p.Findings, "\n")
	case p.Finding != "":
		return []string{p.Finding}
	}
	return nil
}

// The names of the screens.
const (
	Overview  = "overview"
	Findings  = "findings"
	Detail    = "detail"
	Resources = "resources"
	Explain   = "explain"
	Plan      = "plan"
	// Proposal is the plan of a text that somebody is about to apply, Undo that of taking back what was written.
	Proposal = "proposal"
	Undo     = "undo"
	// Enforce is what a namespace would refuse if it enforced a level of Pod Security.
	Enforce = "enforce"
	RBAC    = "rbac"
	Network = "network"
	Images  = "images"
	Secrets = "secrets"
	Nodes   = "nodes"
	// Image is what is known of one image: its id is the query of the place. Secret is what is known of one Secret,
	// Node of one node, or of the control plane, which is the cluster as a whole.
	Image  = "image"
	Secret = "secret"
	Node   = "node"
	// Paths lists paths of attack, Path is one of them, hop by hop, Cuts is what ends them, Blast is what one thing can come to reach.
	Paths = "paths"
	Path  = "path"
	Cuts  = "cuts"
	Blast = "blast"
	// The screens that one comes to from RBAC.
	WhoCan     = "who-can"
	Grants     = "grants"
	Matrix     = "matrix"
	Difference = "difference"
	Picture    = "picture"
	// The screens that one comes to from Network.
	Pairs     = "pairs"
	Why       = "why"
	Reach     = "reach"
	Internet  = "internet"
	Isolation = "isolation"
	Policies  = "policies"
	History   = "history"
)

// String writes a place for a list of bookmarks. It is not clean.
func (p Place) String() string {
	parts := []string{p.Screen}
	for _, s := range []string{p.Rule, p.Finding, p.Filter} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if first, rest, several := strings.Cut(p.Findings, "\n"); several {
		parts = append(parts, fmt.Sprintf("%s and %d more", first, 1+strings.Count(rest, "\n")))
	}
	if !p.Object.IsZero() {
		parts = append(parts, p.Object.String())
	}
	for _, who := range []model.Subject{p.Subject, p.Other} {
		if !who.IsZero() {
			parts = append(parts, who.String())
		}
	}
	if !p.From.IsZero() || !p.To.IsZero() {
		parts = append(parts, EndName(p.From)+" to "+EndName(p.To))
	}
	for _, s := range []string{p.Query, p.Ports, p.Source, p.Goal} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// EndName names an end of a connection. It is not clean.
func EndName(e network.End) string {
	name := e.Name
	switch {
	case e.IsZero():
		return "anything"
	case e.Block.IsValid() && e.Name != "":
		return e.Name + " " + e.Block.Addr().String()
	case e.Block.IsValid():
		return e.Block.String()
	case e.Ref.Kind == "Namespace" && e.Ref.Group == "":
		name = e.Ref.Name
	case !e.Ref.IsZero():
		name = e.Ref.String()
	}
	if e.Class != "" {
		name += " [" + e.Class + "]"
	}
	return name
}
