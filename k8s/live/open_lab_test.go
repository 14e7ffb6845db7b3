package live

import (
	"context"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

func TestOpensCustomResources(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, namespace := context.Background(), lab.Namespace(t)
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	group := namespace + ".example.com"
	definition := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "widgets." + group},
		"spec": map[string]any{"group": group, "scope": "Namespaced",
			"names": map[string]any{"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
			"versions": []any{map[string]any{"name": "v1alpha1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}},
	}}
	definitions := client.Resource(model.KindByName("CustomResourceDefinition").GVR())
	if _, err := definitions.Create(ctx, definition, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = definitions.Delete(ctx, definition.GetName(), metav1.DeleteOptions{}) })
	source, sink := start(t, lab.Config(labtest.Canopy), func(o *Options) { o.Kinds = kinds("CustomResourceDefinition") })
	var widget *model.Kind
	eventually(t, "discovery", sink, func() bool {
		all, err := source.Kinds(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range all {
			if k.Group == group {
				widget = k
			}
		}
		return widget != nil
	})
	if want := (model.Kind{Group: group, Version: "v1alpha1", Kind: "Widget", Resource: "widgets", Namespaced: true}); *widget != want {
		t.Errorf("discovery gives %+v", widget)
	}
	if err := source.Open(widget); err != nil {
		t.Fatal(err)
	}
	endpoints := &model.Kind{Version: "v1", Kind: "Endpoints", Resource: "endpoints", Namespaced: true}
	if err := source.Open(widget, endpoints); err != nil {
		t.Errorf("a second time: %v", err)
	}
	eventually(t, "a kind of the core without a record of its own", sink, func() bool {
		_, ok := sink.record(endpoints.Ref("default", "kubernetes")).(*record.Custom)
		return ok
	})
	one := &unstructured.Unstructured{Object: map[string]any{"apiVersion": group + "/v1alpha1", "kind": "Widget",
		"metadata": map[string]any{"name": "w", "namespace": namespace}, "spec": map[string]any{"size": int64(3)}}}
	if _, err := client.Resource(widget.GVR()).Namespace(namespace).Create(ctx, one, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	ref := widget.Ref(namespace, "w")
	eventually(t, "the widget", sink, func() bool { return sink.record(ref) != nil })
	if spec, _ := sink.record(ref).(*record.Custom).Body["spec"].(map[string]any); spec["size"] != int64(3) {
		t.Errorf("record %+v", sink.record(ref))
	}
	if u, err := source.Get(ctx, ref); err != nil || u.GetName() != "w" {
		t.Errorf("Get: %v %v", u, err)
	}
	if d, ok := sink.record(model.KindByName("CustomResourceDefinition").Ref("", definition.GetName())).(*record.Custom); !ok {
		t.Error("no definition")
	} else if d.Body["spec"] == nil {
		t.Errorf("definition %+v", d.Body)
	}
}

func TestEventsAreKept(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
	source, sink := start(t, lab.Config(labtest.Canopy), func(o *Options) { o.Kinds = kinds("Event") })
	eventually(t, "synced", sink, sink.settled)
	emit(ctx, t, admin, namespace, "e1", 1)
	eventually(t, "the event", sink, func() bool { return countOf(source, namespace) == 1 })
	emit(ctx, t, admin, namespace, "e1", 7)
	eventually(t, "the event seen again", sink, func() bool { return countOf(source, namespace) == 7 })
	if len(sink.objects) != 0 {
		t.Error("events are no records")
	}
}

// countOf gives the count of the one event of a namespace; -1 where there are several.
func countOf(source *Source, namespace string) int32 {
	events, _ := source.Events()
	count, n := int32(0), 0
	for _, e := range events {
		if e.Object.Namespace == namespace && e.Reason == "Tested" {
			count, n = e.Count, n+1
		}
	}
	if n > 1 {
		return -1
	}
	return count
}

// A source that cannot reach its server ends with its context all the same, whatever it is waiting for.
func TestEndsWhileNothingAnswers(t *testing.T) {
	config := unreachable()
	_, sink := start(t, config, func(o *Options) { o.Pace = Pace{} })
	eventually(t, "the reason is told", sink, func() bool {
		c := sink.coverage("Pod", "")
		return c.State == model.Loading && c.Stale && strings.Contains(c.Reason, "connection refused")
	})
	time.Sleep(100 * time.Millisecond)
}
