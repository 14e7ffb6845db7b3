package live

import (
	"log/slog"
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"

	"canopy/model"
)

func testFeed(t *testing.T) (*feed, *memorySink) {
	t.Helper()
	c, err := newClients(unreachable(), "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	sink := newMemorySink()
	s := &session{sink: sink, options: Options{}.complete(), clients: c, slots: make(chan struct{}, 1), link: newLink()}
	f, err := s.newFeed(model.KindByName("Pod"), "")
	if err != nil {
		t.Fatal(err)
	}
	return f, sink
}

func TestTransformKeepsItsContract(t *testing.T) {
	f, _ := testFeed(t)
	meta := metav1.ObjectMeta{Name: "n", Namespace: "ns", UID: "u", ResourceVersion: "7", Labels: map[string]string{"a": "b"}}
	for _, object := range []runtime.Object{
		&corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "i"}}}},
		&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"k": "v"}},
		&corev1.Node{ObjectMeta: meta}, &rbacv1.Role{ObjectMeta: meta}, &networkingv1.NetworkPolicy{ObjectMeta: meta},
		&corev1.Secret{ObjectMeta: meta, Data: map[string][]byte{"k": []byte("v")}},
		&unstructured.Unstructured{Object: map[string]any{"apiVersion": "x/v1", "kind": "X", "metadata": map[string]any{
			"name": "n", "namespace": "ns", "uid": "u", "resourceVersion": "7"}, "spec": map[string]any{"a": "b"}}},
	} {
		once, err := f.transform(object)
		if err != nil {
			t.Fatal(err)
		}
		r, ok := once.(model.Record)
		if !ok {
			t.Fatalf("%T becomes %T", object, once)
		}
		if twice, err := f.transform(once); err != nil || twice != once {
			t.Errorf("%T: the transform changes its own output", object)
		}
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(once); err != nil || key != "ns/n" || r.GetUID() != "u" || r.GetResourceVersion() != "7" {
			t.Errorf("%T: key %q (%v), uid %q, version %q", object, key, err, r.GetUID(), r.GetResourceVersion())
		}
		if c := r.DeepCopyObject(); c == runtime.Object(r) || !reflect.DeepEqual(c, r) {
			t.Errorf("%T: the copy is not equal, or no copy", object)
		}
	}
	tomb, err := f.transform(cache.DeletedFinalStateUnknown{Key: "ns/n", Obj: &corev1.Pod{ObjectMeta: meta}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := tomb.(cache.DeletedFinalStateUnknown).Obj.(model.Record); !ok {
		t.Error("the tombstone carries no record")
	}
}

func TestObjectWithoutRecordIsTold(t *testing.T) {
	f, sink := testFeed(t)
	f.whole()
	odd, err := f.transform(&corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: "n", Namespace: "ns", ResourceVersion: "7"}})
	if err != nil {
		t.Fatalf("an error would make the reflector drop the object without a word: %v", err)
	}
	if key, err := cache.MetaNamespaceKeyFunc(odd); err != nil || key != "ns/n" {
		t.Errorf("key %q: %v", key, err)
	}
	f.OnAdd(odd, false)
	if len(sink.objects) != 0 {
		t.Error("it was passed on")
	}
	if c := sink.coverage("Pod", ""); c.State != model.Partial || c.Reason == "" {
		t.Errorf("coverage %+v", c)
	}
}

func TestHandlerPassesOn(t *testing.T) {
	f, sink := testFeed(t)
	make := func(name string) any {
		r, _ := f.transform(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "ns"}})
		return r
	}
	f.OnAdd(make("a"), true)
	if len(sink.objects) != 0 {
		t.Error("the first list goes in batches")
	}
	f.OnUpdate(make("b"), make("b"))
	if len(sink.objects) != 2 {
		t.Error("a change takes along what waits before it")
	}
	f.OnDelete(cache.DeletedFinalStateUnknown{Key: "ns/a", Obj: make("a")})
	f.OnDelete(make("b"))
	if len(sink.objects) != 0 {
		t.Errorf("left: %v", sink.objects)
	}
}

func TestOnlyKindsWithRecordsAreTyped(t *testing.T) {
	c, err := newClients(unreachable(), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range model.Kinds() {
		want := k.Kind != "CustomResourceDefinition" && k.Kind != "APIService"
		if c.typed(k) != want {
			t.Errorf("%s: typed is %v", k.Kind, !want)
		}
	}
	if c.typed(&model.Kind{Version: "v1", Kind: "Endpoints", Resource: "endpoints", Namespaced: true}) {
		t.Error("Endpoints, which have no record of their own, are typed")
	}
}
