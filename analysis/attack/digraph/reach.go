package digraph

// forward gives what can be reached from some vertices within a set, nil for everywhere, without going on beyond a goal.
func (g *Graph) forward(from []Vertex, within, goals set) set {
	reached := newSet(len(g.out))
	var stack []Vertex
	for _, v := range from {
		if (within == nil || within.has(v)) && reached.add(v) {
			stack = append(stack, v)
		}
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if goals.has(v) {
			continue
		}
		for _, e := range g.Out(v) {
			if (within == nil || within.has(e.To)) && reached.add(e.To) {
				stack = append(stack, e.To)
			}
		}
	}
	return reached
}

// backward gives what reaches the goals, without going back beyond a source.
func (g *Graph) backward(goals []Vertex, sources set) set {
	reaches := newSet(len(g.out))
	var stack []Vertex
	for _, v := range goals {
		if reaches.add(v) {
			stack = append(stack, v)
		}
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if sources.has(v) {
			continue
		}
		for _, e := range g.In(v) {
			if reaches.add(e.From) {
				stack = append(stack, e.From)
			}
		}
	}
	return reaches
}

// Without gives those of the sources that still reach any of the goals without the vertices that are gone, in the order given, each
// once. A source or a goal that is gone counts no more.
func (g *Graph) Without(sources, goals []Vertex, gone func(Vertex) bool) []Vertex {
	// There are mostly fewer vertices before the sources and goals than in the graph, so gone is asked only of those on the way.
	reaches, asked := newSet(len(g.out)), newSet(len(g.out))
	var stack []Vertex
	for _, v := range goals {
		if asked.add(v) && !gone(v) {
			reaches.add(v)
			stack = append(stack, v)
		}
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, e := range g.In(v) {
			if asked.add(e.From) && !gone(e.From) {
				reaches.add(e.From)
				stack = append(stack, e.From)
			}
		}
	}
	var left []Vertex
	for _, v := range sources {
		if reaches.has(v) {
			reaches.remove(v)
			left = append(left, v)
		}
	}
	return left
}
