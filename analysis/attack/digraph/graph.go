// Package digraph holds a weighted directed graph that changes, and answers what attack paths ask of it: who can reach some
// vertices and how cheaply, without starting anew after each change; which vertex all ways lead through; the cheapest set of
// vertices whose removal ends all ways; the k cheapest routes. It knows nothing of Kubernetes.
package digraph

// Vertex numbers a vertex of a Graph, from 0.
type Vertex uint32

// None is no vertex.
const None = ^Vertex(0)

// Edge leads from a vertex to another. There may be several between two, and equal ones. It is comparable.
type Edge struct {
	From, To Vertex
	// Cost is what it costs to go along it, 0 or more. The costs along a route must sum up to less than 2^32.
	Cost uint32
	// Tag is the owner's: what the edge means.
	Tag uint64
}

// Graph is a directed multigraph. It is not safe for concurrent use, but questions that do not change it (all but Vertex, Retire, Add,
// Drop and what concerns a Search) may be asked at once.
type Graph struct {
	out, in  []list
	store    store
	retired  []Vertex
	edges    int
	searches []*Search
}

// New gives a graph without vertices.
func New() *Graph { return &Graph{} }

// Vertex adds a vertex. Numbers of retired ones are used again.
func (g *Graph) Vertex() Vertex {
	if n := len(g.retired); n > 0 {
		v := g.retired[n-1]
		g.retired = g.retired[:n-1]
		return v
	}
	g.out, g.in = append(g.out, list{}), append(g.in, list{})
	for _, s := range g.searches {
		s.grow(len(g.out))
	}
	return Vertex(len(g.out) - 1)
}

// Retire takes out a vertex, which must have no edges. A search that has it among its goals or sources forgets it.
func (g *Graph) Retire(v Vertex) {
	if g.out[v].len > 0 || g.in[v].len > 0 {
		panic("digraph: a vertex with edges is retired")
	}
	for _, s := range g.searches {
		s.forget(v)
	}
	g.retired = append(g.retired, v)
}

// Add adds an edge between vertices of the graph. Equal edges are counted.
func (g *Graph) Add(e Edge) {
	out, in := &g.out[e.From], &g.in[e.To]
	at := in.len
	g.store.push(in, e, out.len)
	g.store.push(out, e, at)
	g.edges++
	for _, s := range g.searches {
		s.added(&e)
	}
}

// Drop takes one edge out that equals e. It panics where there is none. It costs as much as the smaller of the two ends has edges.
func (g *Graph) Drop(e Edge) {
	out, in := &g.out[e.From], &g.in[e.To]
	var o, i uint32
	if out.len <= in.len {
		o = find(g.store.list(out), e)
		i = g.store.twin(out)[o]
	} else {
		i = find(g.store.list(in), e)
		o = g.store.twin(in)[i]
	}
	if moved, ok := g.store.remove(out, o); ok {
		g.store.twin(&g.in[moved.To])[g.store.twin(out)[o]] = o
	}
	if moved, ok := g.store.remove(in, i); ok {
		g.store.twin(&g.out[moved.From])[g.store.twin(in)[i]] = i
	}
	g.store.shrink(out)
	g.store.shrink(in)
	g.edges--
	for _, s := range g.searches {
		s.dropped(&e)
	}
}

func find(edges []Edge, e Edge) uint32 {
	for i := range edges {
		if edges[i] == e {
			return uint32(i)
		}
	}
	panic("digraph: no such edge to drop")
}

// Out gives the edges that begin at a vertex, in no order. They must not be changed, and are valid until the next Add or Drop.
func (g *Graph) Out(v Vertex) []Edge { return g.store.list(&g.out[v]) }

// In gives the edges that end at a vertex, in no order. They must not be changed, and are valid until the next Add or Drop.
func (g *Graph) In(v Vertex) []Edge { return g.store.list(&g.in[v]) }

// Len counts the vertices that are not retired, and the edges.
func (g *Graph) Len() (vertices, edges int) { return len(g.out) - len(g.retired), g.edges }

// Clone gives a copy that changes on its own. Searches stay with the original.
func (g *Graph) Clone() *Graph {
	return &Graph{
		out: append([]list(nil), g.out...), in: append([]list(nil), g.in...),
		store: g.store.clone(), retired: append([]Vertex(nil), g.retired...), edges: g.edges,
	}
}
