package digraph

import "iter"

// Route gives the best route from a vertex to the goals of a search that goes toward them: the cheapest; of those the one with the
// fewest edges; of those the first by compare on the first edge that differs. It ends at the first goal that it comes to. It is nil
// where there is none, and empty, not nil, from a goal. compare must be a total order on edges by what they mean.
func (g *Graph) Route(from Vertex, s *Search, compare func(a, b Edge) int) []Edge {
	s.mustLead()
	s.refresh()
	if s.label[from] == infinite {
		return nil
	}
	route, _ := descend(g, s.label, from, nil, nil, []Edge{}, compare)
	return route
}

// Routes gives the routes from a vertex to any of the goals that come to no vertex twice, the best first, in the order that Route
// tells, and each when it is asked for. Edges that are equal make one route, others between the same vertices make several. The graph
// must not change meanwhile.
func (g *Graph) Routes(from Vertex, goals []Vertex, compare func(a, b Edge) int) iter.Seq[[]Edge] {
	return func(yield func([]Edge) bool) {
		near := g.forward([]Vertex{from}, nil, g.setOf(goals))
		s := &Search{g: g, toward: true, stop: func(v Vertex) bool { return !near.has(v) }}
		s.grow(len(g.out))
		s.Aim(goals...)
		s.anew()
		newGuide(g, s.label, nil, compare).routes(from, yield)
	}
}

// Routes gives what Graph.Routes gives for the goals of the search, which must go toward them, and saves looking for the costs.
func (s *Search) Routes(from Vertex, compare func(a, b Edge) int) iter.Seq[[]Edge] {
	return s.RoutesBut(from, nil, compare)
}

// RoutesBut gives the routes that go by none of the edges that skip tells; nil skips none.
func (s *Search) RoutesBut(from Vertex, skip func(*Edge) bool, compare func(a, b Edge) int) iter.Seq[[]Edge] {
	s.mustLead()
	return func(yield func([]Edge) bool) {
		s.refresh()
		newGuide(s.g, s.label, skip, compare).routes(from, yield)
	}
}

func (s *Search) mustLead() {
	if !s.toward {
		panic("digraph: a route by a search that does not go toward goals")
	}
}

// descend goes on along the best edges by the labels, which fall with each, without coming to a barred vertex or going by an edge that skip
// tells. It is false where it could only go on by such.
func descend(g *Graph, label []uint64, at Vertex, barred set, skip func(*Edge) bool, route []Edge, compare func(a, b Edge) int) ([]Edge, bool) {
	for label[at] != 0 {
		var best *Edge
		out := g.Out(at)
		for i := range out {
			e := &out[i]
			if label[e.To] == infinite || label[e.To]+step(e) != label[at] || barred.has(e.To) || skip != nil && skip(e) {
				continue
			}
			if best == nil || compare(*e, *best) < 0 {
				best = e
			}
		}
		if best == nil {
			return nil, false
		}
		route = append(route, *best)
		at = best.To
	}
	return route, true
}

// branch is a set of routes: those that begin with the first edges of route and go on with none of the banned ones. Its best one is
// route once it is found; before that, label is what it has at least.
type branch struct {
	route  []Edge
	first  int
	label  uint64
	found  bool
	banned []Edge
}

// before orders branches: where one that is not found may be as good as one that is, it is looked into first.
func (b *branch) before(other *branch, compare func(a, b Edge) int) bool {
	switch {
	case b.label != other.label:
		return b.label < other.label
	case !b.found || !other.found:
		return !b.found && other.found
	}
	for i := range b.route {
		if b.route[i] != other.route[i] {
			return compare(b.route[i], other.route[i]) < 0
		}
	}
	return false
}

// branches is a heap.
type branches struct {
	heap    []*branch
	compare func(a, b Edge) int
}

func (h *branches) push(b *branch) {
	h.heap = append(h.heap, b)
	at := len(h.heap) - 1
	for at > 0 && h.heap[at].before(h.heap[(at-1)/2], h.compare) {
		h.heap[at], h.heap[(at-1)/2] = h.heap[(at-1)/2], h.heap[at]
		at = (at - 1) / 2
	}
}

func (h *branches) pop() *branch {
	top, n := h.heap[0], len(h.heap)-1
	h.heap[0], h.heap[n] = h.heap[n], nil
	h.heap = h.heap[:n]
	for at := 0; ; {
		least := at
		for child := 2*at + 1; child <= 2*at+2 && child < n; child++ {
			if h.heap[child].before(h.heap[least], h.compare) {
				least = child
			}
		}
		if least == at {
			return top
		}
		h.heap[at], h.heap[least] = h.heap[least], h.heap[at]
		at = least
	}
}
