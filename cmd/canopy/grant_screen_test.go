package main

import (
	"context"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
)

// TestClusterAdminOnTheScreen gives a service account the cluster while Canopy looks, on a real API server: the finding
// comes, tells through what, and goes when the binding goes.
func TestClusterAdminOnTheScreen(t *testing.T) {
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	admin := lab.Client(labtest.Admin)
	if _, err := admin.CoreV1().ServiceAccounts(namespace).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "deployer"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	name := "deployer-" + namespace
	screen := startList(t, "--kubeconfig", contexts(t, lab))
	screen.shows("canopy", "reader", "coverage 100%", "live ●")
	screen.press("/", "rule:LP01 "+namespace, "\r")
	screen.lacks("LP01", name)

	bindings := admin.RbacV1().ClusterRoleBindings()
	if _, err := bindings.Create(t.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: "deployer"}}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	remove := func(ctx context.Context) error { return bindings.Delete(ctx, name, metav1.DeleteOptions{}) }
	gone := false
	t.Cleanup(func() {
		if !gone {
			_ = remove(context.Background())
		}
	})
	screen.shows("C", "LP01", "ClusterRoleBinding/"+name)
	screen.press("\r")
	// The whole grant: the rule of the role, the binding's reference to it, and the subject.
	screen.shows("roleRef.name", "cluster-admin")
	screen.until("the rule and the subject", func(s string) bool {
		text := strings.Join(strings.Fields(s), " ")
		return strings.Contains(text, "rules[0]") && strings.Contains(text, "subjects[0]") && strings.Contains(text, "sa:"+namespace+"/deployer")
	})

	if err := remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	gone = true
	screen.press(escape)
	screen.lacks("LP01", "ClusterRoleBinding/"+name)
	screen.quit()
}
