package strategic

import (
	"fmt"
	"maps"
	"slices"
	"sort"
)

// arrange merges the lists whose order a patch tells.
func arrange(now, patch map[string]any, schema Schema) error {
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		field, told, err := fieldOf(name, order)
		if err != nil {
			return err
		}
		if !told {
			continue
		}
		wanted, ok := patch[name].([]any)
		if !ok {
			return fmt.Errorf("%s is no list", name)
		}
		delete(patch, name)
		there, isThere, err := listAt(now, field)
		if err != nil {
			return err
		}
		come, comes, err := listAt(patch, field)
		if err != nil {
			return err
		}
		below, way, err := schema.List(field)
		if err != nil {
			return err
		}
		if err := agree(come, wanted, way.Key); err != nil {
			return err
		}
		merged := there
		switch {
		case !isThere && !comes:
			continue
		case !isThere:
			plain, _ := withoutDirectives(come)
			merged = plain.([]any)
		case comes:
			if merged, err = mergeList(there, come, below, way, false); err != nil {
				return err
			}
		}
		objects, err := ofObjects(there, come)
		if err != nil {
			return err
		}
		if objects && way.Key == "" {
			return errNoKey
		}
		if now[field], err = interleave(merged, wanted, there, way.Key); err != nil {
			return err
		}
		delete(patch, field)
	}
	return nil
}

func listAt(object map[string]any, field string) (list []any, ok bool, err error) {
	value, ok := object[field]
	if !ok {
		return nil, false, nil
	}
	list, isList := value.([]any)
	if !isList {
		return nil, false, fmt.Errorf("%s is no list", field)
	}
	return list, true, nil
}

// agree checks that the items of a patch are in the order that it tells, and that it tells all of them.
func agree(come, wanted []any, key string) error {
	if len(come) == 0 || len(wanted) == 0 {
		return nil
	}
	i, j := 0, 0
	come = slices.DeleteFunc(slices.Clone(come), func(item any) bool { return has(item, directive, "delete") })
	for i < len(come) && j < len(wanted) {
		if object, ok := come[i].(map[string]any); ok && object[directive] != nil {
			i++
			continue
		}
		if place(wanted[j:j+1], come[i], key) == 0 {
			i++
		}
		j++
	}
	if i < len(come) {
		return fmt.Errorf("the items of a list are not in the order that its %s tells", order)
	}
	return nil
}

// interleave sorts those items that are in the list wanted by it, those that are not by the list there, and puts them
// together so that as much as can be stays where it was.
func interleave(merged, wanted, there []any, key string) ([]any, error) {
	if key != "" {
		for _, item := range slices.Concat(merged, wanted, there) {
			if object, ok := item.(map[string]any); !ok {
				return nil, errMixed
			} else if _, ok := object[key]; !ok {
				return nil, noKey(key)
			}
		}
	}
	var named, others []any
	for _, item := range merged {
		if place(wanted, item, key) >= 0 {
			named = append(named, item)
		} else {
			others = append(others, item)
		}
	}
	named, others = sorted(named, wanted, key), sorted(others, there, key)
	all := make([]any, 0, len(merged))
	for len(others) > 0 && len(named) > 0 {
		i, j := place(there, others[0], key), place(there, named[0], key)
		if i >= 0 && j >= 0 && i < j {
			all, others = append(all, others[0]), others[1:]
		} else {
			all, named = append(all, named[0]), named[1:]
		}
	}
	return append(append(all, named...), others...), nil
}

// sorted puts items into the order of a list, and those that a patch would take away at the end. One that the list lacks
// goes before those that stand before it, as it does where Kubernetes sorts.
func sorted(items, list []any, key string) []any {
	var left, gone []any
	for _, item := range items {
		if has(item, directive, "delete") {
			gone = append(gone, item)
		} else {
			left = append(left, item)
		}
	}
	sort.SliceStable(left, func(i, j int) bool {
		a, b := place(list, left[i], key), place(list, left[j], key)
		return a < 0 || b < 0 || a < b
	})
	return append(left, gone...)
}

// place gives the index of the first item of a list that is this one, or has the same key; -1 for none.
func place(list []any, item any, key string) int {
	if key == "" {
		return slices.IndexFunc(list, func(other any) bool { return equal(other, item) })
	}
	object, _ := item.(map[string]any)
	return find(list, key, object[key])
}
