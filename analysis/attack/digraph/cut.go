package digraph

// Cut finds the cheapest set of vertices whose removal separates all sources from all goals, in the order of their numbers. Sources
// and goals may be among them. A price of 0 means that a vertex cannot be removed; ok is false where vertices of that kind alone make
// a way. Of sets that are equally cheap it is the one nearest the goals: the fewest vertices can still reach the goals after it.
// The prices of the set must sum up to less than 2^64 - 1.
func (g *Graph) Cut(sources, goals []Vertex, price func(Vertex) uint64) (cut []Vertex, ok bool) {
	between := g.between(sources, goals)
	n := &network{g: g, node: make([]uint32, len(g.out))}
	prices, ok := n.number(between, sources, goals, price)
	if !ok {
		return nil, false
	}
	n.connect(between, prices)
	n.fill()
	for i, v := range between.vertices {
		if prices[i] > 0 && n.level[n.node[v]] == 0 && n.level[n.node[v]+1] > 0 {
			cut = append(cut, v)
		}
	}
	return cut, true
}

// region is the part of a graph through which sources reach goals. Edges into sources and out of goals do not matter: whoever ends all
// ways from the last source on to the first goal ends all ways.
type region struct {
	// vertices are in the order of their numbers.
	vertices    []Vertex
	within      set
	first, last set
}

func (g *Graph) between(sources, goals []Vertex) *region {
	r := &region{first: g.setOf(sources), last: g.setOf(goals)}
	r.within = g.forward(sources, g.backward(goals, r.first), r.last)
	for v := range Vertex(len(g.out)) {
		if r.within.has(v) {
			r.vertices = append(r.vertices, v)
		}
	}
	return r
}

// has tells whether an edge from a vertex of the region stays in it and matters.
func (r *region) has(e *Edge) bool {
	return r.within.has(e.To) && !r.first.has(e.To) && !r.last.has(e.From)
}

// number gives every vertex its node, and the price by place in the region. What cannot be removed is one node, and what of it the
// sources reach, or reaches the goals, without passing anything that can, is one with the source or the sink.
func (n *network) number(r *region, sources, goals []Vertex, price func(Vertex) uint64) (prices []uint64, ok bool) {
	prices = make([]uint64, len(r.vertices))
	fixed := newSet(len(n.g.out))
	for i, v := range r.vertices {
		if prices[i] = price(v); prices[i] == 0 {
			fixed.add(v)
		}
	}
	for _, v := range r.vertices {
		n.node[v] = unseen
	}
	if !n.merge(r, fixed, sources, source) {
		return nil, false
	}
	n.merge(r, fixed, goals, sink)
	n.nodes = 2
	for i, v := range r.vertices {
		if n.node[v] != unseen {
			continue
		}
		n.node[v] = n.nodes
		n.nodes++
		if prices[i] > 0 {
			n.nodes++ // a node where ways come in, and the next where they go out
		}
	}
	return prices, true
}

// merge makes what is fixed and joined with the ends one with a node; false where it comes to a goal.
func (n *network) merge(r *region, fixed set, ends []Vertex, node uint32) bool {
	var stack []Vertex
	join := func(v Vertex) {
		if r.within.has(v) && fixed.has(v) && n.node[v] == unseen {
			n.node[v] = node
			stack = append(stack, v)
		}
	}
	for _, v := range ends {
		join(v)
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if node == sink {
			for _, e := range n.g.In(v) {
				if r.within.has(e.From) && r.has(&e) {
					join(e.From)
				}
			}
			continue
		}
		if r.last.has(v) {
			return false
		}
		for _, e := range n.g.Out(v) {
			if r.has(&e) {
				join(e.To)
			}
		}
	}
	return true
}

// connect makes the arcs.
func (n *network) connect(r *region, prices []uint64) {
	// The arcs of a node stand together, so they are counted first and then laid.
	n.begin = make([]uint32, n.nodes+1)
	for _, lay := range []func(from, to uint32, room uint64){n.reserve, n.lay} {
		for i, v := range r.vertices {
			out := n.node[v]
			if prices[i] > 0 {
				lay(out, out+1, prices[i])
				out++
			}
			if r.first.has(v) && n.node[v] != source {
				lay(source, n.node[v], infinite)
			}
			if r.last.has(v) && out != sink {
				lay(out, sink, infinite)
			}
			edges := n.g.Out(v)
			for j := range edges {
				if to := n.node[edges[j].To]; r.has(&edges[j]) && to != out && to != source && out != sink {
					lay(out, to, infinite)
				}
			}
		}
		n.reserved()
	}
}
