package main

import (
	"context"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
)

// TestPolicyTurnsACell applies a NetworkPolicy to a real API server while the matrix of namespaces is on the screen: the cell
// turns, the history tells which object did it, and it turns back when the policy goes.
func TestPolicyTurnsACell(t *testing.T) {
	lab := labtest.Shared(t)
	admin := lab.Client(labtest.Admin)
	from, to := lab.Namespace(t), lab.Namespace(t)
	for _, namespace := range []string{from, to} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "registry.example/web:1"}}}}
		if _, err := admin.CoreV1().Pods(namespace).Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	screen := startList(t, "--kubeconfig", contexts(t, lab))
	screen.shows("canopy", "reader", "coverage 100%", "live ●")
	screen.press("4", "/", "from:"+from+" to:"+to, "\r")
	// From the row and the column of the internet to those of the two.
	screen.press("j", "l")
	turned := func(words string) {
		t.Helper()
		screen.until("the pair of namespaces is "+words, func(s string) bool {
			return strings.Contains(strings.Join(strings.Fields(s), " "), words)
		})
	}
	turned("all: 1 of 1 pair")

	policies := admin.NetworkingV1().NetworkPolicies(to)
	deny := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "deny"}, Spec: networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}}}
	if _, err := policies.Create(t.Context(), deny, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	turned("none")
	screen.press("H")
	screen.shows("NetworkPolicy/deny", "created")
	screen.press(escape)
	if err := policies.Delete(context.WithoutCancel(t.Context()), "deny", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	turned("all: 1 of 1 pair")
	screen.quit()
}
