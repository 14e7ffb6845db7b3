package undo

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// TestFingerprintFor looks away from replicas where the step does, and from nothing else.
func TestFingerprintFor(t *testing.T) {
	at := func(replicas int64, image string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web"},
			"spec": map[string]any{"replicas": replicas, "image": image}}}
	}
	for _, tt := range []struct {
		kind  types.PatchType
		body  string
		names bool
	}{
		{types.StrategicMergePatchType, `{"spec":{"template":{}}}`, false},
		{types.StrategicMergePatchType, `{"metadata":{"labels":{"replicas":"1"}}}`, false},
		{types.MergePatchType, `{"spec":{"replicas":null}}`, true},
		{types.MergePatchType, `{"spec":null}`, true},
		{types.StrategicMergePatchType, `{"spec":{"$patch":"replace"}}`, true},
		{types.JSONPatchType, `[{"op":"add","path":"/spec/template/x","value":1}]`, false},
		{types.JSONPatchType, `[{"op":"test","path":"/spec/replicas","value":1}]`, true},
		{types.JSONPatchType, `[{"op":"replace","path":"/spec","value":{}}]`, true},
		{types.MergePatchType, `nonsense`, true},
	} {
		step := model.Step{Verb: model.Patch, PatchType: tt.kind, Body: []byte(tt.body)}
		if differs := FingerprintFor(step, at(1, "a")) != FingerprintFor(step, at(2, "a")); differs != tt.names {
			t.Errorf("%s: another number of replicas differs: %v", tt.body, differs)
		}
		if FingerprintFor(step, at(1, "a")) == FingerprintFor(step, at(1, "b")) {
			t.Errorf("%s: another image does not differ", tt.body)
		}
	}
	remove := model.Step{Verb: model.Delete}
	if FingerprintFor(remove, at(1, "a")) != FingerprintFor(remove, at(2, "a")) || FingerprintFor(remove, nil) != "" {
		t.Error("a deletion minds the number of replicas")
	}
}

// TestExact takes everything back, and fits only what it was made for.
func TestExact(t *testing.T) {
	tree := func(data map[string]any, status any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s"}, "data": data, "status": status}}
	}
	before, after := tree(map[string]any{"a": "x", "n": int64(1)}, "old"), tree(map[string]any{"a": "y"}, "new")
	step, err := Exact(before, after)
	if err != nil {
		t.Fatal(err)
	}
	got, err := carryOut(t, step, after)
	if err != nil || !same(got.Object, before.Object) {
		t.Errorf("%v %v", err, got)
	}
	if _, err := carryOut(t, step, tree(map[string]any{"a": "theirs"}, "new")); err == nil {
		t.Error("it fits another state")
	}
	if at, err := Stand(step, before); err != nil || at != Moot {
		t.Error(at, err)
	}
	// A list with holes.
	holes := func(list ...any) *unstructured.Unstructured { return tree(map[string]any{"list": list}, "new") }
	was, is := holes(int64(1), nil, map[string]any{"a": []any{nil, "x"}}), holes("y", nil)
	if step, err = Exact(was, is); err != nil {
		t.Fatal(err)
	}
	if got, err := carryOut(t, step, is); err != nil || !same(got.Object, was.Object) {
		t.Errorf("%v %v", err, got)
	}
	if step, err = Exact(is, was); err != nil {
		t.Fatal(err)
	}
	if got, err := carryOut(t, step, was); err != nil || !same(got.Object, is.Object) {
		t.Errorf("%v %v", err, got)
	}
	if _, err := carryOut(t, step, holes(int64(1), nil, map[string]any{"a": []any{nil, "theirs"}})); err == nil {
		t.Error("it fits another list")
	}
	if idle, _ := Exact(before, before); !Idle(idle) || Idle(step) {
		t.Errorf("%s", idle.Body)
	}
}
