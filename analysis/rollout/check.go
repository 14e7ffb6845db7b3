package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	kjson "sigs.k8s.io/json"

	"canopy/model"
	"canopy/model/scheme"
)

// FieldError is what is wrong with one field of a step's body.
type FieldError struct {
	// Path is as in spec.containers[0].image, or as in [2].path for the operations of a JSON patch; "" where the body as a whole is
	// meant.
	Path string
	Text string
}

// Error says which field is wrong, and how.
func (e *FieldError) Error() string {
	if e.Path == "" {
		return e.Text
	}
	return e.Path + ": " + e.Text
}

func wrong(path, format string, args ...any) error {
	return &FieldError{path, fmt.Sprintf(format, args...)}
}

// Check tells what is wrong with a step, as far as that can be told without the object that it is for: nil where nothing is. The
// body of what is created, and what a patch sets, must have the fields of its kind and no others, each once and in the right
// case, where a server might drop them in silence. An error is a *FieldError, or several that are joined.
func Check(s model.Step) error {
	switch s.Verb {
	case model.Delete:
		return nil
	case model.Create:
		_, err := createdFor(s)
		return err
	case model.Patch:
	default:
		return wrong("", "verb %q is not known", s.Verb)
	}
	switch s.PatchType {
	case types.JSONPatchType:
		return checkOperations(s.Body)
	case types.StrategicMergePatchType, types.MergePatchType:
		return checkMerge(s)
	}
	return wrong("", "patch type %q is not known here", s.PatchType)
}

// checkMerge reads a merge patch as a part of the object that it is for.
func checkMerge(s model.Step) error {
	body, err := treeOf(s.Body)
	if err != nil {
		return err
	}
	if err := names(body, s.Ref, false); err != nil {
		return err
	}
	sch := scheme.Types()
	gvk := s.Ref.GroupKind().WithVersion(s.Ref.Version)
	strategic := s.PatchType == types.StrategicMergePatchType
	if !sch.Recognizes(gvk) {
		if strategic && model.BuiltIn(s.Ref.GroupKind()) == nil && strings.Contains(s.Ref.Group, ".") && !strings.HasSuffix(s.Ref.Group, ".k8s.io") {
			return wrong("", "strategic merge patches do not exist for custom kinds: use a JSON patch or a merge patch")
		}
		return nil
	}
	if strategic {
		if err := directives("", body); err != nil {
			return err
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return wrong("", "%s", err)
	}
	obj, err := sch.New(gvk)
	if err != nil {
		return err
	}
	return decode(data, obj)
}

// directives takes out of a strategic patch what says how to merge, once it was looked at.
func directives(path string, v any) error {
	switch t := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(t)) {
			at := join(path, k)
			switch {
			case k == "$patch":
				if word, ok := t[k].(string); !ok || word != "delete" && word != "replace" && word != "merge" {
					return wrong(at, "want delete, replace or merge, not %v", t[k])
				}
			case k == "$retainKeys", strings.HasPrefix(k, "$setElementOrder/"), strings.HasPrefix(k, "$deleteFromPrimitiveList/"):
				if _, ok := t[k].([]any); !ok {
					return wrong(at, "want a list")
				}
			case strings.HasPrefix(k, "$"):
				return wrong(at, "unknown directive of a strategic patch")
			default:
				if err := directives(at, t[k]); err != nil {
					return err
				}
				continue
			}
			delete(t, k)
		}
	case []any:
		for i := range t {
			if err := directives(path+"["+strconv.Itoa(i)+"]", t[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// checkOperations reads a JSON patch (RFC 6902).
func checkOperations(body []byte) error {
	var list []map[string]json.RawMessage
	if strict, err := kjson.UnmarshalStrict(body, &list); err != nil || len(strict) > 0 {
		return wrong("", "a JSON patch is a list of operations: %s", first(strict, err))
	}
	if len(list) == 0 {
		return wrong("", "the JSON patch has no operation")
	}
	for i, op := range list {
		at := "[" + strconv.Itoa(i) + "]"
		text := func(key string) (string, error) {
			var s string
			if raw, ok := op[key]; !ok {
				return "", wrong(at, "%s is missing", key)
			} else if json.Unmarshal(raw, &s) != nil {
				return "", wrong(at+"."+key, "want a string")
			}
			return s, nil
		}
		for _, k := range slices.Sorted(maps.Keys(op)) {
			if !slices.Contains([]string{"op", "path", "from", "value"}, k) {
				return wrong(at+"."+k, "unknown field: an operation has op, path, value and from")
			}
		}
		verb, err := text("op")
		if err != nil {
			return err
		}
		need := map[string][]string{"add": {"path"}, "replace": {"path"}, "test": {"path"}, "remove": {"path"}, "move": {"path", "from"}, "copy": {"path", "from"}}[verb]
		if need == nil {
			return wrong(at+".op", "%q is none of add, remove, replace, move, copy and test", verb)
		}
		for _, key := range need {
			p, err := text(key)
			if err != nil {
				return err
			}
			if p != "" && p[0] != '/' {
				return wrong(at+"."+key, "%q is no JSON pointer: it begins with /", p)
			}
		}
		if _, has := op["value"]; !has && (verb == "add" || verb == "replace" || verb == "test") {
			return wrong(at, "value is missing")
		}
	}
	return nil
}

func first(strict []error, err error) error {
	if err != nil {
		return err
	}
	return strict[0]
}

// treeOf reads an object as a map.
func treeOf(body []byte) (map[string]any, error) {
	var m map[string]any
	strict, err := kjson.UnmarshalStrict(body, &m)
	if err != nil {
		return nil, wrong("", "it is no object: %s", err)
	}
	if m == nil {
		return nil, wrong("", "it is no object, but null")
	}
	return m, faults(strict)
}

// faults puts what a strict reader objects to as errors of fields.
func faults(list []error) error {
	var all []error
	for _, err := range list {
		var f kjson.FieldError
		text := err.Error()
		if errors.As(err, &f) {
			kind, _, _ := strings.Cut(text, ` "`)
			all = append(all, wrong(f.FieldPath(), "%s", kind))
			continue
		}
		all = append(all, wrong("", "%s", text))
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// names tells whether a body is about the object that its step is for. A patch may leave that out.
func names(body map[string]any, ref model.Ref, whole bool) error {
	meta, _ := body["metadata"].(map[string]any)
	if body["metadata"] != nil && meta == nil {
		return wrong("metadata", "it is no object")
	}
	for _, f := range [...]struct {
		path string
		in   map[string]any
		key  string
		want string
	}{
		{"apiVersion", body, "apiVersion", ref.APIVersion()}, {"kind", body, "kind", ref.Kind},
		{"metadata.name", meta, "name", ref.Name}, {"metadata.namespace", meta, "namespace", ref.Namespace},
	} {
		have, has := f.in[f.key]
		switch {
		case !has && (!whole || f.want == ""):
		case !has:
			return wrong(f.path, "missing: want %s", f.want)
		case have != f.want:
			return wrong(f.path, "want %s, as the step is for %s, not %v", f.want, ref, have)
		}
	}
	return nil
}

// decode reads JSON strictly: no field that the type does not have, none twice, none in another case.
func decode(data []byte, into runtime.Object) error {
	strict, err := kjson.UnmarshalStrict(data, into)
	if err != nil {
		if path, ok := culprit(data, into); ok {
			return wrong(path, "%s", plain(err))
		}
		return wrong("", "%s", plain(err))
	}
	return faults(strict)
}

// plain says what is wrong with a value without the names of Go types.
func plain(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return "a " + t.Value + " does not fit here"
	}
	return err.Error()
}

// culprit finds the value without which an object can be read: what the types say of it does not always name the place. It
// descends as long as one value alone is at fault.
func culprit(data []byte, into runtime.Object) (string, bool) {
	var body any
	if err := json.Unmarshal(data, &body); err != nil {
		return "", false
	}
	reads := func() bool {
		text, err := json.Marshal(body)
		if err != nil {
			return false
		}
		_, err = kjson.UnmarshalStrict(text, reflect.New(reflect.TypeOf(into).Elem()).Interface())
		return err == nil
	}
	// without tells whether all can be read but for one value.
	without := func(v any, set func(any)) bool {
		set(nil)
		defer set(v)
		return reads()
	}
	path, at := "", body
	for {
		down := false
		switch t := at.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(t)) {
				if without(t[k], func(n any) { t[k] = n }) {
					path, at, down = join(path, k), t[k], true
					break
				}
			}
		case []any:
			for i := range t {
				if without(t[i], func(n any) { t[i] = n }) {
					path, at, down = path+"["+strconv.Itoa(i)+"]", t[i], true
					break
				}
			}
		}
		if !down {
			return path, path != ""
		}
	}
}
