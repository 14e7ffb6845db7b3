package strategic

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/util/json"
)

// Diff gives the patch that makes the old document the new one. object is of the Go type of both, or points to one.
func Diff(old, now []byte, object any) ([]byte, error) {
	schema, err := Of(object)
	if err != nil {
		return nil, err
	}
	before, after, err := decode(old, now)
	if err != nil {
		return nil, err
	}
	patch, err := diff(before, after, schema, false)
	if err != nil {
		return nil, err
	}
	return json.Marshal(patch)
}

// diff gives the patch of an object. Where its fields are retained by name, the patch names those that stay.
func diff(old, now map[string]any, schema Schema, retain bool) (map[string]any, error) {
	patch := map[string]any{}
	for key, n := range now {
		o, had := old[key]
		if had && reflect.DeepEqual(o, n) {
			continue
		}
		if !had || reflect.TypeOf(o) != reflect.TypeOf(n) {
			patch[key] = n
			continue
		}
		switch n := n.(type) {
		case map[string]any:
			below, way, err := schema.Object(key)
			if err != nil {
				return nil, err
			}
			if way.Replace {
				patch[key] = n
			} else if patch[key], err = diff(o.(map[string]any), n, below, way.RetainKeys); err != nil {
				return nil, err
			}
		case []any:
			below, way, err := schema.List(key)
			if err != nil {
				return nil, err
			}
			if !way.Merge {
				patch[key] = n
			} else if err := diffList(patch, key, o.([]any), n, below, way); err != nil {
				return nil, err
			}
		default:
			patch[key] = n
		}
	}
	for key := range old {
		if _, has := now[key]; !has {
			patch[key] = nil
		}
	}
	if retain && len(patch) > 0 {
		keep := []any{}
		for _, key := range slices.Sorted(maps.Keys(now)) {
			if now[key] != nil {
				keep = append(keep, key)
			}
		}
		patch[retainKeys] = keep
	}
	return patch, nil
}

// diffList puts the difference of two lists that are merged by item into a patch.
func diffList(patch map[string]any, field string, old, now []any, schema Schema, way Way) error {
	if len(old) == 0 {
		patch[field] = now
		return nil
	}
	objects, err := ofObjects(old, now)
	if err != nil {
		return err
	}
	var come, gone, ordered []any
	if objects {
		if come, gone, err = diffItems(old, now, schema, way); err != nil {
			return err
		}
		for _, item := range now {
			ordered = append(ordered, map[string]any{way.Key: item.(map[string]any)[way.Key]})
		}
		come, gone = append(come, gone...), nil
	} else {
		come, gone = except(now, old), except(old, now)
		ordered = now
	}
	if len(come) > 0 {
		patch[field] = come
	}
	if len(gone) > 0 {
		patch[deletions+"/"+field] = gone
	}
	if len(ordered) > 0 {
		patch[order+"/"+field] = ordered
	}
	return nil
}

// diffItems gives what the items of a list come to that are changed or new, and what takes away those that are gone. Of
// items that have one key, the first is held against the first, the second against the second. To take one away takes all
// that have its key, so that those which stay come again whole.
func diffItems(old, now []any, schema Schema, way Way) (come, gone []any, err error) {
	before, err := byKey(old, way.Key)
	if err != nil {
		return nil, nil, err
	}
	after, err := byKey(now, way.Key)
	if err != nil {
		return nil, nil, err
	}
	for _, item := range old {
		value := item.(map[string]any)[way.Key]
		if k := fmt.Sprint(value); len(before[k]) > len(after[k]) {
			gone = append(gone, map[string]any{way.Key: value, directive: "delete"})
			delete(before, k)
		}
	}
	for _, item := range now {
		n := item.(map[string]any)
		k := fmt.Sprint(n[way.Key])
		if len(before[k]) == 0 {
			come = append(come, n)
			continue
		}
		change, err := diff(before[k][0], n, schema, way.RetainKeys)
		if err != nil {
			return nil, nil, err
		}
		before[k] = before[k][1:]
		if len(change) > 0 {
			change[way.Key] = n[way.Key]
			come = append(come, change)
		}
	}
	return come, gone, nil
}

func byKey(list []any, key string) (map[string][]map[string]any, error) {
	by := map[string][]map[string]any{}
	for _, item := range list {
		object := item.(map[string]any)
		value, ok := object[key]
		if !ok {
			return nil, noKey(key)
		}
		by[fmt.Sprint(value)] = append(by[fmt.Sprint(value)], object)
	}
	return by, nil
}

// except gives those plain values of a list that another does not hold.
func except(list, other []any) []any {
	return slices.DeleteFunc(slices.Clone(list), func(item any) bool { return slices.Contains(other, item) })
}
