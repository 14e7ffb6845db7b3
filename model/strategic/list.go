package strategic

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

var (
	errMixed = errors.New("a list holds items of several types")
	errEmpty = errors.New("a list without items has no order")
	errNoKey = errors.New("the items of a list have no key by which to merge them")
)

// mergeList merges the items of a list where its type says so; a deletion is a list of plain values that go. It changes
// both lists in place, in just the way of Kubernetes: the order in which items come out rests on what it leaves of them.
func mergeList(now, patch []any, schema Schema, way Way, isDeletion bool) ([]any, error) {
	if !way.Merge && !isDeletion {
		return patch, nil
	}
	if len(now)+len(patch) == 0 {
		return now, nil
	}
	objects, err := ofObjects(now, patch)
	if err != nil {
		return nil, err
	}
	if !objects && isDeletion {
		return slices.DeleteFunc(now, func(item any) bool { return slices.Contains(patch, item) }), nil
	}
	var merged []any
	if objects {
		if way.Key == "" {
			return nil, errNoKey
		}
		if now, patch, err = special(now, patch, way.Key); err != nil {
			return nil, err
		}
		if merged, err = mergeItems(now, patch, schema, way.Key); err != nil {
			return nil, err
		}
	} else {
		merged = distinct(append(now, patch...))
	}
	return interleave(merged, patch, now, way.Key)
}

// ofObjects tells whether the items of lists are objects. All must be of one type.
func ofObjects(lists ...[]any) (bool, error) {
	var kind reflect.Type
	for i, item := range slices.Concat(lists...) {
		t := reflect.TypeOf(item)
		if i > 0 && t != kind {
			return false, errMixed
		}
		kind = t
	}
	switch {
	case kind == nil:
		return false, errEmpty
	case kind.Kind() == reflect.Slice:
		return false, errNested
	}
	return kind.Kind() == reflect.Map, nil
}

// special does what the patch says of whole items: that they go, or that all go which it does not hold.
func special(now, patch []any, key string) (left, plain []any, err error) {
	replace := false
	for _, item := range patch {
		object := item.(map[string]any)
		told, ok := object[directive]
		switch {
		case !ok:
			plain = append(plain, item)
		case told == "replace":
			replace = true
		case told == "delete":
			value, ok := object[key]
			if !ok {
				return nil, nil, noKey(key)
			}
			for i := find(now, key, value); i >= 0; i = find(now, key, value) {
				now = append(now[:i], now[i+1:]...)
			}
		default:
			return nil, nil, fmt.Errorf("%s: %v is not known of items of a list", directive, told)
		}
	}
	if replace {
		return plain, nil, nil
	}
	return now, plain, nil
}

func mergeItems(now, patch []any, schema Schema, key string) ([]any, error) {
	for _, item := range patch {
		object := item.(map[string]any)
		value, ok := object[key]
		if !ok {
			return nil, noKey(key)
		}
		i := find(now, key, value)
		if i < 0 {
			now = append(now, item)
			continue
		}
		merged, err := merge(now[i].(map[string]any), object, schema)
		if err != nil {
			return nil, err
		}
		now[i] = merged
	}
	return now, nil
}

// distinct takes out what stands twice, and puts the last in its place.
func distinct(list []any) []any {
	for i := 0; i < len(list); i++ {
		for j := i + 1; j < len(list); j++ {
			if last := len(list) - 1; list[i] == list[j] {
				list[j] = list[last]
				list = list[:last]
				j--
			}
		}
	}
	return list
}

// find gives the index of the first item that has a key with this value, -1 for none.
func find(list []any, key string, value any) int {
	return slices.IndexFunc(list, func(item any) bool { return has(item, key, value) })
}

// has tells whether an item has a key with this value.
func has(item any, key string, value any) bool {
	object, ok := item.(map[string]any)
	if !ok {
		return false
	}
	other, ok := object[key]
	return ok && equal(other, value)
}

// equal compares plain values; lists and objects equal nothing.
func equal(a, b any) bool {
	switch a.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

func noKey(key string) error {
	return fmt.Errorf("an item lacks %s, by which the items of its list are told apart", key)
}
