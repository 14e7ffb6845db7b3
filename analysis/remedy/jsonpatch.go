package remedy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/strategic"
)

// operation is one of RFC 6902.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// jsonBody writes the difference of two templates as a JSON patch of their owner. Items of lists are reached by index;
// each is tested for its name first, so that the patch fails where the list has changed.
func jsonBody(path []string, old, now map[string]any) ([]byte, error) {
	schema, err := strategic.Of(corev1.PodTemplateSpec{})
	if err != nil {
		return nil, err
	}
	var ops []operation
	diffMaps(&ops, "/"+strings.Join(path, "/"), old, now, &schema)
	return json.Marshal(ops)
}

func diffMaps(ops *[]operation, path string, old, now map[string]any, schema *strategic.Schema) {
	for _, key := range keys(old, now) {
		o, had := old[key]
		n, has := now[key]
		at := path + "/" + escape(key)
		switch {
		case had && has && same(o, n):
		case !has:
			*ops = append(*ops, operation{Op: "remove", Path: at})
		case !had:
			*ops = append(*ops, operation{Op: "add", Path: at, Value: n})
		default:
			diffValue(ops, at, key, o, n, schema)
		}
	}
}

func diffValue(ops *[]operation, at, key string, o, n any, schema *strategic.Schema) {
	om, isOld := o.(map[string]any)
	nm, isNew := n.(map[string]any)
	if isOld && isNew {
		// Without a schema, too: an operation that set a whole map would print values beside the change.
		var element *strategic.Schema
		if schema != nil {
			if next, _, err := schema.Object(key); err == nil {
				element = &next
			}
		}
		diffMaps(ops, at, om, nm, element)
		return
	}
	if ol, nl, ok := bothLists(o, n); ok && schema != nil && isMap(ol, nl) {
		element, way, err := schema.List(key)
		if err == nil && way.Key != "" {
			if pairs, ok := pair(ol, nl, way.Key); ok {
				diffLists(ops, at, ol, nl, pairs, way.Key, &element)
				return
			}
		}
	}
	*ops = append(*ops, operation{Op: "replace", Path: at, Value: n})
}

// pair finds for each old item its place in the new list, -1 where it is gone. The fixes keep the order and add at the
// end, so that items are the same where key, protocol and order agree; false where they do not.
func pair(old, now []any, key string) ([]int, bool) {
	pairs := make([]int, len(old))
	next := 0
	for i, item := range old {
		pairs[i] = -1
		if next < len(now) && identity(item, key) == identity(now[next], key) {
			pairs[i] = next
			next++
		}
	}
	// What is left of the new list must be new.
	for _, item := range now[next:] {
		for i, o := range old {
			if pairs[i] < 0 && identity(o, key) == identity(item, key) {
				return nil, false
			}
		}
	}
	return pairs, true
}

func identity(item any, key string) string {
	m := item.(map[string]any)
	return fmt.Sprint(m[key], "/", m["protocol"])
}

func diffLists(ops *[]operation, at string, old, now []any, pairs []int, key string, schema *strategic.Schema) {
	kept := 0
	// Changes first, while the indexes hold; then removals from the end; then what is new.
	for i, j := range pairs {
		if j < 0 {
			continue
		}
		kept = j + 1
		if same(old[i], now[j]) {
			continue
		}
		item := at + "/" + strconv.Itoa(i)
		guard(ops, item, old[i], key)
		diffMaps(ops, item, old[i].(map[string]any), now[j].(map[string]any), schema)
	}
	for i := len(pairs) - 1; i >= 0; i-- {
		if pairs[i] < 0 {
			item := at + "/" + strconv.Itoa(i)
			guard(ops, item, old[i], key)
			*ops = append(*ops, operation{Op: "remove", Path: item})
		}
	}
	for _, item := range now[kept:] {
		*ops = append(*ops, operation{Op: "add", Path: at + "/-", Value: item})
	}
}

// guard tests that an item is the one that is meant.
func guard(ops *[]operation, path string, item any, key string) {
	m := item.(map[string]any)
	*ops = append(*ops, operation{Op: "test", Path: path + "/" + escape(key), Value: m[key]})
	if protocol, ok := m["protocol"]; ok {
		*ops = append(*ops, operation{Op: "test", Path: path + "/protocol", Value: protocol})
	}
}

// escape writes a key as a part of a JSON pointer (RFC 6901).
func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
