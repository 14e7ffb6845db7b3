package undo

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// operation is one of a JSON patch (RFC 6902).
type operation struct {
	Op   string `json:"op"`
	Path string `json:"path"`
	// Value is nil for a removal alone.
	Value *any `json:"value,omitempty"`
}

// patch collects the operations that turn one tree into another, in the order in which they are carried out.
type patch struct{ operations []operation }

// insert puts an item into a list.
func (p *patch) insert(path string, value any) {
	p.operations = append(p.operations, operation{"add", path, &value})
}

// add sets a field that is not there. Where somebody has set it meanwhile the patch does not fit: servers, as the library
// that they use, take a missing field for null.
func (p *patch) add(path string, value any) {
	p.operations = append(p.operations, test(path, nil), operation{"add", path, &value})
}

func test(path string, value any) operation { return operation{"test", path, &value} }

// replace looks first whether what goes is what is expected.
func (p *patch) replace(path string, from, to any) {
	p.expect(path, from)
	p.operations = append(p.operations, operation{"replace", path, &to})
}

// remove looks first whether what goes is what is expected.
func (p *patch) remove(path string, from any) {
	p.expect(path, from)
	p.operations = append(p.operations, operation{"remove", path, nil})
}

// expect tests a value. One with a list that holds null is tested in parts: the library that servers use does not survive to compare
// two such lists.
func (p *patch) expect(path string, value any) {
	if !hollow(value) {
		p.operations = append(p.operations, test(path, value))
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			p.expect(path+"/"+escape(k), v[k])
		}
	case []any:
		for i := range v {
			p.expect(path+"/"+strconv.Itoa(i), v[i])
		}
	}
}

// hollow tells that a value has a list somewhere that holds null.
func hollow(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for k := range v {
			if hollow(v[k]) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return item == nil || hollow(item) })
	}
	return false
}

func (p *patch) values(path string, from, to any) {
	switch f := from.(type) {
	case map[string]any:
		if t, ok := to.(map[string]any); ok {
			p.maps(path, f, t)
			return
		}
	case []any:
		if t, ok := to.([]any); ok {
			p.lists(path, f, t)
			return
		}
	}
	if !same(from, to) {
		p.replace(path, from, to)
	}
}

func (p *patch) maps(path string, from, to map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(from)) {
		below := path + "/" + escape(k)
		if t, ok := to[k]; ok {
			p.values(below, from[k], t)
		} else {
			p.remove(below, from[k])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(to)) {
		if _, ok := from[k]; !ok {
			p.add(path+"/"+escape(k), to[k])
		}
	}
}

// lists keeps what both begin and end with, and changes what stands between.
func (p *patch) lists(path string, from, to []any) {
	at := func(i int) string { return path + "/" + strconv.Itoa(i) }
	short := min(len(from), len(to))
	head := 0
	for head < short && alike(from[head], to[head]) {
		head++
	}
	tail := 0
	for tail < short-head && alike(from[len(from)-1-tail], to[len(to)-1-tail]) {
		tail++
	}
	if len(from) != len(to) {
		// Items are told by their places, which are right only in this very list.
		p.expect(path, from)
	}
	// Nothing has moved yet: places count as in from.
	for i := range head {
		p.values(at(i), from[i], to[i])
	}
	for i := tail; i > 0; i-- {
		p.values(at(len(from)-i), from[len(from)-i], to[len(to)-i])
	}
	gone, new := from[head:len(from)-tail], to[head:len(to)-tail]
	if len(gone) == len(new) {
		for i := range gone {
			p.values(at(head+i), gone[i], new[i])
		}
		return
	}
	for i := len(gone) - 1; i >= 0; i-- {
		p.remove(at(head+i), gone[i])
	}
	for i := range new {
		p.insert(at(head+i), new[i])
	}
}

// alike tells items of two lists that stand for the same thing: of one name, or equal.
func alike(a, b any) bool {
	m, ok := a.(map[string]any)
	n, too := b.(map[string]any)
	if ok && too {
		x, named := m["name"].(string)
		y, likewise := n["name"].(string)
		if named || likewise {
			return named == likewise && x == y
		}
	}
	return same(a, b)
}

func escape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

func unescape(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
}
