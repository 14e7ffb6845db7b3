package workload

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// TestLackingAccount holds when a workload's account counts as missing: it is named, all accounts were seen, and a kubelet
// did not write the pod.
func TestLackingAccount(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(deployment(nil))
	check := func(when string, want bool) {
		t.Helper()
		if f := b.find("LP24", "shop/Deployment/web"); (f != nil) != want {
			t.Errorf("%s:\n%s", when, b.text())
		}
	}
	check("it is not there", true)
	if f := b.find("LP22", "shop/Deployment/web"); f != nil {
		t.Errorf("no token is mounted: %v", f)
	}
	accounts := model.KindByName("ServiceAccount").GroupKind()
	b.cover(model.Coverage{Kind: accounts, State: model.Denied, Reason: "not permitted"})
	check("not every account was seen", false)
	b.cover(model.Coverage{Kind: accounts, State: model.Complete})
	check("all were seen", true)
	b.put(serviceAccount("ops", "web", nil))
	check("it is there in another namespace", true)
	b.put(serviceAccount("shop", "web", nil))
	check("it is there", false)
	b.apply(model.Drop(b.ref("ServiceAccount", "web")))
	check("it is gone", true)
	b.put(deployment(func(t *corev1.PodTemplateSpec) { t.Spec.ServiceAccountName = "" }))
	check("the default account is always there", false)
	static := soundPod("static")
	static.OwnerReferences, static.Annotations = nil, map[string]string{corev1.MirrorPodAnnotationKey: "x"}
	if b.put(static); b.find("LP24", "shop/Pod/static") != nil {
		t.Error("a static pod has no account")
	}
	p := soundPod("web-1")
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "example.io/v1", Kind: "App", Name: "a", Controller: new(true)}}
	if b.put(p); b.find("LP24", "shop/App/a") == nil {
		t.Errorf("a pod of an owner that nobody has seen:\n%s", b.text())
	}
}
