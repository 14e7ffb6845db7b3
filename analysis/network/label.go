package network

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"

	"canopy/analysis/network/policy"
	"canopy/model/record"
)

// label is one label of an object.
type label struct{ key, value string }

// projection is what is left of the labels of a pod when those that no selector looks at are left out.
type projection struct {
	id     uint32
	key    string
	labels []label
	// selectors holds the numbers of those that match, sorted.
	selectors []uint32
	classes   []*class
	// uses counts the sets of labels that it is the projection of.
	uses int
}

// Lookup gives the value of a key.
func (p *projection) Lookup(key string) (string, bool) {
	for i := range p.labels {
		if p.labels[i].key == key {
			return p.labels[i].value, true
		}
	}
	return "", false
}

func (p *projection) matches(s *selector) bool {
	if s.every {
		return true
	}
	_, ok := slices.BinarySearch(p.selectors, s.id)
	return ok
}

// labelSet is a set of labels that pods have.
type labelSet struct {
	projection *projection
	uses       int
}

// selector is a list of requirements on the labels of pods, shared by all who say the same.
type selector struct {
	id           uint32
	key          string
	requirements policy.Requirements
	// every tells that it requires nothing. Nobody keeps a list of what it matches.
	every       bool
	projections []*projection
	peers       []*peer
	uses        int
}

// anchors gives the labels one of which whatever matches must have, or the key that it must have; neither where there is no
// such requirement.
func anchors(rs policy.Requirements) (labels []label, key string) {
	for i := range rs {
		if r := &rs[i]; r.Operator == policy.In {
			labels = make([]label, len(r.Values))
			for j, v := range r.Values {
				labels[j] = label{r.Key, v}
			}
			return labels, ""
		}
	}
	for i := range rs {
		if rs[i].Operator == policy.Exists && rs[i].Key != nameKey {
			return nil, rs[i].Key
		}
	}
	return nil, ""
}

// appendRequirements writes requirements so that different ones are written differently, whatever is in them.
func appendRequirements(buf []byte, rs policy.Requirements) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(rs)))
	for i := range rs {
		buf = appendText(buf, rs[i].Key)
		buf = append(buf, byte(rs[i].Operator))
		buf = binary.AppendUvarint(buf, uint64(len(rs[i].Values)))
		for _, v := range rs[i].Values {
			buf = appendText(buf, v)
		}
	}
	return buf
}

func appendText(buf []byte, s string) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(s)))
	return append(buf, s...)
}

func appendID(buf []byte, id uint32) []byte { return binary.LittleEndian.AppendUint32(buf, id) }

// index finds things by the labels that they have. The key that every namespace has finds nothing by itself.
type index[T comparable] struct {
	byLabel map[label][]T
	byKey   map[string][]T
}

func newIndex[T comparable]() index[T] {
	return index[T]{map[label][]T{}, map[string][]T{}}
}

func (x *index[T]) put(l label, t T) {
	x.byLabel[l] = append(x.byLabel[l], t)
	if l.key != nameKey {
		x.byKey[l.key] = append(x.byKey[l.key], t)
	}
}

func (x *index[T]) drop(l label, t T) {
	if x.byLabel[l] = without(x.byLabel[l], t); len(x.byLabel[l]) == 0 {
		delete(x.byLabel, l)
	}
	if l.key == nameKey {
		return
	}
	if x.byKey[l.key] = without(x.byKey[l.key], t); len(x.byKey[l.key]) == 0 {
		delete(x.byKey, l.key)
	}
}

// candidates gives what may match requirements; false where that is not known from labels that it must have.
func (x *index[T]) candidates(rs policy.Requirements) ([]T, bool) {
	labels, key := anchors(rs)
	switch {
	case len(labels) == 1:
		return x.byLabel[labels[0]], true
	case labels != nil:
		var list []T
		for _, l := range labels {
			list = append(list, x.byLabel[l]...)
		}
		return list, true
	case key != "":
		return x.byKey[key], true
	}
	return nil, false
}

// without takes one thing out of a list, in which the last takes its place.
func without[T comparable](list []T, t T) []T {
	i := slices.Index(list, t)
	if i < 0 {
		return list
	}
	var zero T
	last := len(list) - 1
	list[i], list[last] = list[last], zero
	return list[:last]
}

// insert puts a number into a sorted list.
func insert(list []uint32, n uint32) []uint32 {
	i := sort.Search(len(list), func(i int) bool { return list[i] >= n })
	return slices.Insert(list, i, n)
}

// remove takes a number out of a sorted list.
func remove(list []uint32, n uint32) []uint32 {
	if i, ok := slices.BinarySearch(list, n); ok {
		return slices.Delete(list, i, i+1)
	}
	return list
}

func compareLabels(a, b label) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.value, b.value))
}

// project leaves of labels those with a key that is looked at.
func (a *Analyser) project(labels record.Labels) []label {
	var list []label
	if len(a.keys) == 0 {
		return nil
	}
	for k, v := range labels.All() {
		if a.keys[k] > 0 {
			list = append(list, label{k, v})
		}
	}
	return list
}
