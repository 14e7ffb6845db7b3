package privilege

import (
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// TestPowers holds what attack paths join: a class of edges, where, and of what object, by the binding that gives it. What is
// no gain, and what a group holds, is not the subject's.
func TestPowers(t *testing.T) {
	b := newCourt(t).complete("v1.37.2")
	rule := func(verb, group, resource string, names ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{Verbs: []string{verb}, APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: names}
	}
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "near"}
	web := rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: "shop", Name: "web"}
	b.put(
		&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{rule("create", "", "pods/exec"), rule("get", "", "secrets", "b", "a"), rule("create", model.GroupRBAC, "rolebindings")}},
		&rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "Role", Name: "near"}, Subjects: []rbacv1.Subject{web}},
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "wide"}, Rules: []rbacv1.PolicyRule{rule("create", "", "serviceaccounts/token")}},
		&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "wide"}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "wide"}, Subjects: []rbacv1.Subject{web}},
		&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "all"}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "wide"},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.GroupKind, Name: "system:serviceaccounts"}}},
	)
	type power struct {
		Capability
		edge string
		sink bool
	}
	var got []power
	for _, p := range b.a.Powers(b.access, model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}) {
		got = append(got, power{p.Capability, p.Edge.ID, p.Sink})
	}
	want := []power{
		{Capability{"tokens", "*", ""}, "S-05", true},
		{Capability{"secrets-read", "shop", "a"}, "S-01", false},
		{Capability{"secrets-read", "shop", "b"}, "S-01", false},
		{Capability{"pods-exec", "shop", ""}, "W-07", false},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
