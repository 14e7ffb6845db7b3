package privilege

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// covered tells whether an owner's rules grant all that a rule does, as Covers of
// k8s.io/component-helpers/auth/rbac/validation decides. It does not take the rule apart into single grants, of which a
// hostile one of a few kilobytes has millions: words that the same rules of the owner match are looked at once. The owner has
// few rules.
func covered(owner []rbacv1.PolicyRule, r *rbacv1.PolicyRule) bool {
	nameless := []set{namelessOf(owner)}
	verbs := matching(r.Verbs, owner, func(o *rbacv1.PolicyRule, w string) bool { return holds(o.Verbs, w) })
	if len(r.Resources) > 0 {
		groups := matching(r.APIGroups, owner, func(o *rbacv1.PolicyRule, w string) bool { return holds(o.APIGroups, w) })
		resources := matching(r.Resources, owner, func(o *rbacv1.PolicyRule, w string) bool {
			_, sub, ok := strings.Cut(w, "/")
			return holds(o.Resources, w) || (ok && slices.Contains(o.Resources, "*/"+sub))
		})
		names := nameless
		if len(r.ResourceNames) > 0 {
			names = matching(r.ResourceNames, owner, func(o *rbacv1.PolicyRule, w string) bool {
				return len(o.ResourceNames) == 0 || slices.Contains(o.ResourceNames, w)
			})
		}
		if !meet(verbs, groups, resources, names) {
			return false
		}
	}
	urls := matching(r.NonResourceURLs, owner, func(o *rbacv1.PolicyRule, w string) bool {
		return slices.ContainsFunc(o.NonResourceURLs, func(p string) bool {
			return p == w || (strings.HasSuffix(p, "*") && strings.HasPrefix(w, strings.TrimRight(p, "*")))
		})
	})
	return meet(verbs, urls, nameless)
}

// holds tells whether a list holds a word, or the wildcard.
func holds(list []string, word string) bool {
	return slices.Contains(list, word) || slices.Contains(list, rbacv1.ResourceAll)
}

// matching gives for each word the owner's rules that match it, every set of rules once.
func matching(words []string, owner []rbacv1.PolicyRule, matches func(*rbacv1.PolicyRule, string) bool) []set {
	var list []set
	for _, w := range words {
		var by set
		for i := range owner {
			if matches(&owner[i], w) {
				by.add(i)
			}
		}
		if !slices.Contains(list, by) {
			list = append(list, by)
		}
	}
	return list
}

func namelessOf(owner []rbacv1.PolicyRule) set {
	var s set
	for i := range owner {
		if len(owner[i].ResourceNames) == 0 {
			s.add(i)
		}
	}
	return s
}

// meet tells whether one rule is in all sets, whichever of each list is taken.
func meet(lists ...[]set) bool {
	var try func(i int, by set) bool
	try = func(i int, by set) bool {
		if i == len(lists) {
			return !by.empty()
		}
		for j := range lists[i] {
			if !try(i+1, both(&by, &lists[i][j])) {
				return false
			}
		}
		return true
	}
	return try(0, set{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)})
}
