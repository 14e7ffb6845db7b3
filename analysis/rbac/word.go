package rbac

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
)

// GrantsResource tells whether a rule speaks of a resource, subresource included, whatever its verbs and groups.
func GrantsResource(r *rbacv1.PolicyRule, resource string) bool {
	return slices.ContainsFunc(r.Resources, func(word string) bool { return CoversResource(word, resource) })
}

// GrantsAll tells a rule that grants everything on resources.
func GrantsAll(r *rbacv1.PolicyRule) bool {
	return len(r.ResourceNames) == 0 && slices.Contains(r.Verbs, rbacv1.VerbAll) && slices.Contains(r.APIGroups, rbacv1.APIGroupAll) &&
		slices.Contains(r.Resources, rbacv1.ResourceAll)
}
