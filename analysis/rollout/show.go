package rollout

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/manifest"
	"canopy/model"
	"canopy/model/scheme"
)

// Show gives an object as YAML as it is and as a step would leave it, for people to compare: without its status and what
// the server keeps for itself. What does not exist is empty. The object is nil for a step that creates one.
func Show(object *unstructured.Unstructured, step model.Step) (before, after []byte, err error) {
	if step.Verb == model.Create {
		made, err := createdFor(step)
		if err != nil {
			return nil, nil, err
		}
		after, err = text(made)
		return nil, after, err
	}
	typed, err := typedOf(object)
	if err != nil {
		return nil, nil, err
	}
	// Both sides go through the same types, so that what these add or drop is no difference.
	if before, err = text(typed); err != nil || step.Verb == model.Delete {
		return before, nil, err
	}
	changed, err := patched(typed, step)
	if err != nil {
		return before, nil, err
	}
	after, err = text(changed)
	return before, after, err
}

// ShowStep is Show for a step of a plan: the object is as it is before the plan, nil where there is none, and steps before the
// one that is meant have been done to it.
func ShowStep(object *unstructured.Unstructured, plan model.Plan, i int) (before, after []byte, err error) {
	if i < 0 || i >= len(plan.Steps) {
		return nil, nil, fmt.Errorf("the plan has no step %d", i+1)
	}
	ref := key(plan.Steps[i].Ref)
	for j := range i {
		s := plan.Steps[j]
		if key(s.Ref) != ref {
			continue
		}
		if object, err = done(object, s); err != nil {
			return nil, nil, fmt.Errorf("step %d, %s %s: %w", j+1, s.Verb, s.Ref, err)
		}
	}
	if plan.Steps[i].Verb != model.Create && object == nil {
		return nil, nil, model.ErrNotFound
	}
	return Show(object, plan.Steps[i])
}

// done gives an object as a step leaves it; nil where it is gone.
func done(object *unstructured.Unstructured, s model.Step) (*unstructured.Unstructured, error) {
	var now runtime.Object
	switch {
	case s.Verb == model.Delete:
		return nil, nil
	case s.Verb == model.Create:
		made, err := createdFor(s)
		if err != nil {
			return nil, err
		}
		now = made
	case object == nil:
		return nil, model.ErrNotFound
	default:
		typed, err := typedOf(object)
		if err != nil {
			return nil, err
		}
		if now, err = patched(typed, s); err != nil {
			return nil, err
		}
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(now)
	if err != nil {
		return nil, err
	}
	return &unstructured.Unstructured{Object: fields}, nil
}

// typedOf gives the type of a built-in kind; another stays as it is.
func typedOf(object *unstructured.Unstructured) (runtime.Object, error) {
	types := scheme.Types()
	gvk := object.GroupVersionKind()
	if !types.Recognizes(gvk) {
		return object.DeepCopy(), nil
	}
	typed, err := types.New(gvk)
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return nil, err
	}
	typed.GetObjectKind().SetGroupVersionKind(gvk)
	return typed, nil
}

// text writes an object as YAML in the order of its keys.
func text(object runtime.Object) ([]byte, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	delete(content, "status")
	for _, field := range []string{"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink"} {
		unstructured.RemoveNestedField(content, "metadata", field)
	}
	bare(content)
	data, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return manifest.FromJSON(data)
}

// bare takes out the empty structs and nulls that Go types write where nothing was said.
func bare(m map[string]any) {
	for k, v := range m {
		switch v := v.(type) {
		case nil:
			delete(m, k)
		case map[string]any:
			bare(v)
			if len(v) == 0 && (k == "strategy" || k == "updateStrategy" || k == "resources" || k == "creationTimestamp") {
				delete(m, k)
			}
		case []any:
			for _, item := range v {
				if below, ok := item.(map[string]any); ok {
					bare(below)
				}
			}
		}
	}
}
