package strategic

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/json"
)

// What a patch can hold besides fields.
const (
	directive  = "$patch"
	retainKeys = "$retainKeys"
	deletions  = "$deleteFromPrimitiveList"
	order      = "$setElementOrder"
)

var (
	errDocument = errors.New("it is no JSON object")
	errNested   = errors.New("lists of lists are not merged")
	errRetain   = errors.New("the patch holds fields that its " + retainKeys + " does not name")
)

// Merge applies a patch to a document. object is of the Go type of the document, or points to one.
func Merge(document, patch []byte, object any) ([]byte, error) {
	schema, err := Of(object)
	if err != nil {
		return nil, err
	}
	now, change, err := decode(document, patch)
	if err != nil {
		return nil, err
	}
	merged, err := merge(now, change, schema)
	if err != nil {
		return nil, err
	}
	return json.Marshal(merged)
}

func decode(a, b []byte) (x, y map[string]any, err error) {
	for _, one := range []struct {
		text []byte
		into *map[string]any
	}{{a, &x}, {b, &y}} {
		*one.into = map[string]any{}
		if len(one.text) > 0 && json.Unmarshal(one.text, one.into) != nil {
			return nil, nil, errDocument
		}
	}
	return x, y, nil
}

// merge applies a patch to an object. It changes both of them.
func merge(now, patch map[string]any, schema Schema) (map[string]any, error) {
	switch told, ok := patch[directive]; {
	case told == "replace":
		delete(patch, directive)
		return patch, nil
	case told == "delete":
		return map[string]any{}, nil
	case ok:
		return nil, fmt.Errorf("%s: %v is not known", directive, told)
	}
	if now == nil {
		now = map[string]any{}
	}
	if err := retain(now, patch); err != nil {
		return nil, err
	}
	if err := arrange(now, patch, schema); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(patch)) {
		value := patch[key]
		field, isDeletion, err := fieldOf(key, deletions)
		if err != nil {
			return nil, err
		}
		if value == nil {
			delete(now, field)
			continue
		}
		there, ok := now[field]
		if !ok || reflect.TypeOf(there) != reflect.TypeOf(value) {
			if !isDeletion {
				dropNulls(value)
				set(now, field, value)
			}
			continue
		}
		switch value := value.(type) {
		case map[string]any:
			below, way, err := schema.Object(field)
			if err != nil {
				return nil, err
			}
			if way.Replace {
				now[field] = value
			} else if now[field], err = merge(there.(map[string]any), value, below); err != nil {
				return nil, err
			}
		case []any:
			below, way, err := schema.List(field)
			if err != nil {
				return nil, err
			}
			if now[field], err = mergeList(there.([]any), value, below, way, isDeletion); err != nil {
				return nil, err
			}
		default:
			now[field] = value
		}
	}
	return now, nil
}

// fieldOf gives the field that a key such as $setElementOrder/containers is about; otherwise the key itself.
func fieldOf(key, prefix string) (field string, ok bool, err error) {
	if !strings.HasPrefix(key, prefix) {
		return key, false, nil
	}
	if field, ok = strings.CutPrefix(key, prefix+"/"); !ok {
		return "", false, fmt.Errorf("%s names no field", key)
	}
	return field, true, nil
}

// retain takes all fields from an object that the patch does not name as those to stay.
func retain(now, patch map[string]any) error {
	told, ok := patch[retainKeys]
	if !ok {
		return nil
	}
	delete(patch, retainKeys)
	list, ok := told.([]any)
	if !ok {
		return fmt.Errorf("%s is no list", retainKeys)
	}
	for key, value := range patch {
		if value != nil && !strings.HasPrefix(key, deletions) && !strings.HasPrefix(key, order) && !slices.Contains(list, any(key)) {
			return errRetain
		}
	}
	maps.DeleteFunc(now, func(key string, _ any) bool { return !slices.Contains(list, any(key)) })
	return nil
}

// set gives a field a value that was not there, without what only says how to merge it.
func set(now map[string]any, field string, value any) {
	if plain, ok := withoutDirectives(value); ok {
		now[field] = plain
	} else {
		delete(now, field)
	}
}

func withoutDirectives(value any) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		if _, told := value[directive]; told {
			return nil, false
		}
		for key, below := range value {
			set(value, key, below)
		}
	case []any:
		list := []any{}
		for _, item := range value {
			if plain, ok := withoutDirectives(item); ok {
				list = append(list, plain)
			}
		}
		return list, true
	}
	return value, true
}

func dropNulls(value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, below := range value {
			if below == nil {
				delete(value, key)
			} else {
				dropNulls(below)
			}
		}
	case []any:
		for _, item := range value {
			dropNulls(item)
		}
	}
}
