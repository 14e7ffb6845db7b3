package live

import "sync/atomic"

// slot is the right to list, of which there are few at one time.
type slot struct {
	slots chan struct{}
	gone  atomic.Bool
}

// holds tells whether the right was not given back yet.
func (s *slot) holds() bool { return s != nil && !s.gone.Load() }

// drop gives the right back. It may be called again, and on nil.
func (s *slot) drop() {
	if s != nil && s.gone.CompareAndSwap(false, true) {
		<-s.slots
	}
}
