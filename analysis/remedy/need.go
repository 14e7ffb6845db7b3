package remedy

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// meets tells whether a rule meets a need in full or for the objects that it names, as package privilege judges it: tests
// hold the two together.
func meets(n *model.Need, r *rbacv1.PolicyRule) bool {
	if n.Any() {
		return hasVerb(n, r) && len(r.Resources) > 0 && len(r.APIGroups) > 0
	}
	if !slices.Contains(r.APIGroups, n.Group) && !slices.Contains(r.APIGroups, rbacv1.APIGroupAll) {
		return false
	}
	return slices.ContainsFunc(n.Resources, func(resource string) bool { return grantsResource(r, resource) && meetsOn(n, r, resource) })
}

func hasVerb(n *model.Need, r *rbacv1.PolicyRule) bool {
	return slices.Contains(r.Verbs, rbacv1.VerbAll) || slices.ContainsFunc(n.Verbs, func(v string) bool { return slices.Contains(r.Verbs, v) })
}

// grantsResource tells whether a rule speaks of a resource, subresource included.
func grantsResource(r *rbacv1.PolicyRule, resource string) bool {
	return slices.ContainsFunc(r.Resources, func(have string) bool { return coversResource(have, resource) })
}

// coversResource compares a word of a rule with a resource: *, the resource itself, or */exec for pods/exec.
func coversResource(have, resource string) bool {
	if have == rbacv1.ResourceAll || have == resource {
		return true
	}
	_, sub, ok := strings.Cut(resource, "/")
	return ok && have == "*/"+sub
}

// meetsOn looks at verbs and names. A request that creates an object of its own, or deletes a collection, names none, so
// that a rule for named objects does not allow it, but for server-side apply and update, which create by name.
func meetsOn(n *model.Need, r *rbacv1.PolicyRule, resource string) bool {
	all := slices.Contains(r.Verbs, rbacv1.VerbAll)
	for _, verb := range n.Verbs {
		if !all && !slices.Contains(r.Verbs, verb) {
			continue
		}
		if len(r.ResourceNames) == 0 {
			return true
		}
		if !strings.Contains(resource, "/") && (verb == "deletecollection" ||
			verb == "create" && !all && !slices.Contains(r.Verbs, "patch") && !slices.Contains(r.Verbs, "update")) {
			continue
		}
		if len(n.Names) == 0 || slices.ContainsFunc(n.Names, func(name string) bool { return slices.Contains(r.ResourceNames, name) }) {
			return true
		}
	}
	return false
}

// meeting lists the rules that meet a need.
func meeting(n *model.Need, rules []rbacv1.PolicyRule) []*rbacv1.PolicyRule {
	var list []*rbacv1.PolicyRule
	for i := range rules {
		if meets(n, &rules[i]) {
			list = append(list, &rules[i])
		}
	}
	return list
}

// everything tells a rule that grants all on resources.
func everything(r *rbacv1.PolicyRule) bool {
	return slices.Contains(r.Verbs, "*") && slices.Contains(r.APIGroups, "*") && slices.Contains(r.Resources, "*") && len(r.ResourceNames) == 0
}
