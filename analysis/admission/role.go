package admission

import (
	"strings"

	"canopy/model"
)

// rulesOf gives the rules of a role. A role without any may say null.
func rulesOf(object string) string {
	return "type(dyn(" + object + ").?rules.orValue([])) == list ? dyn(" + object + ").?rules.orValue([]) : []"
}

// old gives what an expression comes to for the object before the request, which a new one does not have.
func old(expression string) string {
	return "request.operation != 'UPDATE' ? [] : (" + expression + ")"
}

// roleRequests are those by which the rules of roles come into being.
func roleRequests(resource string, names ...string) []matched {
	return []matched{{model.GroupRBAC, "v1", []string{resource}, []string{created, updated}, names}}
}

// rolePolicy keeps roles from getting rules that are a danger: Roles of some namespaces, or ClusterRoles where there are none.
// Rules that a role had before are let be, and so are those that give no more than they did.
func rolePolicy(rule *model.Rule, d *danger, namespaces []string) *blueprint {
	resource, more := "clusterroles", "clusterroles"
	if namespaces != nil {
		resource, more = "roles", "roles"
	}
	b := &blueprint{rule: rule, name: nameFor(rule, more), namespaces: namespaces, match: roleRequests(resource), conditions: []named{controlPlane()}}
	b.variables = []named{{"rules", rulesOf("object")}, {"old", old(rulesOf("oldObject"))}}
	var faults []string
	if len(d.single) > 0 {
		faults = append(faults, "variables.rules.filter(r, !(r in variables.old) && "+wrapped(d.single)+" && !variables.old.exists(o, "+covers+"))\n.map(r, 'the role would give ' + "+spoken+")")
	}
	for _, w := range d.several {
		faults = append(faults, when(allOf(w.holds("variables.rules"), "!("+w.holds("variables.old")+")"), "the role would give all that it takes to "+lower(w.title)))
	}
	b.faults = together(faults...)
	b.evidence = []string{"A role is refused whether somebody is bound to it or not, since that may come later"}
	return b
}

// wrapped joins conditions of which one is enough, each on a line of its own.
func wrapped(conditions []string) string {
	if len(conditions) == 1 {
		return "(" + conditions[0] + ")"
	}
	return "((" + strings.Join(conditions, ") ||\n(") + "))"
}

// holds tells that the rules of a role meet all needs of a way.
func (w *combination) holds(rules string) string {
	var all []string
	if w.where != "" {
		all = append(all, w.where)
	}
	for _, n := range w.needs {
		all = append(all, rules+".exists(r, "+n+")")
	}
	return allOf(all...)
}

func lower(title string) string { return strings.ToLower(title[:1]) + title[1:] }
