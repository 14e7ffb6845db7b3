package signature

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// The bodies of policies are what somebody wrote. A definition without a schema lets anything in, so everything that is read here may
// be of any shape: what is of the wrong one is taken for missing.

// at gives what stands below a path of keys.
func at(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func text(v any, path ...string) string {
	s, _ := at(v, path...).(string)
	return s
}

// flag gives a truth value, or what holds without one.
func flag(v any, fallback bool, path ...string) bool {
	if b, ok := at(v, path...).(bool); ok {
		return b
	}
	return fallback
}

func items(v any, path ...string) []any {
	list, _ := at(v, path...).([]any)
	return list
}

func texts(v any, path ...string) []string {
	var all []string
	for _, e := range items(v, path...) {
		if s, ok := e.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// there tells that something stands below a path and is not empty.
func there(v any, path ...string) bool {
	switch t := at(v, path...).(type) {
	case nil:
		return false
	case string:
		return t != ""
	case []any:
		return len(t) > 0
	case map[string]any:
		return len(t) > 0
	}
	return true
}

// selector reads a selector of labels. It gives nil where everything is selected, and false where it cannot be read.
func selector(v any) (labels.Selector, bool) {
	if v == nil {
		return nil, true
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, false
	}
	s := &metav1.LabelSelector{}
	if m, ok := at(v, "matchLabels").(map[string]any); ok {
		s.MatchLabels = map[string]string{}
		for k, e := range m {
			value, ok := e.(string)
			if !ok {
				return nil, false
			}
			s.MatchLabels[k] = value
		}
	} else if there(v, "matchLabels") {
		return nil, false
	}
	for _, e := range items(v, "matchExpressions") {
		s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{
			Key: text(e, "key"), Operator: metav1.LabelSelectorOperator(text(e, "operator")), Values: texts(e, "values"),
		})
	}
	return compiled(s)
}

// compiled makes a selector ready; nil where it selects everything.
func compiled(s *metav1.LabelSelector) (labels.Selector, bool) {
	if s == nil || len(s.MatchLabels) == 0 && len(s.MatchExpressions) == 0 {
		return nil, true
	}
	ready, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return nil, false
	}
	return ready, true
}

// bare takes all white space out.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }
