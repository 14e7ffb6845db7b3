// Package leaves has an inspector look at the texts of objects whose types nobody knows, each with its path and with the name
// that it goes by.
package leaves

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// Swept tells which kinds a sweep looks at: custom resources, and those of Kubernetes' own that hold templates of pods and are not
// watched, or what drivers of storage are told. Kinds that hold nothing but ciphertext are left out, and the reports of scanners, which hold
// what others have found.
func Swept(kind *model.Kind) bool {
	switch kind.Group {
	case "":
		return kind.Kind == "PodTemplate" || kind.Kind == "PersistentVolume"
	case "apps":
		return kind.Kind == "ControllerRevision"
	case "storage.k8s.io":
		return kind.Kind == "StorageClass" || kind.Kind == "VolumeAttributesClass"
	case model.GroupTrivy, model.GroupKubescape, model.GroupPolicyReport, model.GroupOpenReports, model.GroupSops:
		return false
	}
	if !strings.Contains(kind.Group, ".") || model.BuiltIn(kind.GroupKind()) != nil {
		return false
	}
	return !strings.HasSuffix(kind.Group, ".k8s.io") || strings.HasSuffix(kind.Group, ".x-k8s.io") || model.OptionalKind(kind.GroupKind()) != nil
}

// Inspect looks at all texts of an object but those of its metadata other than annotations, and at all keys below its fields. Keys
// are gone through in order, so that equal objects give equal lists. A key that is a credential stands in no path.
func Inspect(inspector model.Inspector, object map[string]any) []model.Exposure {
	w := walk{inspector: inspector}
	for _, k := range slices.Sorted(maps.Keys(object)) {
		switch k {
		case "apiVersion", "kind":
		case "metadata":
			if metadata, ok := object[k].(map[string]any); ok {
				w.value("metadata.annotations", "annotations", metadata["annotations"])
			}
		default:
			w.value(w.key("", k), k, object[k])
		}
	}
	return w.found
}

type walk struct {
	inspector model.Inspector
	found     []model.Exposure
}

func (w *walk) value(path, name string, v any) {
	switch t := v.(type) {
	case string:
		w.found = append(w.found, w.inspector.Inspect(path, name, t)...)
	case []any:
		for i, e := range t {
			w.value(fmt.Sprintf("%s[%d]", path, i), name, e)
		}
	case map[string]any:
		spoken := w.commands(path, t)
		for _, k := range slices.Sorted(maps.Keys(t)) {
			if k == "encryptedData" {
				// Ciphertext, of a SealedSecret for instance. What stands beside it is not.
				continue
			}
			if list, ok := t[k].([]any); ok && (commandKey(k) || argumentsKey(k)) {
				w.items(record.FieldPath(path, k), k, list, spoken)
				continue
			}
			below := k
			if k == "value" {
				below = named(t, k)
			}
			w.value(w.key(path, k), below, t[k])
		}
	}
}

// key gives the path of what stands below a key.
func (w *walk) key(path, k string) string {
	safe, found := record.InspectKey(w.inspector, path, k)
	w.found = append(w.found, found...)
	return record.FieldPath(path, safe)
}

// named gives what a value goes by that stands beside its name, as in a list of environment variables.
func named(entry map[string]any, key string) string {
	for _, field := range []string{"name", "key"} {
		if name, ok := entry[field].(string); ok && name != "" {
			return name
		}
	}
	return key
}
