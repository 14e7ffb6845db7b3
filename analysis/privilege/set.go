package privilege

import "iter"

// set is a set of small numbers.
type set [6]uint64

// setSize is how many numbers a set can hold.
const setSize = 6 * 64

func (s *set) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *set) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

func (s *set) empty() bool { return *s == set{} }

// all goes through the numbers, smallest first.
func (s *set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for w, bits := range s {
			for i := 0; bits != 0; i, bits = i+1, bits>>1 {
				if bits&1 != 0 && !yield(w*64+i) {
					return
				}
			}
		}
	}
}
