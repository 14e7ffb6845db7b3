package policy

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/model/inorder"
)

// requirements reads a label selector. One that is not valid as a whole selects nothing, as in apimachinery's
// LabelSelectorAsSelector; every fault in it is noted. None at all, and an empty one, select everything.
func (r *reader) requirements(path string, s *metav1.LabelSelector) (Requirements, bool) {
	if s == nil || len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return nil, true
	}
	valid := true
	rs := make(Requirements, 0, len(s.MatchLabels)+len(s.MatchExpressions))
	for key, value := range s.MatchLabels {
		rs = append(rs, Requirement{Key: key, Operator: In, Values: []string{value}})
	}
	// The order of a map is random, that of problems must not be.
	inorder.Sort(rs, compare)
	for i := range rs {
		valid = r.label(path+".matchLabels", &rs[i]) && valid
	}
	for i := range s.MatchExpressions {
		e := &s.MatchExpressions[i]
		q, ok := r.expression(item(path+".matchExpressions", i), e)
		if valid = ok && valid; ok {
			rs = append(rs, q)
		}
	}
	if !valid {
		return nil, false
	}
	inorder.Sort(rs, compare)
	return slices.CompactFunc(rs, func(a, b Requirement) bool { return compare(a, b) == 0 }), true
}

func compare(a, b Requirement) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Operator, b.Operator), slices.Compare(a.Values, b.Values))
}

// label checks one of matchLabels.
func (r *reader) label(path string, q *Requirement) bool {
	if len(validation.IsQualifiedName(q.Key)) > 0 {
		r.invalid(path, q.Key, "not a valid key of a label")
		return false
	}
	if len(validation.IsValidLabelValue(q.Values[0])) > 0 {
		r.invalid(path+"["+q.Key+"]", q.Values[0], "not a valid value of a label")
		return false
	}
	return true
}

// expression reads one of matchExpressions.
func (r *reader) expression(path string, e *metav1.LabelSelectorRequirement) (Requirement, bool) {
	q, valid := Requirement{Key: e.Key}, true
	if len(validation.IsQualifiedName(e.Key)) > 0 {
		r.invalid(path+".key", e.Key, "not a valid key of a label")
		valid = false
	}
	switch e.Operator {
	case metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn:
		if e.Operator == metav1.LabelSelectorOpNotIn {
			q.Operator = NotIn
		}
		if len(e.Values) == 0 {
			r.invalid(path, e.Key, "the operator "+string(e.Operator)+" needs values")
			valid = false
		}
	case metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist:
		if e.Operator == metav1.LabelSelectorOpDoesNotExist {
			q.Operator = DoesNotExist
		} else {
			q.Operator = Exists
		}
		if len(e.Values) > 0 {
			r.invalid(path+".values", e.Values[0], "the operator "+string(e.Operator)+" takes no values")
			valid = false
		}
	default:
		r.invalid(path+".operator", string(e.Operator), "not an operator; there are In, NotIn, Exists and DoesNotExist")
		valid = false
	}
	for i, v := range e.Values {
		if len(validation.IsValidLabelValue(v)) > 0 {
			r.invalid(item(path+".values", i), v, "not a valid value of a label")
			valid = false
		}
	}
	if valid && len(e.Values) > 0 {
		q.Values = slices.Clone(e.Values)
		slices.Sort(q.Values)
		q.Values = slices.Compact(q.Values)
	}
	return q, valid
}
