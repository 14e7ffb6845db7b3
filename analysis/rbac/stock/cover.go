package stock

import (
	"fmt"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
)

// uncovered gives what rules grant and the owner's do not. It decides as Covers of
// k8s.io/component-helpers/auth/rbac/validation does, by which API servers compare stock roles. But it does not take rules
// apart into single grants, of which a hostile rule of a few kilobytes has millions: words of a list that the same rules
// of the owner match stay together.
func uncovered(owner, rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	if len(rules) == 0 {
		return nil
	}
	x := newIndex(owner, rules)
	var rest []rbacv1.PolicyRule
	for _, r := range rules {
		verbs := x.verbs.classes(r.Verbs)
		if len(r.Resources) > 0 {
			rest = x.resourceRest(rest, r, verbs)
		}
		for _, url := range x.urls.classes(r.NonResourceURLs) {
			for _, verb := range verbs {
				// An owner's rule that is narrowed to names covers no path, as in Covers.
				if !meet(url.by, verb.by, x.nameless) {
					rest = append(rest, rbacv1.PolicyRule{Verbs: verb.words, NonResourceURLs: url.words})
				}
			}
		}
	}
	return join(rest)
}

// resourceRest adds what a rule grants on resources and the owner's do not.
func (x *index) resourceRest(rest []rbacv1.PolicyRule, r rbacv1.PolicyRule, verbs []class) []rbacv1.PolicyRule {
	groups, resources := x.groups.classes(r.APIGroups), x.resources.classes(r.Resources)
	names := []class{{by: x.nameless}}
	if len(r.ResourceNames) > 0 {
		names = x.names.classes(r.ResourceNames)
	}
	for _, verb := range verbs {
		for _, group := range groups {
			for _, resource := range resources {
				for _, name := range names {
					if !meet(verb.by, group.by, resource.by, name.by) {
						rest = append(rest, rbacv1.PolicyRule{Verbs: verb.words, APIGroups: group.words, Resources: resource.words, ResourceNames: name.words})
					}
				}
			}
		}
	}
	return rest
}

// join joins rules that differ in one list only, first those that differ in verbs. What they grant stays the same.
func join(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	for _, list := range []func(*rbacv1.PolicyRule) *[]string{
		func(r *rbacv1.PolicyRule) *[]string { return &r.Verbs },
		func(r *rbacv1.PolicyRule) *[]string { return &r.Resources },
		func(r *rbacv1.PolicyRule) *[]string { return &r.APIGroups },
		func(r *rbacv1.PolicyRule) *[]string { return &r.ResourceNames },
		func(r *rbacv1.PolicyRule) *[]string { return &r.NonResourceURLs },
	} {
		at := map[string]int{}
		var joined []rbacv1.PolicyRule
		for _, r := range rules {
			words := *list(&r)
			if len(words) == 0 {
				// Without names a rule grants all of them: it has no list to be joined. The same goes for the other lists.
				joined = append(joined, r)
				continue
			}
			*list(&r) = nil
			k := fmt.Sprintf("%q", [][]string{r.Verbs, r.APIGroups, r.Resources, r.ResourceNames, r.NonResourceURLs})
			i, known := at[k]
			if !known {
				i = len(joined)
				at[k] = i
				joined = append(joined, r)
			}
			all := list(&joined[i])
			*all = append(*all, words...)
		}
		for i := range joined {
			all := list(&joined[i])
			*all = sorted(*all)
		}
		rules = joined
	}
	return rules
}

// sorted gives words in order, each once.
func sorted(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(words)))
}
