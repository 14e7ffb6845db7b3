package cluster

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

func make1(t testing.TB, obj runtime.Object) model.Record {
	t.Helper()
	r, err := record.Make(obj)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func meta(name, version, ownerAPI, ownerKind, owner string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: "shop", Name: name, ResourceVersion: version}
	if owner != "" {
		yes := true
		m.OwnerReferences = []metav1.OwnerReference{{APIVersion: ownerAPI, Kind: ownerKind, Name: owner, Controller: &yes}}
	}
	return m
}

func ref(kind, name string) model.Ref { return model.KindByName(kind).Ref("shop", name) }

func TestTopOwner(t *testing.T) {
	pod := make1(t, &corev1.Pod{ObjectMeta: meta("web-1-a", "1", "apps/v1", "ReplicaSet", "web-1")})
	set := make1(t, &appsv1.ReplicaSet{ObjectMeta: meta("web-1", "1", "apps/v1", "Deployment", "web"), Status: appsv1.ReplicaSetStatus{Replicas: 1}})
	c := New()
	steps := []struct {
		name   string
		change model.Change
		want   model.Ref
	}{
		{"the owner is known by reference only", model.Put(pod), ref("ReplicaSet", "web-1")},
		{"the owner's owner is known by reference only", model.Put(set), ref("ReplicaSet", "web-1")},
		{"all are there", model.Put(make1(t, &appsv1.Deployment{ObjectMeta: meta("web", "1", "", "", "")})), ref("Deployment", "web")},
		{"the one between is gone", model.Drop(set.Ref()), ref("ReplicaSet", "web-1")},
		{"owners in a loop end the climb", model.Put(make1(t, &appsv1.ReplicaSet{ObjectMeta: meta("web-1", "2", "apps/v1", "ReplicaSet", "web-1")})), ref("ReplicaSet", "web-1")},
	}
	for _, s := range steps {
		c.Apply(s.change)
		if got := c.TopOwner(pod); got != s.want {
			t.Errorf("%s: got %v, want %v", s.name, got, s.want)
		}
	}
}

func TestNewResourceVersionIsNoDelta(t *testing.T) {
	c := New()
	c.Apply(model.Put(make1(t, &corev1.Pod{ObjectMeta: meta("a", "1", "", "", "")})))
	newer := make1(t, &corev1.Pod{ObjectMeta: meta("a", "2", "", "", "")})
	if _, ok := c.Apply(model.Put(newer)); ok {
		t.Error("a new resourceVersion counts as a change")
	}
	if c.Get(newer.Ref()) != newer {
		t.Error("the newer record is not kept")
	}
	if _, ok := c.Apply(model.Drop(ref("Pod", "none"))); ok {
		t.Error("dropping what is not there counts as a change")
	}
}

// TestChildrenAgreeWithSearch compares the index with a search through all records after every random change, and takes
// all changes back at the end.
func TestChildrenAgreeWithSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	c := New()
	var inverses []model.Change
	crowded := false
	for step := range 3000 {
		// Enough for an owner to have so many that their places are noted, and to lose them again.
		name := fmt.Sprint("p", r.IntN(12+step%1000/3))
		owner := []string{"", "a", "b", "c"}[r.IntN(4)]
		change := model.Drop(ref("Pod", name))
		if step%1000 > 800 && r.IntN(4) > 0 {
			for pod := range c.All(ref("Pod", "").GroupKind()) {
				name = pod.GetName()
				break
			}
			change = model.Drop(ref("Pod", name))
		} else if r.IntN(2) > 0 {
			change = model.Put(make1(t, &corev1.Pod{ObjectMeta: meta(name, fmt.Sprint(step), "apps/v1", "ReplicaSet", []string{"a", "a", "b"}[r.IntN(3)])}))
		}
		switch r.IntN(6) {
		case 0:
			change = model.Put(make1(t, &corev1.Pod{ObjectMeta: meta(name, fmt.Sprint(step), "apps/v1", "ReplicaSet", owner)}))
		case 1:
			change = model.Put(make1(t, &appsv1.ReplicaSet{ObjectMeta: meta([]string{"a", "b", "c"}[r.IntN(3)], fmt.Sprint(step), "apps/v1", "Deployment", owner)}))
		}
		if d, ok := c.Apply(change); ok {
			inverses = append(inverses, d.Inverse())
		}
		for _, kind := range []string{"ReplicaSet", "Deployment"} {
			for _, owner := range []string{"a", "b", "c"} {
				var want, got []string
				for _, gk := range c.Kinds() {
					for rec := range c.All(gk) {
						if c.Controller(rec) == ref(kind, owner) {
							want = append(want, rec.Ref().String())
						}
					}
				}
				for _, rec := range c.Children(ref(kind, owner)) {
					got = append(got, rec.Ref().String())
				}
				crowded = crowded || c.places[ref(kind, owner)] != nil
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("step %d: children of %s %s: got %v, want %v", step, kind, owner, got, want)
				}
			}
		}
	}
	if !crowded {
		t.Error("no owner had many children")
	}
	slices.Reverse(inverses)
	for _, change := range inverses {
		c.Apply(change)
	}
	for _, gk := range c.Kinds() {
		if c.Len(gk) != 0 {
			t.Errorf("%v: %d records after all was taken back", gk, c.Len(gk))
		}
	}
	if len(c.children) != 0 || len(c.counts) != 0 || len(c.places) != 0 {
		t.Errorf("the indexes still hold %v, %v, %v", c.children, c.counts, c.places)
	}
}

func TestCoverageCounts(t *testing.T) {
	c := New()
	pods := model.KindByName("Pod").GroupKind()
	c.Cover(model.Coverage{Kind: pods, State: model.Denied})
	c.Cover(model.Coverage{Kind: pods, Namespace: "shop", State: model.Complete})
	c.Cover(model.Coverage{Kind: pods, Namespace: "data", State: model.Complete})
	for _, name := range []string{"a", "b", "c"} {
		c.Apply(model.Put(make1(t, &corev1.Pod{ObjectMeta: meta(name, "1", "", "", "")})))
	}
	c.Apply(model.Put(make1(t, &corev1.Pod{ObjectMeta: meta("a", "2", "", "", "")})))
	c.Apply(model.Drop(ref("Pod", "b")))
	got := map[string]int{}
	for _, cov := range c.Coverage() {
		got[cov.Namespace] = cov.Count
	}
	if got[""] != 2 || got["shop"] != 2 || got["data"] != 0 {
		t.Errorf("counted %v", got)
	}
}

func TestSeen(t *testing.T) {
	c := New()
	pods := model.KindByName("Pod").GroupKind()
	if got := c.Seen(pods, "shop").State; got != model.Loading {
		t.Errorf("before anything was said: %v", got)
	}
	c.Cover(model.Coverage{Kind: pods, State: model.Denied, Reason: "no"})
	c.Cover(model.Coverage{Kind: pods, Namespace: "shop", State: model.Complete})
	if a, b := c.Seen(pods, "shop").State, c.Seen(pods, "data").State; a != model.Complete || b != model.Denied {
		t.Errorf("got %v and %v", a, b)
	}
	if c.Cover(model.Coverage{Kind: pods, State: model.Denied, Reason: "no", Stale: true}) {
		t.Error("staleness counts as a change of what can be judged")
	}
}

// TestSeenOptional holds that an optional kind of which nobody speaks is loading until the definitions of kinds are through,
// and then there is none of it.
func TestSeenOptional(t *testing.T) {
	c := New()
	gateways, definitions := model.KindByName("Gateway").GroupKind(), model.KindByName("CustomResourceDefinition").GroupKind()
	seen := func(what string, want model.CoverState) {
		t.Helper()
		if got := c.Seen(gateways, "shop").State; got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	seen("before anything was said", model.Loading)
	c.Cover(model.Coverage{Kind: definitions, State: model.Loading})
	seen("while definitions are loading", model.Loading)
	c.Cover(model.Coverage{Kind: definitions, State: model.Denied})
	seen("once they are not", model.Complete)
	c.Cover(model.Coverage{Kind: gateways, State: model.Denied})
	seen("served and denied", model.Denied)
	if !c.Cover(model.Coverage{Kind: gateways, State: model.Withdrawn}) || c.Cover(model.Coverage{Kind: gateways, State: model.Withdrawn}) {
		t.Error("withdrawing is a change once")
	}
	seen("no longer served", model.Complete)
	if len(c.Coverage()) != 1 {
		t.Errorf("coverage %v", c.Coverage())
	}
}

// TestPodsAreThoseBelow holds that the pods of an owner are those whose top owner it is, each once, also where hostile
// references loop, name the wrong kind or another life of the owner.
func TestPodsAreThoseBelow(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	c := New()
	for step := range 4000 {
		claim := [][2]string{{"apps/v1", "ReplicaSet"}, {"apps/v1", "ReplicaSet"}, {"apps/v1", "Deployment"}, {"apps/v1", "Deployment"}, {"batch/v1", "Job"}, {"v1", "Pod"}, {"v1", "ConfigMap"}, {"a.io/v1", "App"}, {"", ""}}[r.IntN(9)]
		m := meta(pick("a", "b", "c"), fmt.Sprint(step), claim[0], claim[1], pick("", "a", "b", "c"))
		m.UID = types.UID(pick("", "u1", "u2"))
		for i := range m.OwnerReferences {
			m.OwnerReferences[i].UID = types.UID(pick("", "", "u1", "u2"))
		}
		objects := [...]runtime.Object{&corev1.Pod{ObjectMeta: m}, &corev1.Pod{ObjectMeta: m}, &appsv1.ReplicaSet{ObjectMeta: m}, &appsv1.Deployment{ObjectMeta: m}, &appsv1.StatefulSet{ObjectMeta: m}}
		rec := make1(t, objects[r.IntN(len(objects))])
		if r.IntN(3) == 0 {
			c.Apply(model.Drop(rec.Ref()))
		} else {
			c.Apply(model.Put(rec))
		}
		want, got := map[model.Ref][]string{}, map[model.Ref][]string{}
		for pod := range c.All(ref("Pod", "").GroupKind()) {
			top := c.TopOwner(pod)
			want[top] = append(want[top], pod.GetName())
			for p := range c.Pods(top) {
				if p == pod {
					got[top] = append(got[top], p.Name)
				}
			}
			if !slices.Equal(got[top], want[top]) {
				t.Fatalf("step %d: pods below %v: got %v, want %v", step, top, got[top], want[top])
			}
		}
	}
}

// BenchmarkUpdate measures a change of one pod whose owner has many.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{10, 1000, 10000, 100000} {
		b.Run(fmt.Sprintf("siblings=%d", n), func(b *testing.B) {
			c := New()
			for i := range n {
				c.Apply(model.Put(make1(b, &corev1.Pod{ObjectMeta: meta(fmt.Sprint("p", i), "1", "apps/v1", "DaemonSet", "agent")})))
			}
			changes := make([]model.Change, 0, 3000)
			for i := range 1000 {
				m := meta(fmt.Sprint("p", i*7919%n), fmt.Sprint(i), "apps/v1", "DaemonSet", "agent")
				m.Labels = map[string]string{"step": fmt.Sprint(i)}
				r := make1(b, &corev1.Pod{ObjectMeta: m})
				changes = append(changes, model.Put(r), model.Drop(r.Ref()), model.Put(r))
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				c.Apply(changes[i%len(changes)])
				i++
			}
		})
	}
}
