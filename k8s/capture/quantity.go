package capture

import (
	"fmt"
	"maps"
	"slices"

	"canopy/model/record"
)

// manyDigits is the number of digits of an exponent from which no quantity is meant. The largest suffix of Kubernetes, E, is 18.
const manyDigits = 3

// boundless finds a quantity such as 1e2147483647 and names its field; "" where there is none. No API server ever stores one, and whoever
// compares or writes it works until the end of time.
func boundless(data []byte) string {
	if !exponential(data) {
		return ""
	}
	tree, err := parseTree(data)
	if err != nil {
		// What is wrong is said by whoever decodes it.
		return ""
	}
	return boundlessIn(tree, "", false)
}

// exponential tells that a number with such an exponent stands somewhere: in nearly all objects none does.
func exponential(data []byte) bool {
	for i := 1; i < len(data); i++ {
		if data[i]|0x20 != 'e' || !digit(data[i-1]) && data[i-1] != '.' {
			continue
		}
		at := i + 1
		if at < len(data) && (data[at] == '+' || data[at] == '-') {
			at++
		}
		n := 0
		for ; at < len(data) && digit(data[at]); at++ {
			n++
		}
		if n >= manyDigits {
			return true
		}
	}
	return false
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// boundlessIn looks at the quantities below a value: at all texts and numbers below fields that hold quantities by name.
func boundlessIn(v any, path string, quantities bool) string {
	switch t := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(t)) {
			if found := boundlessIn(t[k], record.FieldPath(path, k), quantities || quantityField(k)); found != "" {
				return found
			}
		}
	case []any:
		for i, e := range t {
			if found := boundlessIn(e, fmt.Sprintf("%s[%d]", path, i), quantities); found != "" {
				return found
			}
		}
	case string:
		if quantities && exponential([]byte(t)) {
			return path
		}
	case float64:
		if quantities && exponential(fmt.Append(nil, t)) {
			return path
		}
	}
	return ""
}

// quantityField tells the fields of the API that are quantities, or maps of them.
func quantityField(name string) bool {
	switch name {
	case "limits", "requests", "capacity", "allocatable", "allocatedResources", "hard", "used", "overhead", "podFixed", "sizeLimit", "divisor",
		"max", "min", "default", "defaultRequest", "maxLimitRequestRatio", "storage", "value", "averageValue", "targetAverageValue", "targetValue":
		return true
	}
	return false
}
