package apply

import (
	"encoding/json"
	"errors"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"canopy/model"
	"canopy/model/scheme"
	"canopy/model/strategic"
	"canopy/model/undo"
)

// besides lists the fields in which the object that the server would make differs from what the step itself says: defaults,
// and what webhooks and policies change. Nil where that cannot be told.
func besides(before, after *unstructured.Unstructured, step model.Step) []string {
	said, err := alone(before, step)
	if err != nil {
		return nil
	}
	if step.Verb == model.Create {
		said.SetNamespace(after.GetNamespace())
	}
	return undo.Changed(said, after)
}

// alone carries a step out here, without a server.
func alone(before *unstructured.Unstructured, step model.Step) (*unstructured.Unstructured, error) {
	u := &unstructured.Unstructured{}
	if step.Verb == model.Create {
		return u, u.UnmarshalJSON(step.Body)
	}
	if before == nil {
		return nil, errors.New("there is nothing to patch")
	}
	data, err := before.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if data, err = patched(data, before, step); err != nil {
		return nil, err
	}
	return u, u.UnmarshalJSON(data)
}

func patched(data []byte, before *unstructured.Unstructured, step model.Step) ([]byte, error) {
	switch step.PatchType {
	case types.StrategicMergePatchType:
		typed, err := scheme.Types().New(before.GroupVersionKind())
		if err != nil {
			return nil, err
		}
		return strategic.Merge(data, step.Body, typed)
	case types.MergePatchType:
		return jsonpatch.MergePatch(data, step.Body)
	case types.JSONPatchType:
		p, err := jsonpatch.DecodePatch(step.Body)
		if err != nil {
			return nil, err
		}
		return p.Apply(data)
	}
	return nil, fmt.Errorf("unknown patch type %q", step.PatchType)
}

// pinned gives a patch that fits only the very version of an object that was read.
func pinned(step model.Step, version string) (model.Step, error) {
	if step.PatchType == types.JSONPatchType {
		var list []json.RawMessage
		if err := json.Unmarshal(step.Body, &list); err != nil {
			return step, fmt.Errorf("the patch is no list: %w", err)
		}
		test, err := json.Marshal(map[string]any{"op": "test", "path": "/metadata/resourceVersion", "value": version})
		if err != nil {
			return step, err
		}
		step.Body, err = json.Marshal(append([]json.RawMessage{test}, list...))
		return step, err
	}
	body := map[string]any{}
	if err := utiljson.Unmarshal(step.Body, &body); err != nil {
		return step, fmt.Errorf("the patch is no map: %w", err)
	}
	meta, ok := body["metadata"].(map[string]any)
	if !ok {
		if body["metadata"] != nil {
			return step, errors.New("the metadata of the patch is no map")
		}
		meta = map[string]any{}
	}
	meta["resourceVersion"] = version
	body["metadata"] = meta
	var err error
	step.Body, err = json.Marshal(body)
	return step, err
}
