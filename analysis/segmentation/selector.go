package segmentation

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// surname is the labels of a namespace. The label with its name is always there.
type surname struct {
	name   string
	labels record.Labels
}

// Lookup gives the value of a label.
func (s surname) Lookup(key string) (string, bool) {
	if key == corev1.LabelMetadataName {
		return s.name, true
	}
	return s.labels.Lookup(key)
}

// means tells that a selector looks into a namespace.
func (r *round) means(s *policy.Selector, name string) bool {
	if s.Nothing {
		return false
	}
	if s.Namespace != "" {
		return s.Namespace == name
	}
	return len(s.Namespaces) == 0 || s.Namespaces.Match(r.surname(name))
}

// surname gives the labels of a namespace.
func (r *round) surname(name string) surname {
	l, ok := r.surnames[name]
	if !ok {
		l.name = name
		if ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](r.c, "Namespace", "", name); ok {
			l.labels = ns.Labels
		}
		r.surnames[name] = l
	}
	return l
}

// meant gives the namespaces with something in them that a selector of several looks into.
func (r *round) meant(s *policy.Selector) map[string]struct{} {
	k := s.Namespaces.String()
	names, ok := r.scopes[k]
	if !ok {
		names = map[string]struct{}{}
		for name := range r.places {
			if r.means(s, name) {
				names[name] = struct{}{}
			}
		}
		r.scopes[k] = names
	}
	return names
}

// unsure tells that not all namespaces are seen, so that the labels of some are not known. Those that are still loading
// will be.
func unsure(c *cluster.Cluster) bool {
	state := c.Seen(namespaces, "").State
	return state != model.Complete && state != model.Loading
}

// may tells that a selector may look into a namespace: one of which the labels are not known may have any but another name.
func (r *round) may(s *policy.Selector, name string) bool {
	if r.means(s, name) {
		return true
	}
	if s.Nothing || s.Namespace != "" || !unsure(r.c) || r.c.Get(namespaceRef(name)) != nil {
		return false
	}
	return !slices.ContainsFunc(s.Namespaces, func(q policy.Requirement) bool {
		return q.Key == corev1.LabelMetadataName && !q.Match(surname{name: name})
	})
}

// selects tells that a selector selects pods with these labels in a namespace.
func (r *round) selects(s *policy.Selector, name string, labels record.Labels) bool {
	return r.means(s, name) && s.Pods.Match(labels)
}

// overlap tells that two selectors can select the same pod.
func overlap(a, b *policy.Selector) bool {
	if a.Nothing || b.Nothing || !compatible(a.Pods, b.Pods) {
		return false
	}
	return compatible(spaces(a), spaces(b))
}

// spaces writes the one namespace that a selector looks into as a requirement.
func spaces(s *policy.Selector) policy.Requirements {
	if s.Namespace == "" {
		return s.Namespaces
	}
	return policy.Requirements{{Key: corev1.LabelMetadataName, Operator: policy.In, Values: []string{s.Namespace}}}
}

// contains tells that whatever the second selector selects the first does too; it may miss some.
func contains(a, b *policy.Selector) bool {
	if b.Nothing {
		return true
	}
	return !a.Nothing && implied(a.Pods, b.Pods) && implied(spaces(a), spaces(b))
}

// implied tells that each of the first requirements follows from one of the second.
func implied(first, second policy.Requirements) bool {
	return !slices.ContainsFunc(first, func(want policy.Requirement) bool {
		return !slices.ContainsFunc(second, func(have policy.Requirement) bool { return have.Key == want.Key && follows(&want, &have) })
	})
}

func follows(want, have *policy.Requirement) bool {
	within := func(a, b []string) bool {
		return !slices.ContainsFunc(a, func(v string) bool { _, ok := slices.BinarySearch(b, v); return !ok })
	}
	disjoint := func() bool {
		return !slices.ContainsFunc(have.Values, func(v string) bool { _, ok := slices.BinarySearch(want.Values, v); return ok })
	}
	switch want.Operator {
	case policy.Exists:
		return have.Operator == policy.Exists || have.Operator == policy.In
	case policy.DoesNotExist:
		return have.Operator == policy.DoesNotExist
	case policy.In:
		return have.Operator == policy.In && within(have.Values, want.Values)
	default:
		return have.Operator == policy.DoesNotExist || have.Operator == policy.In && disjoint() || have.Operator == policy.NotIn && within(want.Values, have.Values)
	}
}

// compatible tells that labels exist which meet all requirements of both. Each key is a matter of its own.
func compatible(a, b policy.Requirements) bool {
	byKey := map[string]policy.Requirements{}
	for _, r := range slices.Concat(a, b) {
		byKey[r.Key] = append(byKey[r.Key], r)
	}
	for _, list := range byKey {
		if !possible(list) {
			return false
		}
	}
	return true
}

// possible tells that one label, or its absence, meets all requirements, which have the same key.
func possible(list policy.Requirements) bool {
	present, absent, listed := false, false, false
	var values []string
	for i := range list {
		switch r := &list[i]; r.Operator {
		case policy.Exists:
			present = true
		case policy.DoesNotExist:
			absent = true
		case policy.In:
			present = true
			if !listed {
				values, listed = slices.Clone(r.Values), true
				continue
			}
			values = slices.DeleteFunc(values, func(v string) bool { return !slices.Contains(r.Values, v) })
		}
	}
	if present && absent {
		return false
	}
	if listed {
		for i := range list {
			if r := &list[i]; r.Operator == policy.NotIn {
				values = slices.DeleteFunc(values, func(v string) bool { return slices.Contains(r.Values, v) })
			}
		}
		return len(values) > 0
	}
	// Any other value will do, or none.
	return true
}
