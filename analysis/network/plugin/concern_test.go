package plugin

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/cluster"
)

// TestTouchesEverythingThatCounts: whenever a change makes Detect say something else, Touches told so; and it does not cry
// at each of them.
func TestTouchesEverythingThatCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(45, 46))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	c := world(t)
	last := Detect(c)
	quiet, told := 0, 0
	for step := range 6000 {
		var o runtime.Object
		switch r.IntN(8) {
		case 0:
			d := agentPods(pick("kube-system", "calico-system", "shop"), pick("calico-node", "cilium", "kube-ovn-cni", "web", "aws-node"), pick("calico-node", "cilium-agent", "cni-server", "aws-node"))
			d.Status.NumberReady = int32(r.IntN(3))
			o = d
		case 1:
			o = config("enable-policy", pick("default", "never"), "other", fmt.Sprint(r.IntN(3)))
		case 2:
			o = node(pick("a", "b"), pick("v1.30.0", "v1.31.0", "v1.30.0+k3s1"))
		case 3:
			o = object("CiliumNetworkPolicy", "cilium.io", pick("shop", "db"), pick("a", "b"))
		case 4:
			o = object("CustomResourceDefinition", "apiextensions.k8s.io", "", pick("ciliumnetworkpolicies.cilium.io", "apps.shop.example"))
		case 5:
			o = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: pick("shop", "db", "ops"), Labels: map[string]string{"step": fmt.Sprint(step)}}}
		case 6:
			d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: pick("kube-ovn-controller", "web")}}
			d.Spec.Template.Spec.Containers = []corev1.Container{{Name: "c", Args: []string{"--enable-np=" + pick("true", "false")}}}
			o = d
		default:
			o = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: pick("a", "b"), Labels: map[string]string{"step": fmt.Sprint(step)}}}
		}
		rec := made(t, o)
		change := model.Put(rec)
		if r.IntN(3) == 0 {
			change = model.Drop(rec.Ref())
		}
		if step%500 == 250 {
			kind := aliens[0].groupKind()
			c.Cover(model.Coverage{Kind: kind, Namespace: pick("", "db", "shop"), State: model.CoverState(pick("denied", "complete", "absent")), Reason: "so"})
			last = Detect(c)
		}
		d, ok := c.Apply(change)
		if !ok {
			continue
		}
		now := Detect(c)
		if Touches(d) {
			told++
		} else {
			quiet++
			if !reflect.DeepEqual(now, last) {
				t.Fatalf("step %d: a change of %v that touches nothing made %+v of %+v", step, d.Ref, now, last)
			}
		}
		last = now
	}
	if quiet < 500 || told < 500 {
		t.Errorf("%d changes touched nothing, %d did", quiet, told)
	}
}

func TestConcerns(t *testing.T) {
	for _, kind := range []string{"DaemonSet", "ConfigMap", "CiliumNetworkPolicy"} {
		if !Concerns(model.KindByName(kind).GroupKind()) {
			t.Errorf("%s is no concern", kind)
		}
	}
	if Concerns(model.KindByName("Pod").GroupKind()) {
		t.Error("pods are a concern")
	}
}

// BenchmarkDetect measures a cluster with many nodes, DaemonSets and foreign policies.
func BenchmarkDetect(b *testing.B) {
	c := world(b, agentPods("kube-system", "cilium", "cilium-agent"), config())
	put := func(o runtime.Object) { c.Apply(model.Put(made(b, o))) }
	for i := range 5000 {
		put(node(fmt.Sprint("n", i), "v1.30.0"))
	}
	for i := range 100 {
		put(agentPods("kube-system", fmt.Sprint("other", i), "c"))
	}
	for i := range 1000 {
		put(object("CiliumNetworkPolicy", "cilium.io", fmt.Sprint("ns", i), "web"))
	}
	b.ReportAllocs()
	for b.Loop() {
		Detect(c)
	}
}

// BenchmarkTouches measures the event that is by far the most frequent.
func BenchmarkTouches(b *testing.B) {
	pod := made(b, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}})
	d := cluster.Delta{Ref: pod.Ref(), Old: pod, New: pod}
	for b.Loop() {
		if Touches(d) {
			b.Fatal("a pod touches something")
		}
	}
}
