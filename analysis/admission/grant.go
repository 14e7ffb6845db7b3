package admission

import (
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"

	rbacv1 "k8s.io/api/rbac/v1"
)

// added gives the subjects that a binding gets by a request: all of a new one.
func added() []named {
	return []named{
		{"old", old("dyn(oldObject).?subjects.orValue([])")},
		{"added", "dyn(object).?subjects.orValue([]).filter(s, !(s in variables.old))"},
	}
}

// bindingPolicy keeps subjects from being bound to roles. The API server evaluates it once for each role of a kind that is in
// reach, so that it sees what the role gives: ClusterRoles, or for RoleBindings the Roles beside them. In a namespace it is about
// RoleBindings, else about ClusterRoleBindings.
func bindingPolicy(rule *model.Rule, kind string, namespaces []string, faults func(b *blueprint) string, more ...named) *blueprint {
	resource, name := "clusterrolebindings", "cluster-bindings"
	if namespaces != nil {
		resource, name = "rolebindings", "bindings"
		if kind == "Role" {
			name = "bindings-to-roles"
		}
	}
	b := &blueprint{rule: rule, name: nameFor(rule, name), namespaces: namespaces, params: kind, match: roleRequests(resource), conditions: []named{controlPlane()}}
	b.variables = append(added(), named{"bound", "object.roleRef.kind == " + quote(kind) + " && object.roleRef.name == params.metadata.name"}, named{"rules", rulesOf("params")})
	b.variables = append(b.variables, more...)
	b.faults = "!variables.bound || variables.added.size() == 0 ? [] :\n" + faults(b)
	b.evidence = []string{"The API server judges a binding once for each " + kind + " in reach; one that was written in the same moment may not be known to it yet"}
	if namespaces != nil && kind == "ClusterRole" {
		b.evidence = append(b.evidence, "A ClusterRole to which somebody is bound already may still be given more: limit who may write ClusterRoles")
	}
	return b
}

// dangerous makes the policies that keep dangers from being bound.
func dangerous(rule *model.Rule, d *danger, namespaces []string) []*blueprint {
	faults := func(*blueprint) string {
		var all []string
		if len(d.single) > 0 {
			all = append(all, "variables.rules.filter(r, "+wrapped(d.single)+").map(r, 'the binding would give ' + "+spoken+")")
		}
		for _, w := range d.several {
			all = append(all, when(w.holds("variables.rules"), "the binding would give all that it takes to "+lower(w.title)))
		}
		return together(all...)
	}
	list := []*blueprint{bindingPolicy(rule, "ClusterRole", namespaces, faults)}
	if namespaces != nil {
		list = append(list, bindingPolicy(rule, "Role", namespaces, faults))
	}
	return list
}

// masters keeps the group system:masters out of bindings.
func masters(rule *model.Rule, namespaces []string) *blueprint {
	resource, name := "clusterrolebindings", "cluster-bindings"
	if namespaces != nil {
		resource, name = "rolebindings", "bindings"
	}
	b := &blueprint{rule: rule, name: nameFor(rule, name), namespaces: namespaces, match: roleRequests(resource), conditions: []named{controlPlane()}, variables: added()}
	b.faults = when("variables.added.exists(s, s.kind == 'Group' && s.name == "+quote(rbac.Masters)+")", "the binding would name the group system:masters")
	return b
}

// public keeps everybody from being bound to more than some stock roles give.
func public(rule *model.Rule, minor int, namespaces []string) []*blueprint {
	who, roles := isOneOf("s.name", rbac.Authenticated), []string{"system:public-info-viewer", "system:discovery", "system:basic-user"}
	if rule.ID == "LP03" {
		who, roles = isOneOf("s.name", rbac.Anonymous, rbac.Unauthenticated), roles[:1]
	}
	table, _ := stock.For(minor)
	var open []rbacv1.PolicyRule
	for _, name := range roles {
		if r := table.ClusterRole(name); r != nil {
			open = append(open, r.Rules...)
		}
	}
	// Rules on URLs have no effect in a RoleBinding.
	beyond := "!variables.open.exists(o, " + covers + ")"
	urls := "false"
	if namespaces == nil {
		urls = "!r.?nonResourceURLs.orValue([]).all(u, variables.open.exists(o, o.nonResourceURLs.exists(p, p == u || p.endsWith('*') && u.startsWith(p.replace('*', ''))) && r.verbs.all(v, v in o.verbs)))"
	}
	faults := func(*blueprint) string {
		return "!variables.added.exists(s, s.kind in ['Group', 'User'] && " + who + ") ? [] :\nvariables.rules.filter(r, " +
			anyOf("r.?resources.orValue([]).size() > 0 && "+beyond, urls) + ").map(r, 'everybody would be given ' + " + spoken + ")"
	}
	more := named{"open", shipped(open)}
	list := []*blueprint{bindingPolicy(rule, "ClusterRole", namespaces, faults, more)}
	if namespaces != nil {
		list = append(list, bindingPolicy(rule, "Role", namespaces, faults, more))
	}
	return list
}

// shipped writes rules as a list of CEL. All have the same keys, so that the list is of one type.
func shipped(rules []rbacv1.PolicyRule) string {
	s := "["
	for i := range rules {
		r := &rules[i]
		if i > 0 {
			s += ",\n"
		}
		s += "{'verbs': " + list(r.Verbs...) + ", 'apiGroups': " + list(r.APIGroups...) + ", 'resources': " + list(r.Resources...) +
			", 'resourceNames': " + list(r.ResourceNames...) + ", 'nonResourceURLs': " + list(r.NonResourceURLs...) + "}"
	}
	return s + "]"
}
