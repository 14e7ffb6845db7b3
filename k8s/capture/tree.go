package capture

import (
	"math"

	kjson "sigs.k8s.io/json"
)

// parseTree reads an object as a map, whole numbers as int64.
func parseTree(data []byte) (map[string]any, error) {
	var tree map[string]any
	err := kjson.UnmarshalCaseSensitivePreserveInts(data, &tree)
	return tree, err
}

// plain brings a tree into the one form that survives being written and read again: without fields that are null, which
// mean the same as missing ones and which no merge patch can tell, and with whole numbers as int64.
func plain(v any) any {
	switch t := v.(type) {
	case map[string]any:
		for k, e := range t {
			if e == nil {
				delete(t, k)
				continue
			}
			t[k] = plain(e)
		}
	case []any:
		for i, e := range t {
			t[i] = plain(e)
		}
	case float64:
		if t == math.Trunc(t) && math.Abs(t) < 1<<53 {
			return int64(t)
		}
	}
	return v
}
