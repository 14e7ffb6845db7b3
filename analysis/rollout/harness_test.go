package rollout

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func ptr[T any](v T) *T { return &v }

func holding(t testing.TB, objs ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := blind(t, objs...)
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return c
}

// blind is a cluster of which nobody says how much of it was seen.
func blind(t testing.TB, objs ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	for _, o := range objs {
		r, err := record.Make(o)
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	return c
}

func controlled(apiVersion, kind, name string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: name, Controller: ptr(true)}}
}

func webTemplate() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{
			{Name: "app", Image: "web:1", SecurityContext: &corev1.SecurityContext{Privileged: ptr(true)}, Env: []corev1.EnvVar{{Name: "A", Value: "b"}}},
			{Name: "side", Image: "side:1"},
		}},
	}
}

// podOf makes a pod as a live cluster holds it: admitted, with a generated token volume.
func podOf(t corev1.PodTemplateSpec, name string, owners []metav1.OwnerReference, token string) *corev1.Pod {
	a := admission{get: func(model.Ref) model.Record { return nil }, namespace: "shop", token: tokenPrefix + token}
	c := t.DeepCopy()
	a.admit(c)
	c.Spec.NodeName = "n1"
	c.Spec.Priority, c.Spec.PreemptionPolicy = ptr(int32(0)), ptr(corev1.PreemptLowerPriority)
	labels := map[string]string{"pod-template-hash": "abc"}
	for k, v := range t.Labels {
		labels[k] = v
	}
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", Labels: labels, OwnerReferences: owners},
		Spec: c.Spec, Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "10.0.0.1",
			ContainerStatuses: []corev1.ContainerStatus{{Name: "app", ImageID: "sha256:1"}}}}
}

// shop is a Deployment with a ReplicaSet and two pods.
func shop() []runtime.Object {
	tpl := webTemplate()
	sel := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	rsTpl := *tpl.DeepCopy()
	rsTpl.Labels["pod-template-hash"] = "abc"
	return []runtime.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: appsv1.DeploymentSpec{Replicas: ptr(int32(2)), Selector: sel, Template: tpl}},
		&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: "web-abc", Namespace: "shop", OwnerReferences: controlled("apps/v1", "Deployment", "web")},
			Spec: appsv1.ReplicaSetSpec{Replicas: ptr(int32(2)), Selector: sel, Template: rsTpl}, Status: appsv1.ReplicaSetStatus{Replicas: 2}},
		podOf(tpl, "web-abc-1", controlled("apps/v1", "ReplicaSet", "web-abc"), "x7k2p"),
		podOf(tpl, "web-abc-2", controlled("apps/v1", "ReplicaSet", "web-abc"), "q9z8w"),
	}
}

func deployment(name string) model.Ref { return model.KindByName("Deployment").Ref("shop", name) }

func podRef(name string) model.Ref { return model.KindByName("Pod").Ref("shop", name) }

func patchStep(ref model.Ref, kind types.PatchType, body string) model.Step {
	data, err := yaml.YAMLToJSON([]byte(body))
	if err != nil {
		panic(err)
	}
	return model.Step{Verb: model.Patch, Ref: ref, PatchType: kind, Body: data}
}

func plan(steps ...model.Step) model.Plan { return model.Plan{Steps: steps} }

func expand(t testing.TB, c *cluster.Cluster, p model.Plan) (map[model.Ref]model.Change, []string) {
	t.Helper()
	before := digest(c)
	changes, assumptions, err := Expand(c, p)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Expand(c, p)
	if err != nil || fmt.Sprint(refs(changes)) != fmt.Sprint(refs(again)) {
		t.Fatalf("not deterministic: %v, %v, %v", refs(changes), refs(again), err)
	}
	if after := digest(c); after != before {
		t.Fatal("the cluster was changed")
	}
	m := map[model.Ref]model.Change{}
	for i, ch := range changes {
		if (ch.Record == nil) != (again[i].Record == nil) || ch.Record != nil && !ch.Record.Same(again[i].Record) {
			t.Fatalf("not deterministic: %s", ch.Ref)
		}
		m[ch.Ref] = ch
	}
	return m, assumptions
}

func refs(changes []model.Change) []string {
	var s []string
	for _, c := range changes {
		s = append(s, c.Ref.String())
	}
	return s
}

// digest covers all that a cluster holds.
func digest(c *cluster.Cluster) uint64 {
	h := fnv.New64a()
	for _, gk := range c.Kinds() {
		for _, r := range c.Sorted(gk) {
			data, err := json.Marshal(r)
			if err != nil {
				panic(err)
			}
			h.Write(data)
			switch o := r.(type) {
			case *record.Pod:
				data, err = json.Marshal(o.Spec())
			case *record.Workload:
				data, err = json.Marshal(o.Object())
			}
			if err != nil {
				panic(err)
			}
			h.Write(data)
		}
	}
	return h.Sum64()
}
