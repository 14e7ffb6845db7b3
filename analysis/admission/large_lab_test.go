package admission

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// TestLabLarge holds that what is large, and breaks no rule, stays within what the API server lets an expression cost: it would be
// refused for that alone.
func TestLabLarge(t *testing.T) {
	s := newServer(t)
	s.namespace("shop")
	s.make(&corev1.ServiceAccount{ObjectMeta: meta("shop", "web")})
	var rules []rbacv1.PolicyRule
	for i := range 300 {
		r := permit("get,list,watch,create,update,patch,delete", fmt.Sprint("group", i, ".example.org"), "")
		r.Resources = nil
		for j := range 20 {
			r.Resources = append(r.Resources, fmt.Sprint("things", i, "of", j), fmt.Sprint("things", i, "of", j, "/status"))
		}
		rules = append(rules, r)
	}
	large := aClusterRole("large", rules...)
	s.make(large)
	var findings []*model.Finding
	for _, rule := range append(rightRules(), "LP03", "LP04", "LP05") {
		for _, o := range objectsFor(rule, "shop") {
			findings = append(findings, found(t, rule, o))
		}
	}
	for _, rule := range append(templateRules(), "NW04", "NW05", "NW11") {
		findings = append(findings, found(t, rule, objectsFor(rule, "shop")[0]))
	}
	s.guard(guardOf(t, clusterOf(t), "v1.35.0", findings...), true)
	bad := goodPod("shop", "bad")
	bad.Spec.HostPID = true
	for _, o := range []any{bindAll("x", "cluster-admin", user("u")), bad, aClusterRole("x", permit("*", "*", "*"))} {
		s.until("the refusals", func() bool { _, err := s.create(o, true); return apierrors.IsForbidden(err) })
	}
	again := large.DeepCopy()
	again.Name = "again"
	pod := goodPod("shop", "large")
	pod.Spec.Containers = nil
	for i := range 100 {
		c := goodContainer(fmt.Sprint("c", i))
		c.Args = []string{strings.Repeat("the pseudo sudoers ", 50)}
		for j := range 20 {
			c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: int32(1000 + j)})
		}
		pod.Spec.Containers = append(pod.Spec.Containers, c)
	}
	for _, o := range []any{again, bindAll("b", "large", user("u")), bind("shop", "b", "ClusterRole", "large", user("u")), pod} {
		if _, err := s.create(o, true); err != nil {
			t.Errorf("%T: %v", o, err)
		}
	}
	patch := []byte(`{"metadata":{"labels":{"a":"b"}}}`)
	if _, err := s.of(model.KindByName("ClusterRole").GVK(), "").Patch(context.Background(), "large", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Error(err)
	}
	other := []byte(`[{"op":"add","path":"/rules/0/resources/0","value":"others"},{"op":"add","path":"/rules/-","value":{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}}]`)
	if _, err := s.of(model.KindByName("ClusterRole").GVK(), "").Patch(context.Background(), "large", types.JSONPatchType, other, metav1.PatchOptions{}); err != nil {
		t.Error(err)
	}
}
