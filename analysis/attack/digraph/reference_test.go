package digraph_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/analysis/attack/digraph"
)

type (
	vertex = digraph.Vertex
	edge   = digraph.Edge
)

// plain is the reference: a list of edges, asked in the most obvious way.
type plain struct {
	n     int
	edges []edge
}

func (p *plain) graph() *digraph.Graph {
	g := digraph.New()
	for range p.n {
		g.Vertex()
	}
	for _, e := range p.edges {
		g.Add(e)
	}
	return g
}

// dice makes a small graph in which costs are often 0, edges stand twice or side by side, and vertices lead to themselves.
func dice(r *rand.Rand, vertices, edges int) *plain {
	p := &plain{n: 1 + r.IntN(vertices)}
	for range r.IntN(edges + 1) {
		p.edges = append(p.edges, p.edge(r))
	}
	return p
}

func (p *plain) edge(r *rand.Rand) edge {
	if len(p.edges) > 0 && r.IntN(12) == 0 {
		return p.edges[r.IntN(len(p.edges))]
	}
	e := edge{From: p.any(r), To: p.any(r), Tag: r.Uint64N(3)}
	if r.IntN(2) == 0 {
		e.Cost = r.Uint32N(4)
	}
	return e
}

func (p *plain) any(r *rand.Rand) vertex { return vertex(r.IntN(p.n)) }

// some gives up to most vertices, perhaps one of them twice.
func (p *plain) some(r *rand.Rand, most int) []vertex {
	var list []vertex
	for range 1 + r.IntN(most) {
		list = append(list, p.any(r))
	}
	return list
}

func none(vertex) bool { return false }

// costs are those from the vertices, or to them; -1 is not reached.
func (p *plain) costs(aims []vertex, toward bool, stop func(vertex) bool) []int {
	costs := slices.Repeat([]int{-1}, p.n)
	for _, v := range aims {
		costs[v] = 0
	}
	for range p.n {
		for _, e := range p.edges {
			to, from := e.To, e.From
			if toward {
				to, from = from, to
			}
			if c := costs[from] + int(e.Cost); costs[from] >= 0 && !stop(from) && (costs[to] < 0 || c < costs[to]) {
				costs[to] = c
			}
		}
	}
	return costs
}

// reaches tells whether v comes to a goal without what is gone.
func (p *plain) reaches(v vertex, goals []vertex, gone func(vertex) bool) bool {
	been := make([]bool, p.n)
	var from func(vertex) bool
	from = func(v vertex) bool {
		if been[v] || gone(v) {
			return false
		}
		been[v] = true
		if slices.Contains(goals, v) {
			return true
		}
		for _, e := range p.edges {
			if e.From == v && from(e.To) {
				return true
			}
		}
		return false
	}
	return from(v)
}

// order is that of Routes.
func order(a, b []edge) int {
	sum := func(route []edge) (cost uint32) {
		for _, e := range route {
			cost += e.Cost
		}
		return cost
	}
	return cmp.Or(cmp.Compare(sum(a), sum(b)), cmp.Compare(len(a), len(b)), slices.CompareFunc(a, b, byMeaning))
}

// byMeaning is some total order on edges. It is not that of the numbers of vertices.
func byMeaning(a, b edge) int {
	return cmp.Or(cmp.Compare(b.Tag, a.Tag), cmp.Compare(a.To*7%11, b.To*7%11), cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From),
		cmp.Compare(a.Cost, b.Cost))
}

func (p *plain) routes(from vertex, goals []vertex) [][]edge {
	edges := slices.Clone(p.edges)
	slices.SortFunc(edges, byMeaning)
	edges = slices.Compact(edges)
	been := make([]bool, p.n)
	var routes [][]edge
	var on func(v vertex, route []edge)
	on = func(v vertex, route []edge) {
		if slices.Contains(goals, v) {
			routes = append(routes, slices.Clone(route))
			return
		}
		been[v] = true
		for _, e := range edges {
			if e.From == v && !been[e.To] {
				on(e.To, append(route, e))
			}
		}
		been[v] = false
	}
	on(from, nil)
	slices.SortFunc(routes, order)
	return routes
}

// many calls f with different dice that are the same each time.
func many(t *testing.T, n int, f func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	for seed := range n {
		f(t, rand.New(rand.NewPCG(uint64(seed), 9)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
