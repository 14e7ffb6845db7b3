package engine

import (
	"time"

	"canopy/analysis/network"
	"canopy/model"
)

// Shifted is one change of the cluster that opened connections between pods, or closed some. It is immutable.
type Shifted struct {
	Time     time.Time
	Sequence uint64
	Verb     model.EditVerb
	Object   model.Ref
	// Opened and Closed are differences between classes of pods. What opened and closed again within one edit is in neither.
	Opened, Closed []network.Shift
}

// Reached lists what opened and closed connections since the source had settled, the newest first, as far as the edits of
// the report go. The caller must not change it.
func (e *Engine) Reached() []Shifted {
	if list := e.shifted.Load(); list != nil {
		return *list
	}
	return nil
}

// balance is what an edit did to connections.
type balance struct{ opened, closed []network.Shift }

// post takes what one change did: what it takes back is struck out.
func (b *balance) post(d *network.Delta) {
	b.opened, b.closed = settle(b.opened, b.closed, d.Opened)
	b.closed, b.opened = settle(b.closed, b.opened, d.Closed)
}

// settle adds shifts to those of their kind, less what they take back of the others.
func settle(same, other, come []network.Shift) (now, rest []network.Shift) {
	for _, s := range come {
		if i := placeOf(other, &s); i >= 0 {
			pairs := min(other[i].Pairs, s.Pairs)
			s.Pairs -= pairs
			if other[i].Pairs -= pairs; other[i].Pairs == 0 {
				other = append(other[:i:i], other[i+1:]...)
			}
		}
		if s.Pairs == 0 {
			continue
		}
		if i := placeOf(same, &s); i >= 0 {
			same[i].Pairs += s.Pairs
		} else {
			same = append(same, s)
		}
	}
	return same, other
}

func placeOf(list []network.Shift, s *network.Shift) int {
	for i := range list {
		if list[i].Src == s.Src && list[i].Dst == s.Dst && list[i].Connections.Equal(s.Connections) {
			return i
		}
	}
	return -1
}

func (b *balance) void() bool { return len(b.opened)+len(b.closed) == 0 }

func pairs(list []network.Shift) int {
	n := 0
	for i := range list {
		n += list[i].Pairs
	}
	return n
}
