package policy

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// decoder fills the API's types from an object of which nothing is certain, and says exactly where it differs from them.
// The converters of apimachinery drop fields that they do not know, cut numbers to size, and end at the first fault.
type decoder struct {
	*reader
	// rule is the path of the rule that is being read; "" outside of rules.
	rule string
	// closed holds the rules that fail closed, told the objects of which it was said that they lack something or have a
	// field that is not known.
	closed, told map[string]bool
}

// decode fills dst, at path, from v. Null is as good as nothing, as for the API server.
func (d *decoder) decode(path string, v any, dst reflect.Value) {
	if v == nil {
		return
	}
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		d.decode(path, v, dst.Elem())
	case reflect.Struct:
		if m, ok := v.(map[string]any); ok {
			d.object(path, m, dst)
		} else {
			d.unread(path, brief(v), "not an object")
		}
	case reflect.Slice:
		if list, ok := v.([]any); ok {
			d.list(path, list, dst)
		} else {
			d.unread(path, brief(v), "not a list")
		}
	case reflect.Map:
		if m, ok := v.(map[string]any); ok {
			d.labels(path, m, dst)
		} else {
			d.unread(path, brief(v), "not an object")
		}
	case reflect.String:
		if s, ok := v.(string); ok {
			dst.SetString(s)
		} else {
			d.unread(path, brief(v), "not a text")
		}
	default:
		if n, ok := whole(v); ok {
			dst.SetInt(int64(n))
		} else {
			d.unread(path, brief(v), "not a whole number that fits")
		}
	}
}

func (d *decoder) object(path string, m map[string]any, dst reflect.Value) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if f := field(dst, key); f.IsValid() {
			d.decode(path+"."+key, m[key], f)
			continue
		}
		d.told[path] = true
		at := path
		if plain(key) {
			at += "." + key
		}
		if d.rule != "" {
			d.closed[d.rule] = true
			d.odd(at, key, "not a field that is known: the rule fails closed")
		} else {
			d.lose(at, "not a field that is known")
			d.odd(at, key, "not a field that is known")
		}
	}
	for _, key := range required(dst.Type()) {
		// An unknown field may be what stands for the one that is missing.
		if m[key] == nil && !d.told[path] {
			d.told[path+"."+key] = true
			d.unread(path, "", "has no "+key)
		}
	}
}

func (d *decoder) list(path string, list []any, dst reflect.Value) {
	dst.Set(reflect.MakeSlice(dst.Type(), len(list), len(list)))
	rules := path == "spec.ingress" || path == "spec.egress"
	for i, v := range list {
		at := item(path, i)
		if rules {
			d.rule = at
		}
		if v == nil && rules {
			d.unread(at, "null", "not an object")
		}
		d.decode(at, v, dst.Index(i))
	}
	if rules {
		d.rule = ""
	}
}

// labels fills the one kind of map there is: matchLabels.
func (d *decoder) labels(path string, m map[string]any, dst reflect.Value) {
	into := make(map[string]string, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		s, ok := m[key].(string)
		if !ok {
			d.unread(path, key, "the value of a label is not a text")
		}
		into[key] = s
	}
	dst.Set(reflect.ValueOf(into))
}

// field finds a field by its name in JSON, upper and lower case told apart.
func field(v reflect.Value, name string) reflect.Value {
	t := v.Type()
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name && tag != "" {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// required names the fields without which a part of a policy says nothing, by the markers in the API's types. The tags in
// them tell no difference.
func required(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[v1alpha1.AdminNetworkPolicySpec]():
		return []string{"priority", "subject"}
	case reflect.TypeFor[v1alpha1.BaselineAdminNetworkPolicySpec]():
		return []string{"subject"}
	case reflect.TypeFor[v1alpha2.ClusterNetworkPolicySpec]():
		return []string{"tier", "priority", "subject"}
	case reflect.TypeFor[v1alpha1.NamespacedPod]():
		return []string{"namespaceSelector", "podSelector"}
	case reflect.TypeFor[v1alpha2.NamespacedPod]():
		return []string{"podSelector"}
	case reflect.TypeFor[v1alpha1.Port]():
		return []string{"port"}
	case reflect.TypeFor[v1alpha1.PortRange](), reflect.TypeFor[v1alpha2.PortRange]():
		return []string{"start", "end"}
	}
	return nil
}

// whole reads a number that is whole and of 32 bits; readers of YAML and JSON differ in the type they give it.
func whole(v any) (int32, bool) {
	var f float64
	switch n := v.(type) {
	case int64:
		if n < math.MinInt32 || n > math.MaxInt32 {
			return 0, false
		}
		return int32(n), true
	case int:
		f = float64(n)
	case int32:
		return n, true
	case float64:
		f = n
	default:
		return 0, false
	}
	if f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return 0, false
	}
	return int32(f), true
}

// plain tells whether a key can stand in a path without being taken for more than one.
func plain(key string) bool {
	return key != "" && len(key) <= 63 && strings.IndexFunc(key, func(c rune) bool { return !letter(c) }) < 0
}

// brief writes a value that stands where another was due, at no cost that depends on it.
func brief(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	default:
		return fmt.Sprint(v)
	}
}
