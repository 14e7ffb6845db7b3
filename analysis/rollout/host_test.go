package rollout

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

func said(list []string, part string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, part) })
}

func TestPodsOnTheHostsNetworkAreTold(t *testing.T) {
	const beside, enter, leave = "that is in no count of pairs", "pods of shop/Deployment/web would be on the host's network", "pods of shop/Deployment/web would leave the host's network"
	there := func(namespace string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "node", Namespace: namespace}, Spec: corev1.PodSpec{HostNetwork: true, Containers: []corev1.Container{{Name: "c", Image: "i"}}}}
	}
	policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "deny", Namespace: "shop"}}
	off := model.Step{Verb: model.Delete, Ref: model.KindByName("NetworkPolicy").Ref("shop", "deny")}
	on := patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {hostNetwork: true}}}}`)
	image := patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {containers: [{name: app, image: "web:2"}]}}}}`)

	for _, tc := range []struct {
		name                 string
		at                   string
		step                 model.Step
		enter, leave, beside bool
	}{
		{"to the host's network", "other", on, true, false, true},
		{"an image", "shop", image, false, false, false},
		{"a policy beside none", "other", off, false, false, false},
		{"a policy beside some", "shop", off, false, false, true},
	} {
		_, told := expand(t, holding(t, append(shop(), policy.DeepCopy(), there(tc.at))...), plan(tc.step))
		if said(told, enter) != tc.enter || said(told, leave) != tc.leave || said(told, beside) != tc.beside {
			t.Errorf("%s: %q", tc.name, told)
		}
	}

	c := holding(t, shop()...)
	changes, _, err := Expand(c, plan(on))
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range changes {
		c.Apply(ch)
	}
	_, told := expand(t, c, plan(patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {hostNetwork: null}}}}`)))
	if said(told, enter) || !said(told, leave) || !said(told, beside) {
		t.Errorf("back: %q", told)
	}
}
