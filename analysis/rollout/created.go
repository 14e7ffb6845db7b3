package rollout

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/scheme"
)

// createdFor decodes the body of a step that creates an object, which must be the one that the step names.
func createdFor(s model.Step) (runtime.Object, error) {
	body, err := treeOf(s.Body)
	if err != nil {
		return nil, err
	}
	if err := names(body, s.Ref, true); err != nil {
		return nil, err
	}
	return created(s.Body)
}

// created decodes the body of a step that creates an object, strictly; a kind that is not built in becomes an unstructured one.
func created(body []byte) (runtime.Object, error) {
	var meta metav1.TypeMeta
	if err := json.Unmarshal(body, &meta); err != nil {
		return nil, wrong("", "it is no object: %s", err)
	}
	types := scheme.Types()
	gvk := schema.FromAPIVersionAndKind(meta.APIVersion, meta.Kind)
	if !types.Recognizes(gvk) {
		if _, err := treeOf(body); err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON(body); err != nil {
			return nil, wrong("", "%s", err)
		}
		return u, nil
	}
	obj, err := types.New(gvk)
	if err != nil {
		return nil, err
	}
	return obj, decode(body, obj)
}
