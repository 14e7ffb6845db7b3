package resources_test

import (
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/resources"
	"canopy/ui/view/viewtest"
)

// many gives a cluster of n pods in so many namespaces: Deployments of ten pods with their ReplicaSets.
func many(t testing.TB, n, spaces int) *viewtest.Session {
	s := viewtest.New(t)
	yes, ten := true, int32(10)
	put := func(o runtime.Object) {
		r, err := record.Make(o)
		if err != nil {
			t.Fatal(err)
		}
		s.Change(model.Put(r))
	}
	owned := func(space, name, kind, owner string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: space, Name: name, OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: owner, Controller: &yes}}}
	}
	for i := range spaces {
		put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("ns-%03d", i)}})
	}
	for i := range 100 {
		put(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("node-", i)}})
	}
	for i := range n / 10 {
		space, name := fmt.Sprintf("ns-%03d", i%spaces), fmt.Sprintf("app-%05d", i)
		spec := corev1.PodSpec{ServiceAccountName: name, HostNetwork: i%5 == 0, Containers: []corev1.Container{{Name: "main", Image: "registry.example/" + name + ":1"}, {Name: "side", Image: "registry.example/side:1"}}}
		template := corev1.PodTemplateSpec{Spec: spec}
		put(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: space, Name: name}, Spec: appsv1.DeploymentSpec{Replicas: &ten, Template: *template.DeepCopy()}})
		put(&appsv1.ReplicaSet{ObjectMeta: owned(space, name+"-5d4f8", "Deployment", name), Spec: appsv1.ReplicaSetSpec{Replicas: &ten, Template: *template.DeepCopy()}})
		for p := range 10 {
			put(manyPod(owned(space, fmt.Sprintf("%s-5d4f8-%d", name, p), "ReplicaSet", name+"-5d4f8"), spec, p*i%100, corev1.PodRunning))
		}
	}
	s.Complete()
	if _, err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func manyPod(meta metav1.ObjectMeta, spec corev1.PodSpec, node int, phase corev1.PodPhase) *corev1.Pod {
	spec = *spec.DeepCopy()
	spec.NodeName = fmt.Sprint("node-", node)
	return &corev1.Pod{ObjectMeta: meta, Spec: spec, Status: corev1.PodStatus{Phase: phase, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}}
}

// BenchmarkTree measures, at 10,000 pods, what commands take to make the tree and its rows, and what a key press takes.
func BenchmarkTree(b *testing.B) {
	for _, spaces := range []int{100, 1} {
		session := many(b, 10000, spaces)
		from := view.NewSnapshot().Next(session.Report(), nil)
		b.Run(fmt.Sprintf("first-in-%d", spaces), func(b *testing.B) {
			for b.Loop() {
				s := resources.New(session.Shared())
				s.Resize(200, 60)
				s.Show(from)()
			}
		})
		shown := func() *stage {
			s := &stage{Screen: resources.New(session.Shared()), t: b, session: session}
			s.Resize(200, 60)
			s.run(s.Show(from))
			return s
		}
		for _, column := range []string{"resource", "worst"} {
			b.Run(fmt.Sprintf("change-in-%d-by-%s", spaces, column), func(b *testing.B) {
				s := shown()
				cmd, _ := s.SortBy(column, false)
				s.run(cmd)
				last := from
				phase := corev1.PodPending
				for b.Loop() {
					b.StopTimer()
					p := manyPod(metav1.ObjectMeta{Namespace: "ns-000", Name: "changing"}, corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "c"}}}, 1, phase)
					r, err := record.Make(p)
					if err != nil {
						b.Fatal(err)
					}
					session.Change(model.Put(r))
					session.Apply()
					last = last.Next(session.Report(), nil)
					if phase = corev1.PodPending; p.Status.Phase == phase {
						phase = corev1.PodRunning
					}
					cmd := s.Show(last)
					b.StartTimer()
					msg := cmd()
					b.StopTimer()
					s.Update(msg.(view.For).Msg)
					b.StartTimer()
				}
			})
		}
		b.Run(fmt.Sprintf("filter-in-%d", spaces), func(b *testing.B) {
			s := shown()
			for i := 0; b.Loop(); i++ {
				s.run(s.SetFilter([]string{"app-0001", "status:running", ""}[i%3]))
			}
		})
		b.Run(fmt.Sprintf("fold-in-%d", spaces), func(b *testing.B) {
			s := shown()
			s.press(keys.Last)
			for b.Loop() {
				s.press(keys.Open)
			}
		})
		b.Run(fmt.Sprintf("key-and-view-in-%d", spaces), func(b *testing.B) {
			s := shown()
			s.run(s.SetFilter("status:running"))
			for i := 0; b.Loop(); i++ {
				s.press([]keys.Action{keys.Down, keys.PageDown, keys.Last, keys.Up}[i%4])
				if s.View() == "" {
					b.Fatal("nothing is drawn")
				}
				s.Subject()
			}
		})
	}
}
