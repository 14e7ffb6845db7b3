package network

import "canopy/analysis/network/policy"

// anchored finds lists of requirements by what an object must have to match: one of some labels, a key, or nothing that is
// known.
type anchored[T comparable] struct {
	byLabel map[label][]T
	byKey   map[string][]T
	loose   []T
}

func newAnchored[T comparable]() anchored[T] {
	return anchored[T]{byLabel: map[label][]T{}, byKey: map[string][]T{}}
}

func (x *anchored[T]) put(rs policy.Requirements, t T) {
	labels, key := anchors(rs)
	switch {
	case labels != nil:
		for _, l := range labels {
			x.byLabel[l] = append(x.byLabel[l], t)
		}
	case key != "":
		x.byKey[key] = append(x.byKey[key], t)
	default:
		x.loose = append(x.loose, t)
	}
}

func (x *anchored[T]) drop(rs policy.Requirements, t T) {
	labels, key := anchors(rs)
	switch {
	case labels != nil:
		for _, l := range labels {
			if x.byLabel[l] = without(x.byLabel[l], t); len(x.byLabel[l]) == 0 {
				delete(x.byLabel, l)
			}
		}
	case key != "":
		if x.byKey[key] = without(x.byKey[key], t); len(x.byKey[key]) == 0 {
			delete(x.byKey, key)
		}
	default:
		x.loose = without(x.loose, t)
	}
}

// candidates goes through those that an object with these labels may match, each once.
func (x *anchored[T]) candidates(labels []label, visit func(T)) {
	for _, l := range labels {
		for _, t := range x.byLabel[l] {
			visit(t)
		}
		for _, t := range x.byKey[l.key] {
			visit(t)
		}
	}
	for _, t := range x.loose {
		visit(t)
	}
}
