package inplace

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// operate applies a JSON patch to an object as somebody wrote it. The patch was made for the object as a server keeps it, which has
// defaults besides: a field that is not written is made with what leads to it, is not there to remove, and passes a test. What is
// written must be as the patch tests it, and an item of a list must be there.
func operate(before, patch []byte) ([]byte, error) {
	p, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, err
	}
	text := before
	for i, o := range p {
		var tree any
		if err := utiljson.Unmarshal(text, &tree); err != nil {
			return nil, err
		}
		path, err := o.Path()
		if err != nil {
			return nil, err
		}
		keys := pointer(path)
		value, found, missing := lookUp(tree, keys)
		kind := o.Kind()
		switch {
		case kind == "test" && found:
			var want any
			if raw := o["value"]; raw != nil {
				if err := utiljson.Unmarshal(*raw, &want); err != nil {
					return nil, err
				}
			}
			if !fits(value, want) {
				return nil, fmt.Errorf("%s is not what the patch is made for", path)
			}
			continue
		case kind == "test" && missing > 0, kind == "remove" && missing == 1:
			continue
		case (kind == "replace" || kind == "add") && missing > 0:
			if tree, err = lead(tree, keys); err != nil {
				return nil, err
			}
			if text, err = json.Marshal(tree); err != nil {
				return nil, err
			}
			add := json.RawMessage(`"add"`)
			o["op"] = &add
		}
		if text, err = p[i : i+1].Apply(text); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// pointer gives the parts of a JSON pointer (RFC 6901).
func pointer(path string) []string {
	if path == "" {
		return nil
	}
	keys := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, k := range keys {
		keys[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(k)
	}
	return keys
}

// lookUp finds what a pointer leads to. Missing counts the parts at its end that are not there, where the first of them is a field that
// a server may have set; it is 0 where that is an item of a list which is written.
func lookUp(tree any, keys []string) (value any, found bool, missing int) {
	for n, k := range keys {
		switch at := tree.(type) {
		case map[string]any:
			next, ok := at[k]
			if !ok {
				return nil, false, len(keys) - n
			}
			tree = next
		case []any:
			i, ok := index(k)
			if !ok || i >= len(at) {
				return nil, false, 0
			}
			tree = at[i]
		case nil:
			return nil, false, len(keys) - n
		default:
			return nil, false, 0
		}
	}
	return tree, true, 0
}

// index reads the index of an item.
func index(key string) (int, bool) {
	if key == "" || len(key) > 9 {
		return 0, false
	}
	n := 0
	for _, r := range key {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, true
}

var (
	errNoWay  = errors.New("what leads to a field is of another form")
	errNoList = errors.New("it is about a list that the file leaves to the server: write it out first")
)

// lead makes the fields that lead to a pointer, but for its last part. A list is not made: what a server has in it is not known.
func lead(tree any, keys []string) (any, error) {
	if tree == nil {
		tree = map[string]any{}
	}
	at := tree
	for n, k := range keys[:len(keys)-1] {
		switch in := at.(type) {
		case map[string]any:
			if in[k] == nil {
				if _, counted := index(keys[n+1]); counted || keys[n+1] == "-" {
					return nil, errNoList
				}
				in[k] = map[string]any{}
			}
			at = in[k]
		case []any:
			i, ok := index(k)
			if !ok || i >= len(in) {
				return nil, errNoWay
			}
			at = in[i]
		default:
			return nil, errNoWay
		}
	}
	return tree, nil
}

// fits tells whether what is written is what a server has made of it: it may have more fields.
func fits(written, kept any) bool {
	switch w := written.(type) {
	case map[string]any:
		k, ok := kept.(map[string]any)
		for key, v := range w {
			if v == nil {
				continue
			}
			has, there := k[key]
			if !there || !fits(v, has) {
				return false
			}
		}
		return ok
	case []any:
		k, ok := kept.([]any)
		if !ok || len(k) != len(w) {
			return false
		}
		for i := range w {
			if !fits(w[i], k[i]) {
				return false
			}
		}
		return true
	}
	switch kept.(type) {
	case map[string]any, []any:
		// An empty one may be written as null.
		return written == nil
	}
	return fmt.Sprint(written) == fmt.Sprint(kept)
}

// unnamed is a merge patch without what names the object: the file names it already, in its own way.
func unnamed(body []byte) ([]byte, error) {
	var tree map[string]any
	if err := utiljson.Unmarshal(body, &tree); err != nil {
		return nil, err
	}
	delete(tree, "apiVersion")
	delete(tree, "kind")
	if meta, ok := tree["metadata"].(map[string]any); ok {
		delete(meta, "name")
		delete(meta, "namespace")
		if len(meta) == 0 {
			delete(tree, "metadata")
		}
	}
	return json.Marshal(tree)
}
