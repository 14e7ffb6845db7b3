package undo

import (
	"encoding/json"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// ErrSecret is what every error wraps for a Secret that cannot be made again.
var ErrSecret = errors.New("the values of a Secret are never read, so nothing can bring them back")

// Invert gives the step that turns an object as it is after a change into what it was before. A change of fields becomes a
// JSON patch that tests each value before it replaces or removes it, so that it does not fit an object which somebody else
// has changed there; fields that the server and controllers write stay. Nil for before means that the object was made, and
// gives its deletion, by its uid; nil for after that it was deleted, and gives its creation. Of a Secret only the metadata
// can be taken back, and of that not kubectl's copy of the values.
func Invert(before, after *unstructured.Unstructured) (model.Step, error) {
	switch {
	case before == nil && after == nil:
		return model.Step{}, errors.New("there is nothing to take back")
	case before == nil:
		return model.Step{Verb: model.Delete, Ref: ref(after), UID: after.GetUID()}, nil
	case after == nil:
		return recreate(before)
	}
	step := model.Step{Verb: model.Patch, Ref: ref(before), PatchType: types.JSONPatchType}
	if ref(after) != step.Ref {
		return step, fmt.Errorf("%s is another object than %s", ref(after), step.Ref)
	}
	if secret(before) {
		before, after = withoutCopy(before), withoutCopy(after)
	}
	was, is := bothOf(before, after)
	if secret(before) {
		// Values that are known are so on both sides or on neither; what was not read is not compared.
		for _, f := range []string{"data", "stringData", "immutable", "type"} {
			delete(was, f)
			delete(is, f)
		}
	}
	p := patch{operations: []operation{}}
	p.maps("", is, was)
	var err error
	step.Body, err = json.Marshal(p.operations)
	return step, err
}

// withoutCopy gives a Secret without kubectl's copy of it, which holds the values.
func withoutCopy(u *unstructured.Unstructured) *unstructured.Unstructured {
	u = u.DeepCopy()
	notes := u.GetAnnotations()
	if delete(notes, corev1.LastAppliedConfigAnnotation); len(notes) == 0 {
		notes = nil
	}
	u.SetAnnotations(notes)
	return u
}

// Exact gives the JSON patch that turns an object as it is after a change into what it was before, to the last field, status and the
// values of a Secret included, though not kubectl's copy of them: for objects that nobody but their user keeps.
func Exact(before, after *unstructured.Unstructured) (model.Step, error) {
	step := model.Step{Verb: model.Patch, Ref: ref(before), PatchType: types.JSONPatchType}
	if secret(before) {
		before, after = withoutCopy(before), withoutCopy(after)
	}
	p := patch{operations: []operation{}}
	p.maps("", after.Object, before.Object)
	var err error
	step.Body, err = json.Marshal(p.operations)
	return step, err
}

// Idle tells that a step that takes a change back has nothing to do.
func Idle(step model.Step) bool {
	return step.Verb == model.Patch && step.PatchType == types.JSONPatchType && string(step.Body) == "[]"
}

func recreate(before *unstructured.Unstructured) (model.Step, error) {
	step := model.Step{Verb: model.Create, Ref: ref(before)}
	if secret(before) {
		return step, fmt.Errorf("%s: %w", step.Ref, ErrSecret)
	}
	var err error
	step.Body, err = json.Marshal(Strip(before).Object)
	return step, err
}

// bothOf gives the essence of both states. A map of annotations that holds nothing but notes of controllers stays as an
// empty one, or an undo would write over it.
func bothOf(before, after *unstructured.Unstructured) (was, is map[string]any) {
	was, is = essence(before), essence(after)
	for _, side := range [...]struct {
		whole *unstructured.Unstructured
		less  map[string]any
	}{{before, was}, {after, is}} {
		meta, _ := side.less["metadata"].(map[string]any)
		if _, found, _ := unstructured.NestedMap(side.whole.Object, "metadata", "annotations"); found && meta["annotations"] == nil {
			meta["annotations"] = map[string]any{}
		}
	}
	return was, is
}

func secret(u *unstructured.Unstructured) bool {
	gvk := u.GroupVersionKind()
	return gvk.Group == "" && gvk.Kind == "Secret"
}

func ref(u *unstructured.Unstructured) model.Ref {
	gvk := u.GroupVersionKind()
	return model.Ref{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind, Namespace: u.GetNamespace(), Name: u.GetName()}
}
