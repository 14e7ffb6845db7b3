package undo

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// Standing says how an object stands towards a step that takes a change back.
type Standing uint8

// The standings.
const (
	// Fitting: the change was made, and the step takes it back.
	Fitting Standing = iota
	// Moot: the object already is as the step would leave it, in all that it touches, as if the change had never been made.
	Moot
	// Foreign: it is neither; somebody else has changed the same fields.
	Foreign
)

// Stand tells how an object, nil where there is none, stands towards a step that Invert made. An error means that the step
// is none of those.
func Stand(step model.Step, u *unstructured.Unstructured) (Standing, error) {
	switch step.Verb {
	case model.Create:
		return either(u == nil), nil
	case model.Delete:
		return either(u != nil && (step.UID == "" || u.GetUID() == step.UID)), nil
	}
	if step.PatchType != types.JSONPatchType {
		return Foreign, fmt.Errorf("the step is a %s, not a JSON patch", step.PatchType)
	}
	var list []operation
	if err := json.Unmarshal(step.Body, &list); err != nil {
		return Foreign, err
	}
	for i := range list {
		var value any
		if list[i].Value != nil {
			value = whole(*list[i].Value)
		}
		if list[i].Op != "remove" {
			list[i].Value = &value
		}
	}
	back, err := reversed(list)
	if err != nil {
		return Foreign, err
	}
	switch {
	case u == nil:
		return Foreign, nil
	case fits(u, list):
		return Fitting, nil
	}
	if fits(u, back) {
		return Moot, nil
	}
	return Foreign, nil
}

func either(fitting bool) Standing {
	if fitting {
		return Fitting
	}
	return Moot
}

// fits tells whether operations can be carried out on an object.
func fits(u *unstructured.Unstructured, list []operation) bool {
	var tree any = u.DeepCopy().Object
	for _, o := range list {
		var ok bool
		if tree, ok = edit(tree, strings.Split(strings.TrimPrefix(o.Path, "/"), "/"), o); !ok {
			return false
		}
	}
	return true
}

// whole turns numbers as JSON is decoded by default into those of unstructured objects.
func whole(v any) any {
	switch t := v.(type) {
	case float64:
		if i := int64(t); float64(i) == t {
			return i
		}
	case map[string]any:
		for k := range t {
			t[k] = whole(t[k])
		}
	case []any:
		for i := range t {
			t[i] = whole(t[i])
		}
	}
	return v
}

// reversed gives the operations that lead back: what was tested before it went comes again, what came is tested and goes.
func reversed(list []operation) ([]operation, error) {
	var back []operation
	for i := len(list) - 1; i >= 0; i-- {
		o := list[i]
		if o.Op == "test" {
			continue
		}
		var was *any
		if i > 0 && list[i-1].Op == "test" && list[i-1].Path == o.Path {
			was = list[i-1].Value
		}
		switch {
		case o.Op == "add" && o.Value != nil:
			back = append(back, test(o.Path, *o.Value), operation{"remove", o.Path, nil})
		case o.Op == "replace" && o.Value != nil && was != nil:
			back = append(back, test(o.Path, *o.Value), operation{"replace", o.Path, was})
		case o.Op == "remove" && was != nil:
			back = append(back, test(o.Path, nil), operation{"add", o.Path, was})
		default:
			return nil, errors.New("the patch does not say what it replaces")
		}
	}
	return back, nil
}

// edit carries one operation out on a tree, and tells whether it fits.
func edit(node any, path []string, o operation) (any, bool) {
	key := unescape(path[0])
	switch n := node.(type) {
	case map[string]any:
		value, there := n[key]
		if len(path) > 1 {
			if !there {
				return node, false
			}
			below, fits := edit(value, path[1:], o)
			n[key] = below
			return n, fits
		}
		switch o.Op {
		case "test":
			return n, same(value, *o.Value)
		case "remove":
			delete(n, key)
		default:
			n[key] = *o.Value
		}
		return n, true
	case []any:
		i, err := strconv.Atoi(key)
		switch {
		case err != nil || i < 0 || i > len(n):
			return node, false
		case len(path) == 1 && o.Op == "add":
			return slices.Insert(slices.Clone(n), i, *o.Value), true
		case len(path) == 1 && o.Op == "test" && *o.Value == nil:
			// An item comes in between others: nothing need be free.
			return n, true
		case i == len(n):
			return node, false
		case len(path) > 1:
			below, fits := edit(n[i], path[1:], o)
			n[i] = below
			return n, fits
		case o.Op == "test":
			return n, same(n[i], *o.Value)
		case o.Op == "remove":
			return slices.Delete(slices.Clone(n), i, i+1), true
		}
		n[i] = *o.Value
		return n, true
	}
	return node, false
}
