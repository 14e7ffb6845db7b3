package capture

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"canopy/model/record"
)

// manyDigits is the number of digits of an exponent from which no quantity is meant. The largest suffix of Kubernetes, E, is 18.
const manyDigits = 3

// boundless finds a quantity such as 1e2147483647 and names its field; "" where there is none. No API server ever stores one, and whoever
// compares or writes it works until the end of time.
func boundless(kind string, data []byte) string {
	if !exponential(data) {
		return ""
	}
	tree, err := parseTree(data)
	if err != nil {
		// What is wrong is said by whoever decodes it.
		return ""
	}
	return boundlessIn(kind, tree, "", false)
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

// boundlessIn looks at the quantities below a value: at all texts and numbers below fields that hold quantities by name. What people name
// as they like, such as the data of a ConfigMap, is no such field.
func boundlessIn(kind string, v any, path string, quantities bool) string {
	switch t := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(t)) {
			if !quantities && freelyNamed(k) {
				continue
			}
			if found := boundlessIn(kind, t[k], record.FieldPath(path, k), quantities || quantityField(kind, k)); found != "" {
				return found
			}
		}
	case []any:
		for i, e := range t {
			if found := boundlessIn(kind, e, fmt.Sprintf("%s[%d]", path, i), quantities); found != "" {
				return found
			}
		}
	case string:
		if quantities && boundlessText(t) {
			return path
		}
	case float64:
		if quantities && boundlessText(fmt.Sprint(t)) {
			return path
		}
	}
	return ""
}

// boundlessText tells a text that is such a quantity as a whole: a digest may hold 7e123 as well.
func boundlessText(s string) bool {
	s = strings.TrimSpace(s)
	at := strings.IndexAny(s, "eE")
	if at < 1 || !exponential([]byte(s)) {
		return false
	}
	number, exponent := strings.TrimLeft(s[:at], "+-"), strings.TrimLeft(s[at+1:], "+-")
	return number != "" && strings.Trim(number, ".0123456789") == "" && strings.Trim(exponent, "0123456789") == ""
}

// freelyNamed tells the fields of the API below which people name things as they like, and none is a quantity.
func freelyNamed(name string) bool {
	switch name {
	case "metadata", "annotations", "labels", "data", "binaryData", "stringData", "parameters", "options", "volumeAttributes", "attributes", "selector",
		"matchLabels", "nodeSelector":
		return true
	}
	return false
}

// quantityField tells the fields of the API that are quantities, or maps of them. Some are so in a few kinds alone: the value of a variable,
// or the default of a parameter, may be any text.
func quantityField(kind, name string) bool {
	switch name {
	case "limits", "requests", "capacity", "allocatable", "allocatedResources", "hard", "overhead", "podFixed", "sizeLimit", "divisor",
		"storage", "counters":
		return true
	case "max", "min", "default", "defaultRequest", "maxLimitRequestRatio":
		return kind == "LimitRange"
	case "used":
		return kind == "ResourceQuota"
	case "value", "averageValue", "targetAverageValue", "targetValue":
		return kind == "HorizontalPodAutoscaler"
	}
	return false
}
