// Package access says what a user may read of a cluster, and what Canopy needs.
package access

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// RoleName is the name of the ClusterRole that ClusterRole gives.
const RoleName = "canopy-reader"

// ClusterRole gives the least role with which Canopy reads a cluster completely: get, list and watch of every built-in
// kind. Non-resource paths and reviews of one's own rights need no rule, since every user who is logged in has them by
// system:discovery and system:basic-user.
//
// Of Secrets it holds list and watch only, and Canopy asks for their metadata only. Yet a right to list Secrets is a right
// to read their values: Kubernetes has no smaller one. Without that rule the Secrets are the one kind that is denied.
func ClusterRole() *rbacv1.ClusterRole {
	role := &rbacv1.ClusterRole{
		TypeMeta: metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "ClusterRole"},
		ObjectMeta: metav1.ObjectMeta{Name: RoleName, Annotations: map[string]string{
			"kubernetes.io/description": "What Canopy reads. The rule on secrets can be left out: Canopy asks for their metadata only, but Kubernetes cannot grant that alone.",
		}},
	}
	groups := map[string][]string{}
	var order []string
	secrets := false
	for _, k := range model.Kinds() {
		if isSecret(k) {
			secrets = true
			continue
		}
		if groups[k.Group] == nil {
			order = append(order, k.Group)
		}
		groups[k.Group] = append(groups[k.Group], k.Resource)
	}
	slices.Sort(order)
	for _, group := range order {
		slices.Sort(groups[group])
		role.Rules = append(role.Rules, rbacv1.PolicyRule{
			APIGroups: []string{group}, Resources: groups[group], Verbs: []string{"get", "list", "watch"}})
	}
	if secrets {
		role.Rules = append(role.Rules, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"list", "watch"}})
	}
	return role
}

func isSecret(k *model.Kind) bool { return k.Group == "" && k.Kind == "Secret" }
