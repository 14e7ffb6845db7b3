package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"canopy/model"
)

// The words that an edge may use.
var (
	ends       = [...]string{"identity", "pod", "node", "secret", "role", "namespace", "cluster-admin", "cloud", "internet", "other"}
	scopes     = [...]string{"namespace", "cluster"}
	admissions = [...]string{"", "pod-security", "policy"}
	leads      = [...]string{"accounts", "pods", "listeners", "secrets", "nodes", "kubelets", "namespace", "identities", "cluster", "impact"}
	classes    = [...]string{
		"secrets-read", "secrets-write", "tokens", "impersonate", "pods-create", "pods-exec", "pods-change", "pods-network", "grant", "nodes",
		"certificates", "admission", "api", "namespace", "volumes", "traffic", "config", "deputies", "destroy", "evidence", "identity", "cloud",
		"escape", "reach",
	}
)

// longestTitle is the most that the title of an edge may have.
const longestTitle = 40

// dearest is the most that an edge may cost.
const dearest = 5

// newestMinor is far beyond any minor version of Kubernetes: a bound above it is a slip.
const newestMinor = 60

// checkEdge tells what is wrong with an edge; nil where nothing is.
func checkEdge(e *model.Edge, rules Set) error {
	if !regexp.MustCompile(`^[A-Z]-[0-9]{2}$`).MatchString(e.ID) {
		return fmt.Errorf("id: want a letter and two digits, such as W-07")
	}
	for _, f := range [...]struct{ name, text string }{
		{"title", e.Title}, {"condition", e.Condition}, {"attack", e.Attack}, {"defence", e.Defence}, {"remedy", e.Remedy},
	} {
		if f.text == "" {
			return fmt.Errorf("%s is missing", f.name)
		}
	}
	switch {
	case len(e.Title) > longestTitle:
		return fmt.Errorf("title %q has more than %d characters", e.Title, longestTitle)
	case !slices.Contains(ends[:], e.From):
		return fmt.Errorf("from %q is none of %v", e.From, ends)
	case !slices.Contains(ends[:], e.To):
		return fmt.Errorf("to %q is none of %v", e.To, ends)
	case !slices.Contains(scopes[:], e.Scope):
		return fmt.Errorf("scope %q is none of %v", e.Scope, scopes)
	case !slices.Contains(classes[:], e.Class):
		return fmt.Errorf("class %q is none of %v", e.Class, classes)
	case len(e.Ways) > 0 && !slices.Contains(leads[:], e.Leads):
		return fmt.Errorf("leads %q is none of %v", e.Leads, leads)
	case len(e.Ways) == 0 && e.Leads != "":
		return fmt.Errorf("leads %q without a way", e.Leads)
	case e.Takeover && e.Leads == "impact":
		return fmt.Errorf("takeover that leads to impact alone")
	case e.Cost < 1 || e.Cost > dearest:
		return fmt.Errorf("cost %d is not from 1 to %d", e.Cost, dearest)
	case e.Rule != "" && rules[e.Rule] == nil:
		return fmt.Errorf("rule %q is not in the catalogue", e.Rule)
	case e.Rule == "" && len(e.Ways) > 0:
		return fmt.Errorf("rule is missing: permissions show it, so findings do")
	case e.Leads == "impact" && slices.ContainsFunc(e.Ways, func(w model.Way) bool { return w.Idle }):
		return fmt.Errorf("idle, where no way leads anywhere")
	case e.Takeover && len(e.Ways) == 0:
		return fmt.Errorf("takeover without a way")
	}
	for i := range e.Ways {
		if err := checkWay(e, &e.Ways[i]); err != nil {
			return fmt.Errorf("way %d: %w", i+1, err)
		}
	}
	return checkIDs([]idList{{"mitre", formMITRE, e.MITRE}, {"ms", formMS, e.MS}})
}

func checkWay(e *model.Edge, w *model.Way) error {
	switch {
	case len(w.Needs) == 0:
		return fmt.Errorf("needs nothing")
	case w.Since < 0 || w.Since > newestMinor || w.Before < 0 || w.Before > newestMinor:
		return fmt.Errorf("since %d, before %d: a bound is a minor version", w.Since, w.Before)
	case w.Before != 0 && w.Since >= w.Before:
		return fmt.Errorf("since %d, before %d: never open", w.Since, w.Before)
	case !slices.Contains(admissions[:], w.Admission):
		return fmt.Errorf("admission %q is none of %q", w.Admission, admissions)
	case slices.Contains(w.Namespaces, ""):
		return fmt.Errorf("a namespace without a name")
	}
	if w.Exists != "" {
		if _, err := model.ParseRef(w.Exists); err != nil {
			return fmt.Errorf("exists: %w", err)
		}
	}
	for i := range w.Needs {
		if err := checkNeed(&w.Needs[i]); err != nil {
			return fmt.Errorf("need %d: %w", i+1, err)
		}
	}
	// What a RoleBinding does not give is of cluster scope, and what it gives is not; of several ways one that it gives is enough.
	switch first := w.Cluster(0); {
	case e.Scope == "cluster" && !first:
		return fmt.Errorf("a RoleBinding gives it, so the scope is not cluster")
	case first && len(w.Namespaces) > 0:
		return fmt.Errorf("what is in no namespace cannot be limited to one")
	case first && e.Scope == "namespace" && !slices.ContainsFunc(e.Ways, func(w model.Way) bool { return len(w.Needs) > 0 && !w.Cluster(0) }):
		return fmt.Errorf("no RoleBinding gives it, so the scope is cluster")
	}
	return nil
}

func checkNeed(n *model.Need) error {
	if len(n.Verbs) == 0 || len(n.Resources) == 0 {
		return fmt.Errorf("want verbs and resources")
	}
	for _, v := range n.Verbs {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*(:[a-z]+(-[a-z]+)*)*$`).MatchString(v) {
			return fmt.Errorf("verb %q: want lower case and no wildcard", v)
		}
	}
	if slices.Contains(n.Names, "") {
		return fmt.Errorf("an object without a name")
	}
	if n.Any() {
		if !slices.Equal(n.Resources, []string{"*"}) {
			return fmt.Errorf(`group "*" takes the resource "*" and no other`)
		}
		return nil
	}
	if n.Served && n.Group == "" {
		return fmt.Errorf("served: the core group is everywhere")
	}
	if n.Group != strings.ToLower(n.Group) || strings.ContainsAny(n.Group, "*/ ") {
		return fmt.Errorf("group %q: want lower case and no wildcard", n.Group)
	}
	for i, r := range n.Resources {
		if !regexp.MustCompile(`^[a-z]+(/[a-z]+)?$`).MatchString(r) {
			return fmt.Errorf("resource %q: want lower case and no wildcard", r)
		}
		if n.Clustered(i) != n.Clustered(0) && !slices.Contains(n.Verbs, "bind") {
			return fmt.Errorf("%s and %s differ in scope: make two ways of them", n.Resources[0], r)
		}
	}
	return nil
}
