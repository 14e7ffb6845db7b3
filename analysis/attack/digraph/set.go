package digraph

// set is a set of vertices.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) has(v Vertex) bool {
	return int(v>>6) < len(s) && s[v>>6]&(1<<(v&63)) != 0
}

// add takes v in, and tells whether it was new. The set must be large enough.
func (s set) add(v Vertex) bool {
	bit := uint64(1) << (v & 63)
	if s[v>>6]&bit != 0 {
		return false
	}
	s[v>>6] |= bit
	return true
}

func (s set) remove(v Vertex) { s[v>>6] &^= 1 << (v & 63) }

// grown gives the set with room for n vertices.
func (s set) grown(n int) set {
	for len(s)*64 < n {
		s = append(s, 0)
	}
	return s
}

func (g *Graph) setOf(vertices []Vertex) set {
	s := newSet(len(g.out))
	for _, v := range vertices {
		s.add(v)
	}
	return s
}
