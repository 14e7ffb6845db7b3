package proposal

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// directive tells a key by which a strategic patch says how to merge. It is no field of any kind.
func directive(key string) bool {
	switch key {
	case "$patch", "$retainKeys":
		return true
	}
	return strings.HasPrefix(key, "$setElementOrder/") || strings.HasPrefix(key, "$deleteFromPrimitiveList/")
}

// directives judges what a document says about merging. It gives true where the document, as Kustomize has it, stands for the
// deletion of its object.
func (r *reader) directives(o map[string]any, step *model.Step, at place) bool {
	if word, ok := o["$patch"]; ok {
		switch {
		case word != "delete":
			r.refuse(at, "$patch", "on a whole object only delete is understood")
		case step.Verb != model.Patch:
			r.refuse(at, "$patch", "what it is to delete is not there")
		default:
			r.assume("A document with $patch: delete is taken as Kustomize takes it: %s is deleted. kubectl apply would refuse it.", step.Ref)
			step.Verb, step.PatchType = model.Delete, ""
			return true
		}
		return false
	}
	path := findDirective(o, "")
	switch {
	case path == "":
	case step.Verb == model.Create:
		r.refuse(at, path, "this says how to merge, and there is nothing yet to merge with")
	case step.PatchType != types.StrategicMergePatchType:
		r.refuse(at, path, "this says how to merge, which custom kinds do not understand")
	default:
		r.assume("What documents say of merging ($patch and the like) is carried out, as kubectl patch does. kubectl apply would refuse it.")
	}
	return false
}

// findDirective gives the path of the first directive; "" where there is none.
func findDirective(v any, path string) string {
	switch t := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(t)) {
			step := join(path, k)
			if directive(k) {
				return step
			}
			if found := findDirective(t[k], step); found != "" {
				return found
			}
		}
	case []any:
		for i, item := range t {
			if found := findDirective(item, index(path, i)); found != "" {
				return found
			}
		}
	}
	return ""
}

// stripped gives a copy without directives, which is what the type of a kind has to take.
func stripped(v any) any {
	switch t := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(t))
		for k, item := range t {
			if !directive(k) {
				out[k] = stripped(item)
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(t))
		for _, item := range t {
			if m, ok := item.(map[string]any); ok && len(m) == 1 && m["$patch"] != nil {
				continue
			}
			out = append(out, stripped(item))
		}
		return out
	}
	return v
}
