package engine

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
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

// balance is what an edit did to connections: what one change did and another took back is not in it.
type balance struct {
	pairs map[shiftKey]int
	sets  map[string]port.Set
	// opened and closed are what was told last.
	opened, closed []network.Shift
}

// shiftKey tells differences apart, but for how many pairs of pods they are about.
type shiftKey struct {
	src, dst network.ClassName
	ports    string
}

// post takes what one change did.
func (b *balance) post(d *network.Delta) {
	if len(d.Opened)+len(d.Closed) > 0 && b.pairs == nil {
		b.pairs, b.sets = map[shiftKey]int{}, map[string]port.Set{}
	}
	for i := range d.Opened {
		b.add(&d.Opened[i], d.Opened[i].Pairs)
	}
	for i := range d.Closed {
		b.add(&d.Closed[i], -d.Closed[i].Pairs)
	}
}

func (b *balance) add(s *network.Shift, pairs int) {
	ports := s.Connections.String()
	b.sets[ports] = s.Connections
	key := shiftKey{s.Src, s.Dst, ports}
	if b.pairs[key] += pairs; b.pairs[key] == 0 {
		delete(b.pairs, key)
	}
}

func (b *balance) void() bool { return len(b.pairs) == 0 }

// render makes the lists, anew each time, since reports have the old ones.
func (b *balance) render() {
	b.opened, b.closed = nil, nil
	keys := slices.SortedFunc(maps.Keys(b.pairs), func(x, y shiftKey) int {
		return cmp.Or(cmp.Compare(x.src.Namespace, y.src.Namespace), cmp.Compare(x.src.Labels, y.src.Labels),
			cmp.Compare(x.dst.Namespace, y.dst.Namespace), cmp.Compare(x.dst.Labels, y.dst.Labels), cmp.Compare(x.ports, y.ports))
	})
	for _, k := range keys {
		s := network.Shift{Src: k.src, Dst: k.dst, Connections: b.sets[k.ports], Pairs: b.pairs[k]}
		if s.Pairs > 0 {
			b.opened = append(b.opened, s)
			continue
		}
		s.Pairs = -s.Pairs
		b.closed = append(b.closed, s)
	}
}

func pairs(list []network.Shift) int {
	n := 0
	for i := range list {
		n += list[i].Pairs
	}
	return n
}
