package proposal

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/strategic"
)

func join(path, key string) string {
	switch {
	case strings.ContainsAny(key, ".[]"):
		return path + "[" + key + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// mergeable tells items of lists that lack the key by which the server merges them.
func (r *reader) mergeable(o map[string]any, schema strategic.Schema, path string, at place) {
	for _, k := range slices.Sorted(maps.Keys(o)) {
		switch v := o[k].(type) {
		case map[string]any:
			if below, _, err := schema.Object(k); err == nil {
				r.mergeable(v, below, join(path, k), at)
			}
		case []any:
			below, way, err := schema.List(k)
			if err != nil {
				continue
			}
			for i, item := range v {
				m, ok := item.(map[string]any)
				if !ok {
					continue
				}
				if way.Merge && way.Key != "" && m[way.Key] == nil && below.T.Kind() == reflect.Struct {
					r.refuse(at, index(join(path, k), i), way.Key+" is missing, by which items of this list are told apart")
				}
				r.mergeable(m, below, index(join(path, k), i), at)
			}
		}
	}
}

// adapt makes a document the patch that comes to what it says: a strategic merge would mix some of it with what is there.
func (r *reader) adapt(o map[string]any, ref model.Ref) {
	settle(o)
	object := objectOf(r.cluster.Get(ref))
	if object == nil {
		return
	}
	now, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return
	}
	schema, err := strategic.Of(object)
	if err != nil {
		return
	}
	m := merger{whole: func(path string) {
		r.assume("%s of %s holds entries that a merge cannot tell apart, so that the list is written as a whole.", path, ref)
	}}
	body := maps.Clone(o)
	delete(body, "metadata")
	m.fields(body, now, schema, "")
	maps.Copy(o, body)
}

type merger struct {
	// whole is told of lists that are written whole.
	whole func(path string)
}

func (m merger) fields(o, now map[string]any, schema strategic.Schema, path string) {
	if _, told := o["$patch"]; told {
		return
	}
	for _, k := range slices.Sorted(maps.Keys(o)) {
		at := join(path, k)
		switch v := o[k].(type) {
		case map[string]any:
			there, ok := now[k].(map[string]any)
			if !ok {
				continue
			}
			if atomicMap(schema.T, k) {
				replace(v, there)
				continue
			}
			below, way, err := schema.Object(k)
			if err != nil {
				continue
			}
			if atomic(below.T) {
				replace(v, there)
				continue
			}
			m.structure(v, there, below, way.RetainKeys, at)
		case []any:
			there, ok := now[k].([]any)
			if !ok {
				continue
			}
			below, way, err := schema.List(k)
			if err != nil || way.Key == "" || !way.Merge {
				continue
			}
			o[k] = m.list(v, there, below, way.Key, way.RetainKeys, at)
		}
	}
}

// structure adapts what is merged field by field.
func (m merger) structure(o, now map[string]any, s strategic.Schema, retain bool, path string) {
	if _, told := o["$patch"]; told {
		return
	}
	for k := range now {
		if _, ok := o[k]; !ok && (retain || rivals(s.T, o, k)) {
			o[k] = nil
		}
	}
	m.fields(o, now, s, path)
}

// list adapts a list whose items are merged by a key.
func (m merger) list(o, now []any, s strategic.Schema, key string, retain bool, path string) []any {
	for _, item := range o {
		if v, ok := item.(map[string]any); !ok || v["$patch"] != nil {
			return o
		}
	}
	if repeats(o, key) || repeats(now, key) {
		if reflect.DeepEqual(o, now) {
			return o
		}
		m.whole(path)
		whole := slices.Clone(o)
		if strings.HasSuffix(path, "ports") {
			// A server tells ports apart by number and protocol: those that the document does not name stay.
			for _, item := range now {
				if !slices.ContainsFunc(o, func(other any) bool { return samePort(item, other, key) }) {
					whole = append(whole, item)
				}
			}
		}
		return append(whole, map[string]any{"$patch": "replace"})
	}
	for _, item := range o {
		v := item.(map[string]any)
		for _, other := range now {
			if there, ok := other.(map[string]any); ok && equalScalar(there[key], v[key]) {
				m.structure(v, there, s, retain, path+"["+fmt.Sprint(v[key])+"]")
			}
		}
	}
	return o
}

func samePort(a, b any, key string) bool {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	protocol := func(m map[string]any) any {
		if p := m["protocol"]; p != nil && p != "" {
			return p
		}
		return "TCP"
	}
	return equalScalar(x[key], y[key]) && protocol(x) == protocol(y)
}

// equalScalar compares what two decoders have read.
func equalScalar(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// repeats tells that two items have one key.
func repeats(items []any, key string) bool {
	seen := map[string]bool{}
	for _, item := range items {
		m, _ := item.(map[string]any)
		k := fmt.Sprint(m[key])
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}

// replace has a map take the place of what is there.
func replace(o, now map[string]any) {
	if !reflect.DeepEqual(o, now) && o["$patch"] == nil {
		o["$patch"] = "replace"
	}
}

// objectOf gives the API object of a record, as far as it is kept; nil where nothing of use is.
func objectOf(r model.Record) runtime.Object {
	if r == nil {
		return nil
	}
	if w, ok := r.(interface{ Object() runtime.Object }); ok {
		return w.Object()
	}
	v := reflect.ValueOf(r)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	f := v.Elem().FieldByName("Object")
	if !f.IsValid() {
		return nil
	}
	if f.Kind() == reflect.Struct {
		f = f.Addr()
	}
	object, _ := f.Interface().(runtime.Object)
	return object
}
