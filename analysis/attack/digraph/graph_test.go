package digraph_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/analysis/attack/digraph"
)

// The lists of a graph hold what was added and not dropped, and a clone goes its own way. Some vertices have very many edges.
func TestGraphHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := &plain{n: 40}
	g := p.graph()
	var clone *digraph.Graph
	var cloned []edge
	for round := range 6 {
		for range 12_000 {
			e := p.edge(r)
			if r.IntN(3) > 0 {
				e.To = 7
			}
			g.Add(e)
			p.edges = append(p.edges, e)
		}
		same(t, g, p)
		for range []int{12_000, 11_990, 2_000, 15_000, 12_000, 15_000}[round] {
			i := r.IntN(len(p.edges))
			g.Drop(p.edges[i])
			p.edges[i] = p.edges[len(p.edges)-1]
			p.edges = p.edges[:len(p.edges)-1]
		}
		same(t, g, p)
		if round == 2 {
			clone, cloned = g.Clone(), slices.Clone(p.edges)
		}
	}
	same(t, clone, &plain{n: p.n, edges: cloned})
	for _, e := range cloned {
		clone.Drop(e)
	}
	same(t, clone, &plain{n: p.n})
	same(t, g, p)
}

func same(t *testing.T, g *digraph.Graph, p *plain) {
	t.Helper()
	out, in := make([][]edge, p.n), make([][]edge, p.n)
	for _, e := range p.edges {
		out[e.From], in[e.To] = append(out[e.From], e), append(in[e.To], e)
	}
	sorted := func(edges []edge) []edge {
		edges = slices.Clone(edges)
		slices.SortFunc(edges, byMeaning)
		return edges
	}
	for v := range p.n {
		if !slices.Equal(sorted(g.Out(vertex(v))), sorted(out[v])) || !slices.Equal(sorted(g.In(vertex(v))), sorted(in[v])) {
			t.Fatalf("the edges of %d differ", v)
		}
	}
	if _, n := g.Len(); n != len(p.edges) {
		t.Fatalf("%d edges, want %d", n, len(p.edges))
	}
}
