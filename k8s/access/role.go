// Package access says what a user may read of a cluster, and what Canopy needs.
package access

import (
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// RoleName is the name of the ClusterRole that ClusterRole gives.
const RoleName = "canopy-reader"

// ClusterRole gives the least role with which Canopy reads a cluster completely: get, list and watch of every built-in
// kind, and of every optional one in rules of their own, since it is made for no particular server: a right to what a server
// does not serve is worth nothing, and is there when somebody installs it. Non-resource paths and reviews of one's own rights
// need no rule, since every user who is logged in has them by system:discovery and system:basic-user.
//
// Of Secrets it holds list and watch only, and Canopy asks for their metadata only. Yet a right to list Secrets is a right
// to read their values: Kubernetes has no smaller one. Without that rule the Secrets are the one kind that is denied.
func ClusterRole() *rbacv1.ClusterRole {
	role := &rbacv1.ClusterRole{
		TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{Name: RoleName, Annotations: map[string]string{
			"kubernetes.io/description": "What Canopy reads. The rule on secrets can be left out: Canopy asks for their metadata only, but Kubernetes cannot grant that alone. The rules after it are on kinds that a cluster has only where somebody installed them, and can be left out where it has them not.",
		}},
	}
	role.Rules = append(rules(model.Kinds()),
		rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"list", "watch"}})
	role.Rules = append(role.Rules, rules(model.OptionalKinds())...)
	return role
}

// rules gives one rule for each group, less the Secrets, in the order of their names.
func rules(kinds []*model.Kind) []rbacv1.PolicyRule {
	groups := map[string][]string{}
	for _, k := range kinds {
		if !isSecret(k) {
			groups[k.Group] = append(groups[k.Group], k.Resource)
		}
	}
	var list []rbacv1.PolicyRule
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		slices.Sort(groups[group])
		list = append(list, rbacv1.PolicyRule{APIGroups: []string{group}, Resources: groups[group], Verbs: []string{"get", "list", "watch"}})
	}
	return list
}

func isSecret(k *model.Kind) bool { return k.Group == "" && k.Kind == "Secret" }
