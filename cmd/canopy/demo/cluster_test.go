package demo

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// world is the generated cluster, indexed for tests.
type world struct {
	objects []object
	pods    []*corev1.Pod
	byKey   map[string]object
	byUID   map[string]object
}

func id(kind, namespace, name string) string { return kind + "/" + namespace + "/" + name }

func grown(t *testing.T) *world {
	t.Helper()
	objects, err := Objects(Start)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{byKey: map[string]object{}, byUID: map[string]object{}}
	for _, r := range objects {
		o := r.(object)
		k := id(o.GetObjectKind().GroupVersionKind().Kind, o.GetNamespace(), o.GetName())
		if w.byKey[k] != nil && !strings.HasPrefix(k, "NetworkPolicy/") {
			t.Errorf("%s stands twice", k)
		}
		w.byKey[k], w.byUID[string(o.GetUID())] = o, o
		w.objects = append(w.objects, o)
		if p, ok := o.(*corev1.Pod); ok {
			w.pods = append(w.pods, p)
		}
	}
	return w
}

// get fails the test unless the object is there and of the type asked for.
func get[T object](t *testing.T, w *world, kind, namespace, name string) T {
	t.Helper()
	o, ok := w.byKey[id(kind, namespace, name)].(T)
	if !ok {
		t.Fatalf("no %s %s/%s", kind, namespace, name)
	}
	return o
}

// top is the owner that nothing else controls.
func (w *world) top(o object) object {
	for {
		refs := o.GetOwnerReferences()
		if len(refs) == 0 || refs[0].Kind == "Node" {
			return o
		}
		o = w.byUID[string(refs[0].UID)]
	}
}

func TestCounts(t *testing.T) {
	w := grown(t)
	nodes, tops := map[string]int{}, map[object]bool{}
	for _, p := range w.pods {
		nodes[p.Spec.NodeName]++
		tops[w.top(p)] = true
	}
	if got := len(w.pods); got != 210 {
		t.Errorf("%d pods, want 210", got)
	}
	if got := nodes["n5"]; got != 31 {
		t.Errorf("%d pods on n5, want 31", got)
	}
	if got := len(tops); got < 56 || got > 64 {
		t.Errorf("%d workloads, want about 60", got)
	}
	own, system := 0, 0
	for _, o := range w.objects {
		if ns, ok := o.(*corev1.Namespace); ok {
			if ns.Labels["jungle.example/env"] != "" {
				own++
			} else {
				system++
			}
		}
	}
	if own != 8 || system != 4 {
		t.Errorf("%d own and %d system namespaces, want 8 and 4", own, system)
	}
}

func TestSameTimeSameBytes(t *testing.T) {
	for _, now := range []time.Time{Start, Start.Add(49*time.Hour + 17*time.Minute)} {
		if !bytes.Equal(encode(t, now), encode(t, now)) {
			t.Errorf("two clusters of %s differ", now)
		}
	}
}

func encode(t *testing.T, now time.Time) []byte {
	t.Helper()
	objects, err := Objects(now)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(objects)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAgesFollowTheClock(t *testing.T) {
	later := Start.AddDate(0, 3, 0)
	a, err := Objects(Start)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Objects(later)
	if err != nil {
		t.Fatal(err)
	}
	age := func(objects []runtime.Object, now time.Time, name string) time.Duration {
		for _, r := range objects {
			if o := r.(object); o.GetName() == name {
				return now.Sub(o.GetCreationTimestamp().Time)
			}
		}
		t.Fatalf("no object %s", name)
		return 0
	}
	for _, name := range []string{"debug-x9", "dev-view-secrets", "intranet-db"} {
		if x, y := age(a, Start, name), age(b, later, name); x != y {
			t.Errorf("%s is %s old, later %s", name, x, y)
		}
	}
	for _, r := range a {
		o := r.(object)
		if created := o.GetCreationTimestamp().Time; created.After(Start) || created.IsZero() {
			t.Errorf("%T %s/%s was created %s", o, o.GetNamespace(), o.GetName(), created)
		}
		for _, m := range o.GetManagedFields() {
			if m.Time.After(Start) {
				t.Errorf("%T %s/%s was written %s", o, o.GetNamespace(), o.GetName(), m.Time)
			}
		}
	}
}

func TestStrictDecoding(t *testing.T) {
	d := newDecoder(0)
	for _, doc := range []string{
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nsurprise: 1\n",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: a, x: b}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {container: []}}}\n",
	} {
		if _, err := d.decode([]byte(doc)); err == nil {
			t.Errorf("decoded:\n%s", doc)
		}
	}
}
