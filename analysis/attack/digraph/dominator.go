package digraph

// Only tells for each vertex that is no goal how many of the sources reach the goals only through it; those with none are left out.
// A source counts for itself too. Sources that do not reach the goals count nowhere, those that are goals neither, and one that is
// named twice counts once.
//
// All ways from a source to the goals lead through exactly its dominators in the reversed graph, where all goals are one root. They
// are found by the algorithm "semi-NCA" of Georgiadis and Tarjan, on the part that reaches the goals.
func (g *Graph) Only(sources, goals []Vertex) map[Vertex]int {
	w := g.reversed(goals)
	above := w.dominators()
	counts := make([]int32, len(w.order))
	for _, v := range sources {
		if i := w.number[v]; i != unseen {
			counts[i] = 1
		}
	}
	some := 0
	for i := len(counts) - 1; i > 0; i-- {
		counts[above[i]] += counts[i]
		if counts[i] > 0 {
			some++
		}
	}
	only := make(map[Vertex]int, some)
	for i, n := range counts[1:] {
		if n > 0 {
			only[w.order[i+1]] = int(n)
		}
	}
	return only
}

// walk is a depth-first walk from the goals against the edges.
type walk struct {
	g *Graph
	// number is the place of a vertex in the walk; all goals have 0. order is the other way round, parent by place.
	number []uint32
	order  []Vertex
	parent []uint32
}

const unseen = ^uint32(0)

func (g *Graph) reversed(goals []Vertex) *walk {
	ends := g.setOf(goals)
	w := &walk{g: g, number: make([]uint32, len(g.out)), order: []Vertex{None}, parent: []uint32{0}}
	for i := range w.number {
		w.number[i] = unseen
	}
	type visit struct {
		vertex Vertex
		parent uint32
	}
	var stack []visit
	into := func(v Vertex, at uint32) {
		for _, e := range g.In(v) {
			if w.number[e.From] == unseen && !ends.has(e.From) {
				stack = append(stack, visit{e.From, at})
			}
		}
	}
	for _, v := range goals {
		if w.number[v] == unseen {
			w.number[v] = 0
			into(v, 0)
		}
	}
	for len(stack) > 0 {
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if w.number[next.vertex] != unseen {
			continue
		}
		at := uint32(len(w.order))
		w.number[next.vertex] = at
		w.order, w.parent = append(w.order, next.vertex), append(w.parent, next.parent)
		into(next.vertex, at)
	}
	return w
}

// dominators gives for each place of the walk that of its immediate dominator.
func (w *walk) dominators() []uint32 {
	n := len(w.order)
	semi, least, up := make([]uint32, n), make([]uint32, n), make([]uint32, n)
	for i := range n {
		least[i], up[i] = uint32(i), w.parent[i]
	}
	// What was visited at linked or later hangs together in trees, whose paths are shortened on the way; least is then the least
	// semidominator on the part of the path that was left out.
	var path []uint32
	eval := func(i, linked uint32) uint32 {
		if i < linked {
			return i
		}
		path = path[:0]
		for at := i; up[at] >= linked; at = up[at] {
			path = append(path, at)
		}
		for k := len(path) - 1; k >= 0; k-- {
			at := path[k]
			least[at] = min(least[at], least[up[at]])
			up[at] = up[up[at]]
		}
		return least[i]
	}
	for i := uint32(n) - 1; i > 0; i-- {
		best := w.parent[i]
		for _, e := range w.g.Out(w.order[i]) {
			if j := w.number[e.To]; j != unseen {
				best = min(best, eval(j, i+1))
			}
		}
		semi[i], least[i] = best, best
	}
	above := up
	for i := 1; i < n; i++ {
		at := w.parent[i]
		for at > semi[i] {
			at = above[at]
		}
		above[i] = at
	}
	return above
}
