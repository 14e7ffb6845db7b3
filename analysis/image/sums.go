package image

import "slices"

// sums finds things by a sum of what they are told apart by, which would be much to hold twice. Those few of which the sum is that of
// others stand in a list.
type sums[T any] struct {
	first map[uint64]*T
	rest  map[uint64][]*T
}

func newSums[T any]() sums[T] { return sums[T]{map[uint64]*T{}, map[uint64][]*T{}} }

// find gives the one of a sum that is meant; nil where there is none.
func (s *sums[T]) find(sum uint64, meant func(*T) bool) *T {
	one := s.first[sum]
	if one == nil || meant(one) {
		return one
	}
	for _, x := range s.rest[sum] {
		if meant(x) {
			return x
		}
	}
	return nil
}

// put adds one that is not there.
func (s *sums[T]) put(sum uint64, one *T) {
	if s.first[sum] == nil {
		s.first[sum] = one
	} else {
		s.rest[sum] = append(s.rest[sum], one)
	}
}

// drop takes one out.
func (s *sums[T]) drop(sum uint64, one *T) {
	list := s.rest[sum]
	switch i := slices.Index(list, one); {
	case i >= 0:
		list = slices.Delete(list, i, i+1)
	case len(list) > 0:
		s.first[sum] = list[0]
		list = slices.Delete(list, 0, 1)
	default:
		delete(s.first, sum)
	}
	if len(list) == 0 {
		delete(s.rest, sum)
	} else {
		s.rest[sum] = list
	}
}

func (s *sums[T]) len() int { return len(s.first) + len(s.rest) }
