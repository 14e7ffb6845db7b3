package policy

import (
	"slices"
	"strings"
)

// Operator is how a requirement compares a label.
type Operator uint8

// The operators of label selectors.
const (
	In Operator = iota
	// NotIn also matches objects without the key.
	NotIn
	Exists
	DoesNotExist
)

// Requirement is one condition on labels.
type Requirement struct {
	Key string
	Operator
	// Values are sorted and without duplicates.
	Values []string
}

// Requirements must all hold; none at all match everything. They are sorted, so that equal ones are written alike.
type Requirements []Requirement

// Labels gives the labels of an object.
type Labels interface {
	// Lookup gives the value of a key and whether it is there.
	Lookup(key string) (string, bool)
}

// Match tells whether labels meet the requirement.
func (r *Requirement) Match(l Labels) bool {
	v, ok := l.Lookup(r.Key)
	switch r.Operator {
	case In:
		return ok && slices.Contains(r.Values, v)
	case NotIn:
		return !ok || !slices.Contains(r.Values, v)
	case Exists:
		return ok
	default:
		return !ok
	}
}

// Match tells whether labels meet all of them.
func (rs Requirements) Match(l Labels) bool {
	for i := range rs {
		if !rs[i].Match(l) {
			return false
		}
	}
	return true
}

// String writes a requirement as kubectl does: app=web, tier in (a,b), !canary.
func (r *Requirement) String() string {
	switch r.Operator {
	case Exists:
		return r.Key
	case DoesNotExist:
		return "!" + r.Key
	case In:
		if len(r.Values) == 1 {
			return r.Key + "=" + r.Values[0]
		}
		return r.Key + " in (" + strings.Join(r.Values, ",") + ")"
	default:
		if len(r.Values) == 1 {
			return r.Key + "!=" + r.Values[0]
		}
		return r.Key + " notin (" + strings.Join(r.Values, ",") + ")"
	}
}

// String joins them with commas; "" where there are none.
func (rs Requirements) String() string {
	parts := make([]string, len(rs))
	for i := range rs {
		parts[i] = rs[i].String()
	}
	return strings.Join(parts, ",")
}

// String writes a selector: shop: app=web; every namespace: tier=db.
func (s *Selector) String() string {
	if s.Nothing {
		return "nothing"
	}
	where := s.Namespace
	if where == "" {
		if where = s.Namespaces.String(); where == "" {
			where = "every namespace"
		}
	}
	pods := s.Pods.String()
	if pods == "" {
		pods = "every pod"
	}
	return where + ": " + pods
}
