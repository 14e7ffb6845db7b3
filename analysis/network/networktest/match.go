package networktest

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// match tells whether something matches, as far as can be known.
type match uint8

const (
	no match = iota
	maybe
	yes
)

func sure(b bool) match {
	if b {
		return yes
	}
	return no
}

// and gives the less certain of two conditions that must both hold, or the better of two of which one is enough.
func (m match) and(o match) match { return min(m, o) }
func (m match) or(o match) match  { return max(m, o) }

// unsure makes a match uncertain.
func (m match) unsure() match { return min(m, maybe) }

// selects tells whether a selector matches labels; a nil selector matches nothing.
func selects(s *metav1.LabelSelector, labels map[string]string) bool {
	if s == nil {
		return false
	}
	for key, want := range s.MatchLabels {
		if got, ok := labels[key]; !ok || got != want {
			return false
		}
	}
	for i := range s.MatchExpressions {
		if !holds(&s.MatchExpressions[i], labels) {
			return false
		}
	}
	return true
}

func holds(r *metav1.LabelSelectorRequirement, labels map[string]string) bool {
	got, there := labels[r.Key]
	switch r.Operator {
	case metav1.LabelSelectorOpIn:
		return there && slices.Contains(r.Values, got)
	case metav1.LabelSelectorOpNotIn:
		return !there || !slices.Contains(r.Values, got)
	case metav1.LabelSelectorOpExists:
		return there
	default:
		return !there
	}
}

// namespace tells whether a selector matches a namespace. The name is always known, as a label; where the namespace itself
// was not read, no other label is.
func (r *Reference) namespace(s *metav1.LabelSelector, name string) match {
	if s == nil {
		return no
	}
	labels, known := r.labels[name]
	if known || !r.NamespacesUnread {
		if !known {
			labels = map[string]string{corev1.LabelMetadataName: name}
		}
		return sure(selects(s, labels))
	}
	byName, others := &metav1.LabelSelector{MatchLabels: map[string]string{}}, false
	for key, value := range s.MatchLabels {
		if key == corev1.LabelMetadataName {
			byName.MatchLabels[key] = value
		} else {
			others = true
		}
	}
	for _, e := range s.MatchExpressions {
		if e.Key == corev1.LabelMetadataName {
			byName.MatchExpressions = append(byName.MatchExpressions, e)
		} else {
			others = true
		}
	}
	m := sure(selects(byName, map[string]string{corev1.LabelMetadataName: name}))
	if others {
		m = m.unsure()
	}
	return m
}
