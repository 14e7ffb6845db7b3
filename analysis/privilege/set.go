package privilege

import (
	"iter"
	"math/bits"
)

// set is a set of small numbers.
type set [4]uint64

func (s *set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s *set) empty() bool { return *s == set{} }

func (s *set) join(o *set) {
	for w := range s {
		s[w] |= o[w]
	}
}

func (s *set) drop(o *set) {
	for w := range s {
		s[w] &^= o[w]
	}
}

// both gives what is in two sets.
func both(a, b *set) set {
	var c set
	for w := range c {
		c[w] = a[w] & b[w]
	}
	return c
}

// all goes through the numbers, smallest first.
func (s *set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for w, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(w*64 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
