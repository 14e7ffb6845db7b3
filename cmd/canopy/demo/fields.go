package demo

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model/inorder"
)

// fieldDepth is how deep below a top-level field the names are recorded.
const fieldDepth = 4

// own records who set the named top-level fields of o and when. Lists count as
// one field, which is coarser than the server keeps it.
func own(o object, manager string, operation metav1.ManagedFieldsOperationType, subresource string, at time.Time, fields ...string) {
	t := metav1.NewTime(at.UTC().Truncate(time.Second))
	o.SetManagedFields(append(o.GetManagedFields(), metav1.ManagedFieldsEntry{
		Manager: manager, Operation: operation, Subresource: subresource, Time: &t,
		APIVersion: o.GetObjectKind().GroupVersionKind().GroupVersion().String(),
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(string(fieldSet(o, fields))),
	}))
}

// fieldSet writes the names of the fields that o has below the given ones, as
// its JSON would have them. Every object needs it, and marshalling each to look
// at it took a quarter of the time in which the demo opens.
func fieldSet(o object, fields []string) []byte {
	var top []member
	if u, ok := o.(*unstructured.Unstructured); ok {
		top = members(reflect.ValueOf(u.Object))
	} else {
		top = members(reflect.ValueOf(o))
	}
	return writeFields(nil, slices.DeleteFunc(top, func(m member) bool { return !slices.Contains(fields, m.name) }), fieldDepth)
}

// member is one field of a JSON object.
type member struct {
	name  string
	value reflect.Value
}

func writeFields(out []byte, list []member, depth int) []byte {
	inorder.Sort(list, func(a, b member) int { return strings.Compare(a.name, b.name) })
	out = append(out, '{')
	for i, m := range list {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal("f:" + m.name)
		if err != nil {
			panic(err) // a string always marshals
		}
		out = append(append(out, name...), ':')
		var below []member
		if depth > 0 {
			below = members(m.value)
		}
		out = writeFields(out, below, depth-1)
	}
	return append(out, '}')
}

// members lists what encoding/json would write of a value; none where that is
// no JSON object.
func members(v reflect.Value) []member {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		if raw, ok := v.Interface().(json.Marshaler); ok {
			return written(raw)
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Map:
		list := make([]member, 0, v.Len())
		for at := v.MapRange(); at.Next(); {
			list = append(list, member{at.Key().String(), at.Value()})
		}
		return list
	case reflect.Struct:
		if raw, ok := v.Interface().(json.Marshaler); ok {
			return written(raw)
		}
		if v.CanAddr() {
			if raw, ok := v.Addr().Interface().(json.Marshaler); ok {
				return written(raw)
			}
		}
		return structMembers(v)
	default:
		return nil
	}
}

// written lists the members of what a value writes by itself.
func written(raw json.Marshaler) []member {
	data, err := raw.MarshalJSON()
	if err != nil {
		panic(err) // API types always marshal
	}
	var whole map[string]any
	if len(data) == 0 || data[0] != '{' {
		return nil // a date, a quantity
	}
	if err := json.Unmarshal(data, &whole); err != nil {
		panic(err) // it was marshalled above
	}
	return members(reflect.ValueOf(whole))
}

func structMembers(v reflect.Value) []member {
	var list []member
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch value := v.Field(i); {
		case !f.IsExported() || name == "-":
		case name == "" && f.Anonymous:
			list = append(list, members(value)...)
		case strings.Contains(options, "omitempty") && empty(value), strings.Contains(options, "omitzero") && value.IsZero():
		default:
			list = append(list, member{name, value})
		}
	}
	return list
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.String, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}
