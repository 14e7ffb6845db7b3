package digraph

// store holds the lists of edges of all vertices in a few large chunks without pointers, so that neither the collector nor a clone
// has to go through them one by one. Beside each edge stands its twin: where the same edge stands in the list of its other end.
type store struct {
	edges [][]Edge
	twins [][]uint32
	// open is the chunk that short lists are taken from, and used how much of it is.
	open, used uint32
	// free lists the places that are not used, by class.
	free [][]place
}

// place is where a list begins.
type place struct{ chunk, at uint32 }

// list is the edges of one vertex in one direction. The zero list has no room.
type list struct {
	place
	len uint32
	// class tells the room that it has: room(class-1), or none where it is 0.
	class uint8
}

const (
	chunkLeast = 1 << 8
	chunkMost  = 1 << 14
	// alone is the room from which a list has a chunk to itself.
	alone = chunkMost / 8
)

// room is how many edges a place of a class holds: 1, 2, 3, 4, 6, 8, 12, 16 and so on.
func room(class uint8) uint32 {
	switch {
	case class == 0:
		return 1
	case class%2 == 1:
		return 1 << ((class + 1) / 2)
	}
	return 3 << (class/2 - 1)
}

func (s *store) list(l *list) []Edge {
	if l.len == 0 {
		return nil
	}
	return s.edges[l.chunk][l.at : l.at+l.len : l.at+l.len]
}

func (s *store) twin(l *list) []uint32 { return s.twins[l.chunk][l.at:] }

func (s *store) push(l *list, e Edge, twin uint32) {
	if l.class == 0 || l.len == room(l.class-1) {
		s.move(l, l.class+1)
	}
	s.edges[l.chunk][l.at+l.len] = e
	s.twins[l.chunk][l.at+l.len] = twin
	l.len++
}

// remove takes the edge at i out and puts the last one there; ok is false where it was the last one itself.
func (s *store) remove(l *list, i uint32) (moved Edge, ok bool) {
	l.len--
	if i == l.len {
		return moved, false
	}
	edges, twins := s.edges[l.chunk][l.at:], s.twins[l.chunk][l.at:]
	edges[i], twins[i] = edges[l.len], twins[l.len]
	return edges[i], true
}

// shrink gives room back that a list has no use for. What was given back and taken again at once would cost for nothing, so some
// stays.
func (s *store) shrink(l *list) {
	switch {
	case l.len == 0 && l.class > 0:
		s.move(l, 0)
	case l.class > 5 && l.len <= room(l.class-1)/4:
		s.move(l, l.class-3)
	}
}

// move gives a list the room of a class, counted as in list.
func (s *store) move(l *list, class uint8) {
	old := *l
	l.class = class
	if class > 0 {
		l.place = s.take(class - 1)
		copy(s.edges[l.chunk][l.at:], s.list(&old))
		if old.len > 0 {
			copy(s.twins[l.chunk][l.at:], s.twin(&old)[:old.len])
		}
	}
	if old.class > 0 {
		s.free[old.class-1] = append(s.free[old.class-1], old.place)
		if room(old.class-1) >= alone {
			s.edges[old.chunk], s.twins[old.chunk] = nil, nil
		}
	}
}

func (s *store) take(class uint8) place {
	for int(class) >= len(s.free) {
		s.free = append(s.free, nil)
	}
	size := room(class)
	if n := len(s.free[class]); n > 0 {
		p := s.free[class][n-1]
		s.free[class] = s.free[class][:n-1]
		if size >= alone {
			s.edges[p.chunk], s.twins[p.chunk] = make([]Edge, size), make([]uint32, size)
		}
		return p
	}
	if size >= alone {
		return place{s.chunk(size), 0}
	}
	if len(s.edges) == 0 || s.used+size > uint32(len(s.edges[s.open])) {
		// Chunks become larger, within bounds, so that small graphs stay small.
		n := uint32(chunkLeast) << min(len(s.edges), 6)
		s.open, s.used = s.chunk(max(n, size)), 0
	}
	p := place{s.open, s.used}
	s.used += size
	return p
}

func (s *store) chunk(size uint32) uint32 {
	s.edges, s.twins = append(s.edges, make([]Edge, size)), append(s.twins, make([]uint32, size))
	return uint32(len(s.edges) - 1)
}

func (s *store) clone() store {
	c := store{open: s.open, used: s.used, edges: make([][]Edge, len(s.edges)), twins: make([][]uint32, len(s.twins)), free: make([][]place, len(s.free))}
	for i := range s.edges {
		c.edges[i], c.twins[i] = append([]Edge(nil), s.edges[i]...), append([]uint32(nil), s.twins[i]...)
	}
	for i := range s.free {
		c.free[i] = append([]place(nil), s.free[i]...)
	}
	return c
}
