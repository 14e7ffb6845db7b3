package digraph

// infinite is the label of what is not reached.
const infinite = ^uint64(0)

// step is what an edge adds to a label. A label is the cost in the upper half and the number of edges in the lower one: of equally
// cheap routes the one with the fewest edges counts, and no cycle is without length, though its edges may all be free.
func step(e *Edge) uint64 { return uint64(e.Cost)<<32 + 1 }

// Search keeps the least cost from every vertex to its goals, or from its sources to every vertex, while the graph changes.
//
// It is kept up in the way of Ramalingam and Reps: every label rests on edges that give it exactly, its props, which are counted.
// A change of an edge changes the count at once; only where no prop is left, or an edge gives less, there is something to find anew.
// Since no cycle is without length, labels never rest on each other in a circle.
type Search struct {
	g      *Graph
	toward bool
	stop   func(Vertex) bool
	// aims are the goals or sources.
	aims set
	aim  []Vertex
	// fresh tells that an aim may have another label than 0.
	fresh bool
	label []uint64
	// props counts the edges that give a vertex its label. An aim has one more.
	props []uint32
	// loose are vertices that lost their last prop since the last refresh, eased those to which an edge came that gives them less.
	// Each is listed once.
	loose, eased     []Vertex
	isLoose, isEased set
	// touched are the vertices whose label was changed since the last Update, and which label they had.
	touched   []waiting
	isTouched set
	// told says that Update was called before.
	told  bool
	queue queue
}

// Toward searches for the least cost from every vertex to any of the goals.
func (g *Graph) Toward(goals ...Vertex) *Search {
	return g.search(&Search{g: g, toward: true}, goals)
}

// From searches for the least cost from any of the sources to every vertex. Edges out of vertices for which stop is true are not
// followed, even from sources; stop may be nil, and must not change its mind about a vertex that has edges.
func (g *Graph) From(stop func(Vertex) bool, sources ...Vertex) *Search {
	return g.search(&Search{g: g, stop: stop}, sources)
}

func (g *Graph) search(s *Search, aims []Vertex) *Search {
	s.grow(len(g.out))
	s.Aim(aims...)
	s.anew()
	g.searches = append(g.searches, s)
	return s
}

// Close makes the graph forget the search, which must not be used after that.
func (s *Search) Close() {
	for i, other := range s.g.searches {
		if other == s {
			s.g.searches = append(s.g.searches[:i:i], s.g.searches[i+1:]...)
			return
		}
	}
}

// Aim replaces the goals or sources.
func (s *Search) Aim(vertices ...Vertex) {
	next := s.g.setOf(vertices)
	for _, v := range s.aim {
		if !next.has(v) {
			s.unaim(v)
		}
	}
	s.aim = s.aim[:0]
	for _, v := range vertices {
		if !next.has(v) {
			continue // named twice
		}
		next.remove(v)
		s.aim = append(s.aim, v)
		if s.aims.add(v) {
			if s.label[v] == 0 {
				s.props[v]++
			} else {
				s.fresh = true
			}
		}
	}
}

func (s *Search) unaim(v Vertex) {
	s.aims.remove(v)
	if s.label[v] == 0 {
		s.unprop(v)
	}
}

// forget takes a vertex that retires out of the aims.
func (s *Search) forget(v Vertex) {
	if !s.aims.has(v) {
		return
	}
	s.unaim(v)
	for i, aim := range s.aim {
		if aim == v {
			s.aim = append(s.aim[:i], s.aim[i+1:]...)
			return
		}
	}
}

// Cost gives the least cost, and false where there is no route. It is that of the graph as it is, even before Update.
func (s *Search) Cost(v Vertex) (uint32, bool) {
	s.refresh()
	return uint32(s.label[v] >> 32), s.label[v] != infinite
}

// Update takes in what changed in the graph since the last Update, and gives the vertices whose cost changed, or that came to be
// reached or no longer are, each once, in no order. The first Update gives all that are reached.
func (s *Search) Update() []Vertex {
	s.refresh()
	var changed []Vertex
	if !s.told {
		s.told = true
		for v, label := range s.label {
			if label != infinite {
				changed = append(changed, Vertex(v))
			}
		}
		return changed
	}
	for _, t := range s.touched {
		s.isTouched.remove(t.vertex)
		if now := s.label[t.vertex]; now>>32 != t.label>>32 || (now == infinite) != (t.label == infinite) {
			changed = append(changed, t.vertex)
		}
	}
	s.touched = emptied(s.touched)
	return changed
}

// emptied keeps a little of a list's room for the next time.
func emptied[T any](list []T) []T {
	if cap(list) > 1024 {
		return nil
	}
	return list[:0]
}

func (s *Search) grow(n int) {
	if s.label == nil {
		s.label, s.props = make([]uint64, 0, n), make([]uint32, 0, n)
	}
	for len(s.label) < n {
		s.label, s.props = append(s.label, infinite), append(s.props, 0)
	}
	s.aims, s.isLoose, s.isEased, s.isTouched = s.aims.grown(n), s.isLoose.grown(n), s.isEased.grown(n), s.isTouched.grown(n)
}

// ends gives the vertex whose label may rest on an edge, and the one whose label that would be made of.
func (s *Search) ends(e *Edge) (near, far Vertex) {
	if s.toward {
		return e.From, e.To
	}
	return e.To, e.From
}

// given is the label that an edge gives.
func (s *Search) given(e *Edge, far Vertex) uint64 {
	if s.label[far] == infinite || s.stop != nil && s.stop(far) {
		return infinite
	}
	return s.label[far] + step(e)
}

func (s *Search) added(e *Edge) {
	near, far := s.ends(e)
	switch given := s.given(e, far); {
	case given == infinite:
	case given == s.label[near]:
		s.props[near]++
	case given < s.label[near] && s.isEased.add(near):
		s.eased = append(s.eased, near)
	}
}

func (s *Search) dropped(e *Edge) {
	near, far := s.ends(e)
	if given := s.given(e, far); given != infinite && given == s.label[near] {
		s.unprop(near)
	}
}

func (s *Search) unprop(v Vertex) {
	s.props[v]--
	if s.props[v] == 0 && s.isLoose.add(v) {
		s.loose = append(s.loose, v)
	}
}
