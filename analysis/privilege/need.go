package privilege

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Meets tells whether a rule meets a need, in full or for the objects alone that it names.
func Meets(n *model.Need, r *rbacv1.PolicyRule) bool { return meets(n, r) != unmet }

// strength is how far a rule meets a need.
type strength uint8

const (
	unmet strength = iota
	// metByName is met for the objects alone that the rule names.
	metByName
	metInFull
)

// meets tells how far a rule meets a need.
func meets(n *model.Need, r *rbacv1.PolicyRule) strength {
	if n.Any() {
		if len(r.Resources) == 0 || len(r.APIGroups) == 0 || !grantsVerb(r, n.Verbs) {
			return unmet
		}
		if len(r.ResourceNames) > 0 {
			return metByName
		}
		return metInFull
	}
	if !slices.Contains(r.APIGroups, n.Group) && !slices.Contains(r.APIGroups, rbacv1.APIGroupAll) {
		return unmet
	}
	best := unmet
	for _, resource := range n.Resources {
		if rbac.GrantsResource(r, resource) {
			best = max(best, meetsOn(n, r, resource))
		}
	}
	return best
}

func grantsVerb(r *rbacv1.PolicyRule, verbs []string) bool {
	return slices.Contains(r.Verbs, rbacv1.VerbAll) || slices.ContainsFunc(verbs, func(v string) bool { return slices.Contains(r.Verbs, v) })
}

// meetsOn looks at verbs and names. A request that creates an object of its own, or deletes a collection, names none, so
// that a rule for named objects does not allow it, but for server-side apply and update, which create by name.
func meetsOn(n *model.Need, r *rbacv1.PolicyRule, resource string) strength {
	all := slices.Contains(r.Verbs, rbacv1.VerbAll)
	best := unmet
	for _, verb := range n.Verbs {
		if !all && !slices.Contains(r.Verbs, verb) {
			continue
		}
		if len(r.ResourceNames) == 0 {
			return metInFull
		}
		if !strings.Contains(resource, "/") {
			switch verb {
			case "deletecollection":
				continue
			case "create":
				if !all && !slices.Contains(r.Verbs, "patch") && !slices.Contains(r.Verbs, "update") {
					continue
				}
			}
		}
		switch {
		case len(n.Names) == 0:
			best = metByName
		case slices.ContainsFunc(n.Names, func(name string) bool { return slices.Contains(r.ResourceNames, name) }):
			return metInFull
		}
	}
	return best
}

// words says what of a rule meets a need: the verbs and resources that count, in the words of the rule.
func words(n *model.Need, r *rbacv1.PolicyRule) (verbs, resources []string) {
	for _, v := range r.Verbs {
		if v == rbacv1.VerbAll || slices.Contains(n.Verbs, v) {
			verbs = append(verbs, v)
		}
	}
	for _, have := range r.Resources {
		if n.Any() || have == rbacv1.ResourceAll || slices.Contains(n.Resources, have) ||
			(strings.HasPrefix(have, "*/") && slices.ContainsFunc(n.Resources, func(want string) bool { return strings.HasSuffix(want, have[1:]) })) {
			resources = append(resources, have)
		}
	}
	return verbs, resources
}
