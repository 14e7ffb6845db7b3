package bundle

import (
	"encoding/json"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/manifest"
	"canopy/analysis/remedy"
	"canopy/model"
)

// kustomized gives a strategic patch as kustomize needs it to do what the API server does; "" where it is the same. Kustomize finds a
// port by its number and its protocol, and leaves alone, without a word, one that names its protocol where the patch does not: so
// ports stand whole. It puts the containers that a patch names before the others: so all are named, in their order. Both take that
// the object is known.
func (b *builder) kustomized(d *remedy.Document) (string, error) {
	if d.Step.Verb != model.Patch || d.Step.PatchType != types.StrategicMergePatchType {
		return "", nil
	}
	object := b.before(d.Step.Ref)
	if object == nil {
		return "", nil
	}
	_, after := foretold(object, &d.Step)
	if after == nil {
		return "", nil
	}
	var body map[string]any
	if err := json.Unmarshal(d.Step.Body, &body); err != nil {
		return "", err
	}
	if !widen(body, after.Object) {
		return "", nil
	}
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	text, err := manifest.FromJSON(data)
	return string(text), err
}

// widen makes a patch whole where kustomize wants it so, and tells whether it did.
func widen(patch, after map[string]any) bool {
	wider := false
	for k, v := range patch {
		switch t := v.(type) {
		case map[string]any:
			if below, ok := after[k].(map[string]any); ok && widen(t, below) {
				wider = true
			}
		case []any:
			list, _ := after[k].([]any)
			switch k {
			case "ports":
				patch[k] = append([]any{map[string]any{"$patch": "replace"}}, list...)
				if len(list) == 0 {
					patch[k] = nil
				}
				wider = true
			case "containers", "initContainers":
				next, changed := namedAll(t, list)
				patch[k] = next
				wider = wider || changed
			}
		}
	}
	return wider
}

// namedAll gives the items of a patch for each container that there is afterwards, in their order, and then those that go.
func namedAll(patch, after []any) ([]any, bool) {
	changed := false
	var list []any
	used := map[int]bool{}
	for _, a := range after {
		container, _ := a.(map[string]any)
		i := slices.IndexFunc(patch, func(p any) bool {
			item, ok := p.(map[string]any)
			return ok && item["name"] == container["name"]
		})
		if i < 0 {
			list, changed = append(list, map[string]any{"name": container["name"]}), true
			continue
		}
		used[i] = true
		item := patch[i].(map[string]any)
		changed = widen(item, container) || changed
		list = append(list, item)
	}
	for i := range patch {
		if !used[i] {
			list = append(list, patch[i])
		}
	}
	return list, changed
}
