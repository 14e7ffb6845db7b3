package rbac

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// covers compares one word of a rule with another: both "*" and "" as they stand in rules.
func covers(owner, servant string) bool { return owner == "*" || owner == servant }

// CoversResource compares a word of a rule with a resource, subresource included: */exec covers pods/exec, and pods does
// not.
func CoversResource(owner, servant string) bool {
	if covers(owner, servant) {
		return true
	}
	_, sub, ok := cut(servant)
	return ok && owner == "*/"+sub
}

func cut(resource string) (parent, sub string, ok bool) { return strings.Cut(resource, "/") }

// Covers tells whether whoever holds the owner's rules holds the servant's too, and which permissions of these are missing.
// It says the same as Covers of k8s.io/component-helpers/auth/rbac/validation, by which the API server judges who may
// grant what. Namespaces are not looked at.
func Covers(owner, servant []rbacv1.PolicyRule) (bool, []Permission) {
	var missing []Permission
	seen := map[Permission]struct{}{}
	for i := range servant {
		for p := range atoms(&servant[i], "", nil) {
			if _, ok := seen[p]; ok {
				continue
			}
			seen[p] = struct{}{}
			if !coveredBy(owner, &p) {
				missing = append(missing, p)
			}
		}
	}
	return len(missing) == 0, missing
}

// coveredBy tells whether one of some rules covers a permission.
func coveredBy(rules []rbacv1.PolicyRule, p *Permission) bool {
	for i := range rules {
		r := &rules[i]
		if !any1(r.Verbs, p.Verb, covers) {
			continue
		}
		if p.onURL() {
			// A rule on URLs that also names objects is refused by the API server, and covers nothing there.
			if _, ok := pickURL(r.NonResourceURLs, p.URL); ok && len(r.ResourceNames) == 0 {
				return true
			}
			continue
		}
		if any1(r.APIGroups, p.Group, covers) && any1(r.Resources, p.Resource, CoversResource) &&
			(len(r.ResourceNames) == 0 || ((p.Name != "" || p.Unnamed) && slices.Contains(r.ResourceNames, p.Name))) {
			return true
		}
	}
	return false
}

func any1(list []string, word string, is func(owner, servant string) bool) bool {
	for _, s := range list {
		if is(s, word) {
			return true
		}
	}
	return false
}
