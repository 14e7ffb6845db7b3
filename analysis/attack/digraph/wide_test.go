package digraph_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// wide makes a graph that is too large to try all sets and routes: some have hubs, some are long.
func wide(r *rand.Rand) *plain {
	p := &plain{n: 30 + r.IntN(90)}
	hub, near := r.IntN(2) == 0, r.IntN(2) == 0
	for range p.n + r.IntN(2*p.n) {
		e := p.edge(r)
		if near {
			e.To = vertex(min(max(int(e.From)+r.IntN(8)-2, 0), p.n-1))
		}
		if hub && r.IntN(4) == 0 {
			e.From = vertex(p.n / 2)
		}
		if hub && r.IntN(4) == 0 {
			e.To = vertex(p.n / 2)
		}
		p.edges = append(p.edges, e)
	}
	return p
}

func TestOnlyWide(t *testing.T) {
	some := 0
	many(t, 150, func(t *testing.T, r *rand.Rand) {
		p := wide(r)
		sources, goals := p.some(r, 30), p.some(r, 3)
		want := map[vertex]int{}
		for s := range vertex(p.n) {
			if !slices.Contains(sources, s) || !p.reaches(s, goals, none) {
				continue
			}
			for v := range vertex(p.n) {
				if !slices.Contains(goals, v) && !p.reaches(s, goals, func(w vertex) bool { return w == v }) {
					want[v]++
				}
			}
		}
		some += len(want)
		if got := p.graph().Only(sources, goals); !maps.Equal(got, want) {
			t.Errorf("from %v to %v: %v, want %v", sources, goals, got, want)
		}
	})
	if some < 1000 {
		t.Errorf("too little was tried: %d", some)
	}
}

// A cut of vertices that are all worth the same is as large as there are ways that share no vertex (Menger).
func TestCutWide(t *testing.T) {
	most := 0
	many(t, 1500, func(t *testing.T, r *rand.Rand) {
		p := wide(r)
		sources, goals := p.some(r, 15), p.some(r, 15)
		cut, ok := p.graph().Cut(sources, goals, func(vertex) uint64 { return 5 })
		if want := p.apart(sources, goals); !ok || len(cut) != want {
			t.Errorf("from %v to %v: %v, %v, want %d vertices", sources, goals, cut, ok, want)
		}
		most = max(most, len(cut))
		for _, s := range sources {
			if p.reaches(s, goals, func(v vertex) bool { return slices.Contains(cut, v) }) {
				t.Errorf("%d reaches %v in spite of %v", s, goals, cut)
			}
		}
	})
	if most < 7 {
		t.Errorf("no cut had more than %d vertices", most)
	}
}

// apart counts the ways from sources to goals that share no vertex: one after the other is found, and may take turns of those before
// back.
func (p *plain) apart(sources, goals []vertex) (ways int) {
	// Vertex v comes in at 2v and goes out at 2v+1; the ends are the two after all of them.
	n := 2*p.n + 2
	open := make([][]bool, n)
	for i := range open {
		open[i] = make([]bool, n)
	}
	for v := range p.n {
		open[2*v][2*v+1] = true
	}
	for _, e := range p.edges {
		open[2*e.From+1][2*e.To] = true
	}
	for _, v := range sources {
		open[n-2][2*v] = true
	}
	for _, v := range goals {
		open[2*v+1][n-1] = true
	}
	for {
		been := make([]bool, n)
		var on func(int) bool
		on = func(at int) bool {
			if at == n-1 {
				return true
			}
			been[at] = true
			for to := range n {
				if open[at][to] && !been[to] && on(to) {
					open[at][to], open[to][at] = false, true
					return true
				}
			}
			return false
		}
		if !on(n - 2) {
			return ways
		}
		ways++
	}
}

// The best route by a search is that of Routes, and the routes come in order, also where there are too many to list.
func TestRoutesWide(t *testing.T) {
	total := 0
	many(t, 400, func(t *testing.T, r *rand.Rand) {
		p := wide(r)
		from, goals := p.any(r), p.some(r, 3)
		g := p.graph()
		s := g.Toward(goals...)
		var routes [][]edge
		for route := range g.Routes(from, goals, byMeaning) {
			if routes = append(routes, route); len(routes) == 60 {
				break
			}
		}
		total += len(routes)
		first := g.Route(from, s, byMeaning)
		if (first == nil) != (len(routes) == 0) || first != nil && !slices.Equal(first, routes[0]) {
			t.Errorf("from %d to %v: %v first, and %v", from, goals, first, routes)
		}
		for i, route := range routes {
			at, been := from, []vertex{from}
			for _, e := range route {
				if e.From != at || !slices.Contains(p.edges, e) || slices.Contains(been, e.To) {
					t.Errorf("%v is no route from %d", route, from)
				}
				at = e.To
				been = append(been, at)
			}
			if !slices.Contains(goals, at) || i > 0 && order(routes[i-1], route) >= 0 {
				t.Errorf("%v comes after %v", route, routes[max(i, 1)-1])
			}
		}
	})
	if total < 4000 {
		t.Errorf("too little was tried: %d routes", total)
	}
}
