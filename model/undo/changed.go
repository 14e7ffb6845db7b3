package undo

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Changed lists the fields in which two states of an object differ, as spec.template.spec.containers[0].image, sorted as
// they stand in it; a field that only one of them has is named whole. Items of lists that have names are compared by name,
// and counted where they stand in the later state, or in the earlier one where they are gone. What the server and
// controllers write by themselves is left out. It is nil where either is nil.
func Changed(before, after *unstructured.Unstructured) []string {
	if before == nil || after == nil {
		return nil
	}
	var c comparison
	c.maps("", essence(before), essence(after))
	return c.paths
}

// comparison collects the paths of differences.
type comparison struct{ paths []string }

// add keeps a path, once where an item came in the place of one that went.
func (c *comparison) add(path string) {
	if n := len(c.paths); n == 0 || c.paths[n-1] != path {
		c.paths = append(c.paths, path)
	}
}

func (c *comparison) values(path string, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			c.maps(path, b, a)
			return
		}
	case []any:
		if a, ok := after.([]any); ok {
			c.lists(path, b, a)
			return
		}
	}
	if !same(before, after) {
		c.add(path)
	}
}

func (c *comparison) maps(path string, before, after map[string]any) {
	for _, k := range keys(before, after) {
		b, had := before[k]
		a, has := after[k]
		switch below := join(path, k); {
		case had && has:
			c.values(below, b, a)
		default:
			c.add(below)
		}
	}
}

func (c *comparison) lists(path string, before, after []any) {
	was, is := names(before), names(after)
	if was == nil || is == nil {
		for i := range max(len(before), len(after)) {
			switch below := fmt.Sprintf("%s[%d]", path, i); {
			case i < len(before) && i < len(after):
				c.values(below, before[i], after[i])
			default:
				c.add(below)
			}
		}
		return
	}
	var order []int
	for i, name := range is {
		below := fmt.Sprintf("%s[%d]", path, i)
		j := slices.Index(was, name)
		if j < 0 {
			c.add(below)
			continue
		}
		order = append(order, j)
		c.values(below, before[j], after[i])
	}
	for j, name := range was {
		if !slices.Contains(is, name) {
			c.add(fmt.Sprintf("%s[%d]", path, j))
		}
	}
	if !slices.IsSorted(order) {
		c.add(path)
	}
}

// names gives the names of the items of a list; nil where they have none, or not each its own.
func names(list []any) []string {
	all := make([]string, 0, len(list))
	for _, item := range list {
		m, _ := item.(map[string]any)
		name, ok := m["name"].(string)
		// Mounts of one volume share its name.
		if path, mounted := m["mountPath"].(string); mounted {
			name = path
		}
		if !ok || slices.Contains(all, name) {
			return nil
		}
		all = append(all, name)
	}
	return all
}

// keys lists the keys of two maps, sorted.
func keys(a, b map[string]any) []string {
	all := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// join appends a key to a path; one that holds dots or brackets stands in brackets.
func join(path, key string) string {
	switch {
	case strings.ContainsAny(key, ".[]/") || key == "":
		return path + "[" + key + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
