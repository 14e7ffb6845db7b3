package strategic_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"

	"canopy/model/strategic"
)

// draw makes random documents of a type, and random patches of it. Words are few, so that documents and patches meet.
type draw struct {
	*rand.Rand
	// patch tells that what is made is a patch, wild that it may be one that nobody should write.
	patch, wild bool
}

func (d draw) one(in int) bool { return d.IntN(in) == 0 }

func (d draw) word() string { return string(rune('a' + d.IntN(4))) }

func (d draw) value(t reflect.Type, depth int) any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return d.word()
	}
	switch t.Kind() {
	case reflect.Struct:
		return d.object(t, depth)
	case reflect.Map:
		m := map[string]any{}
		for range d.IntN(3) {
			if m[d.word()] = d.value(t.Elem(), depth-1); d.patch && d.one(4) {
				m[d.word()] = nil
			}
		}
		return m
	case reflect.Slice, reflect.Array:
		list := []any{}
		for range d.IntN(4) {
			list = append(list, d.value(t.Elem(), depth-1))
		}
		return list
	case reflect.Bool:
		return d.one(2)
	case reflect.String:
		return d.word()
	}
	return d.IntN(4)
}

func (d draw) object(t reflect.Type, depth int) map[string]any {
	object := map[string]any{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || !plain(t, f.Index) || depth < 0 || !d.one(1+min(3, t.NumField()/3)) {
			continue
		}
		if d.patch && d.one(8) {
			object[name] = nil
			continue
		}
		object[name] = d.value(f.Type, depth-1)
		d.tell(object, t, name)
	}
	if d.patch && d.one(40) {
		object["$patch"] = []string{"replace", "delete", "merge"}[d.IntN(3)]
	}
	if d.patch && d.one(30) {
		var keep []any
		for name := range object {
			if !strings.HasPrefix(name, "$") && (!d.wild || !d.one(8)) {
				keep = append(keep, name)
			}
		}
		object["$retainKeys"] = append(keep, "name")
	}
	return object
}

// plain tells that all a field is embedded in is written in line.
func plain(t reflect.Type, index []int) bool {
	for i := range index[1:] {
		if name, _, _ := strings.Cut(t.FieldByIndex(index[:i+1]).Tag.Get("json"), ","); name != "" {
			return false
		}
	}
	return true
}

// tell gives items of a list their keys, and says in a patch how the list is merged.
func (d draw) tell(object map[string]any, t reflect.Type, name string) {
	list, ok := object[name].([]any)
	if !ok {
		return
	}
	_, way, err := strategic.Schema{T: t}.List(name)
	if err != nil || !way.Merge {
		return
	}
	var order, kept []any
	seen := map[any]bool{}
	for _, item := range list {
		key := item
		if o, ok := item.(map[string]any); ok {
			if key = any(d.word()); d.one(9) {
				key = float64(d.IntN(3))
			}
			if o[way.Key] = key; d.wild && d.one(20) {
				delete(o, way.Key)
			}
			if d.patch && !d.wild {
				delete(o, "$patch")
			}
			if d.patch && d.one(5) {
				o["$patch"] = "delete"
			}
		}
		if seen[key] && !d.one(6) {
			continue
		}
		seen[key], kept = true, append(kept, item)
		if way.Key != "" {
			key = map[string]any{way.Key: key}
		}
		if order = append(order, key); d.one(3) {
			more := any(d.word())
			if way.Key != "" {
				more = map[string]any{way.Key: more}
			}
			order = append(order, more)
		}
	}
	if object[name] = kept; kept == nil {
		object[name] = []any{}
	}
	switch {
	case d.patch && d.one(2):
		if d.wild && d.one(3) {
			d.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		object["$setElementOrder/"+name] = append([]any{}, order...)
	case d.patch && way.Key == "" && d.one(2):
		object["$deleteFromPrimitiveList/"+name] = object[name]
		delete(object, name)
	case d.patch && way.Key != "" && d.one(9):
		object[name] = append(kept, map[string]any{"$patch": "replace"})
	}
}
