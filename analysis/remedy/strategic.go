package remedy

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
	"canopy/model/strategic"
)

var errPatch = errors.New("remedy: the patch does not give the wanted template")

// tree gives a template as JSON values.
func tree(t *corev1.PodTemplateSpec) (map[string]any, error) {
	return runtime.DefaultUnstructuredConverter.ToUnstructured(t)
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// partial gives the fields of a patch as a partial object that kubectl and kustomize recognise.
func partial(ref model.Ref, fields map[string]any) map[string]any {
	meta := map[string]any{"name": ref.Name}
	if ref.Namespace != "" {
		meta["namespace"] = ref.Namespace
	}
	obj := map[string]any{"apiVersion": ref.APIVersion(), "kind": ref.Kind, "metadata": meta}
	maps.Copy(obj, fields)
	return obj
}

// strategicBody writes the difference of two templates as a strategic merge patch of their owner. It gives false where
// that cannot be done.
func strategicBody(w *record.Workload, path []string, old, now map[string]any) ([]byte, bool) {
	schema, err := strategic.Of(corev1.PodTemplateSpec{})
	if err != nil {
		return nil, false
	}
	diff, ok := mergeMaps(old, now, schema)
	if !ok {
		return nil, false
	}
	fields := any(diff)
	for _, part := range slices.Backward(path) {
		fields = map[string]any{part: fields}
	}
	body, err := json.Marshal(partial(w.Ref(), fields.(map[string]any)))
	return body, err == nil
}

// mergeMaps writes what makes the old map the new one. What goes becomes null.
func mergeMaps(old, now map[string]any, schema strategic.Schema) (map[string]any, bool) {
	diff := map[string]any{}
	for _, key := range keys(old, now) {
		o, had := old[key]
		n, has := now[key]
		if same(o, n) && had == has {
			continue
		}
		v, ok := mergeValue(key, o, n, had, has, schema)
		if !ok {
			return nil, false
		}
		diff[key] = v
	}
	return diff, true
}

func mergeValue(key string, o, n any, had, has bool, schema strategic.Schema) (any, bool) {
	if ol, nl, ok := bothLists(o, n); ok {
		if len(ol)+len(nl) > 0 && isMap(ol, nl) {
			element, way, err := schema.List(key)
			if err == nil && way.Key != "" && way.Merge {
				return mergeLists(ol, nl, way.Key, element)
			}
		}
		// Other lists are atomic, and stand whole.
		if !has {
			return nil, true
		}
		return n, true
	}
	if !has {
		return nil, true
	}
	nm, isMap := n.(map[string]any)
	if !isMap {
		return n, true
	}
	om, _ := o.(map[string]any)
	element, _, err := schema.Object(key)
	if err != nil {
		return nil, false
	}
	diff, ok := mergeMaps(om, nm, element)
	if ok && key == "capabilities" && diff["drop"] != nil && nm["add"] == nil {
		// Dropping all leaves in place what is added, also where it was added since.
		diff["add"] = nil
	}
	if len(diff) == 0 && !had {
		return map[string]any{}, ok
	}
	return diff, ok
}

// mergeLists writes what makes one keyed list the other. It gives false where a key repeats: a patch would hit the wrong
// item.
func mergeLists(old, now []any, key string, schema strategic.Schema) (any, bool) {
	before, ok := index(old, key)
	after, ok2 := index(now, key)
	if !ok || !ok2 {
		return nil, false
	}
	var list []any
	for _, item := range now {
		n := item.(map[string]any)
		o, had := before[fmt.Sprint(n[key])]
		if had && same(o, n) {
			continue
		}
		if !had {
			list = append(list, n)
			continue
		}
		diff, ok := mergeMaps(o, n, schema)
		if !ok {
			return nil, false
		}
		diff[key] = n[key]
		list = append(list, diff)
	}
	for _, item := range old {
		o := item.(map[string]any)
		if _, has := after[fmt.Sprint(o[key])]; !has {
			list = append(list, map[string]any{"$patch": "delete", key: o[key]})
		}
	}
	return list, true
}

// index finds items by key; false where one has none, or two have the same.
func index(list []any, key string) (map[string]map[string]any, bool) {
	m := map[string]map[string]any{}
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok || o[key] == nil {
			return nil, false
		}
		k := fmt.Sprint(o[key])
		if m[k] != nil {
			return nil, false
		}
		m[k] = o
	}
	return m, true
}

// bothLists reads two values as lists, where one of them is one and the other is one or missing.
func bothLists(a, b any) (x, y []any, ok bool) {
	x, isX := a.([]any)
	y, isY := b.([]any)
	return x, y, isX && (isY || b == nil) || isY && a == nil
}

func isMap(lists ...[]any) bool {
	for _, l := range lists {
		for _, item := range l {
			if _, ok := item.(map[string]any); !ok {
				return false
			}
		}
	}
	return true
}

func keys(a, b map[string]any) []string {
	set := map[string]bool{}
	for k := range a {
		set[k] = true
	}
	for k := range b {
		set[k] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// applies tells whether a patch makes of an owner just the same owner with the wanted template.
func applies(w *record.Workload, kind types.PatchType, body []byte, want *corev1.PodTemplateSpec) bool {
	obj := w.Object()
	obj.GetObjectKind().SetGroupVersionKind(w.Kind.GVK())
	doc, err := json.Marshal(obj)
	if err != nil {
		return false
	}
	out, err := patched(doc, kind, body, obj)
	if err != nil {
		return false
	}
	// Status makes record.Make keep the template of a ReplicaSet; it is in the object that was patched.
	now := reflect.New(reflect.TypeOf(obj).Elem()).Interface().(runtime.Object)
	if json.Unmarshal(out, now) != nil {
		return false
	}
	r, err := record.Make(now)
	if err != nil {
		return false
	}
	next, ok := r.(*record.Workload)
	return ok && next.PodLabels == w.PodLabels && next.Labels == w.Labels && next.Name == w.Name &&
		equality.Semantic.DeepEqual(ordered(next.Template.Decode()), ordered(want.DeepCopy()))
}

// ordered sorts volumes and mounts, of which a strategic patch may put new ones first: their order means nothing, as
// runtimes sort mounts by path. So it is with variables where none refers to another. That of containers does mean something.
func ordered(t *corev1.PodTemplateSpec) *corev1.PodTemplateSpec {
	inorder.Sort(t.Spec.Volumes, func(a, b corev1.Volume) int { return cmp.Compare(a.Name, b.Name) })
	for _, list := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
		for i := range list {
			inorder.Sort(list[i].VolumeMounts, func(a, b corev1.VolumeMount) int { return cmp.Compare(a.MountPath, b.MountPath) })
			if !slices.ContainsFunc(list[i].Env, func(v corev1.EnvVar) bool { return strings.Contains(v.Value, "$(") }) {
				inorder.SortStable(list[i].Env, func(a, b corev1.EnvVar) int { return cmp.Compare(a.Name, b.Name) })
			}
		}
	}
	return t
}

func patched(doc []byte, kind types.PatchType, body []byte, obj runtime.Object) ([]byte, error) {
	if kind == types.StrategicMergePatchType {
		return strategic.Merge(doc, body, obj)
	}
	p, err := jsonpatch.DecodePatch(body)
	if err != nil {
		return nil, err
	}
	return p.Apply(doc)
}
