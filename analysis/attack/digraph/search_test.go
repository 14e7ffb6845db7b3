package digraph_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/analysis/attack/digraph"
)

// watched is a search with what it should say.
type watched struct {
	*digraph.Search
	toward bool
	aims   []vertex
	stop   func(vertex) bool
	told   []int
}

func (w *watched) check(t *testing.T, p *plain, update bool) {
	t.Helper()
	want := p.costs(w.aims, w.toward, w.stop)
	for len(w.told) < p.n {
		w.told = append(w.told, -1)
	}
	if !update {
		w.compare(t, want)
		return
	}
	changed := w.Update()
	w.compare(t, want)
	slices.Sort(changed)
	var wantChanged []vertex
	for v := range want {
		if want[v] != w.told[v] {
			wantChanged = append(wantChanged, vertex(v))
		}
	}
	if !slices.Equal(changed, wantChanged) {
		t.Errorf("toward %v: changed %v, want %v", w.toward, changed, wantChanged)
	}
	w.told = want
}

func (w *watched) compare(t *testing.T, want []int) {
	t.Helper()
	for v := range want {
		cost, ok := w.Cost(vertex(v))
		if ok != (want[v] >= 0) || ok && int(cost) != want[v] {
			t.Errorf("toward %v %v: cost of %d is %d, %v, want %d", w.toward, w.aims, v, cost, ok, want[v])
		}
	}
}

func TestSearch(t *testing.T) {
	many(t, 3000, func(t *testing.T, r *rand.Rand) {
		p := dice(r, 9, 24)
		g := p.graph()
		goals, sources, stops := p.some(r, 3), p.some(r, 3), p.some(r, 2)
		stop := func(v vertex) bool { return slices.Contains(stops, v) }
		for _, w := range []*watched{
			{Search: g.Toward(goals...), toward: true, aims: goals, stop: none},
			{Search: g.From(nil, sources...), aims: sources, stop: none},
			{Search: g.From(stop, sources...), aims: sources, stop: stop},
		} {
			w.check(t, p, false)
			w.check(t, p, true)
		}
	})
}

// Searches that follow a graph say what a fresh look at it says, whatever changes, one change at a time or many.
func TestSearchFollows(t *testing.T) {
	changes := 0
	many(t, 300, func(t *testing.T, r *rand.Rand) {
		p := &plain{n: 3 + r.IntN(20)}
		g := p.graph()
		stop := func(v vertex) bool { return v%5 == 3 }
		var watch []*watched
		for i := range 4 {
			w := &watched{toward: i < 2, aims: p.some(r, 3), stop: none}
			switch i {
			case 0, 1:
				w.Search = g.Toward(w.aims...)
			case 2:
				w.Search = g.From(nil, w.aims...)
			case 3:
				w.stop = stop
				w.Search = g.From(stop, w.aims...)
			}
			watch = append(watch, w)
		}
		most := p.n * (1 + r.IntN(4))
		for range 120 {
			for range 1 + r.IntN(3)*r.IntN(4) {
				changes++
				change(r, p, g, watch, most)
			}
			for _, w := range watch {
				w.check(t, p, r.IntN(4) > 0)
			}
			if t.Failed() {
				return
			}
		}
		for i, w := range watch {
			w.Close()
			if i == 0 {
				g.Add(edge{From: 0, To: vertex(p.n - 1)})
				p.edges = append(p.edges, edge{From: 0, To: vertex(p.n - 1)})
				watch[1].check(t, p, true)
			}
		}
		if v, e := g.Len(); v != p.n || e != len(p.edges) {
			t.Errorf("%d vertices, %d edges, want %d, %d", v, e, p.n, len(p.edges))
		}
	})
	if changes < 10_000 {
		t.Errorf("only %d changes", changes)
	}
}

func change(r *rand.Rand, p *plain, g *digraph.Graph, watch []*watched, most int) {
	switch n := r.IntN(100); {
	case n < 6:
		w := watch[r.IntN(len(watch))]
		if w.aims = p.some(r, 3); r.IntN(8) == 0 {
			w.aims = nil
		}
		w.Aim(w.aims...)
	case n < 7:
		g.Vertex()
		p.n++
	case len(p.edges) > 0 && (len(p.edges) > most || n < 45):
		i := r.IntN(len(p.edges))
		g.Drop(p.edges[i])
		p.edges = slices.Delete(p.edges, i, i+1)
	default:
		e := p.edge(r)
		g.Add(e)
		p.edges = append(p.edges, e)
	}
}

// A vertex that retires is no goal any more, and its number is free of all that was said of it.
func TestRetire(t *testing.T) {
	g := digraph.New()
	a, b := g.Vertex(), g.Vertex()
	g.Add(edge{From: a, To: b, Cost: 2})
	s := g.Toward(b)
	s.Update()
	g.Drop(edge{From: a, To: b, Cost: 2})
	g.Retire(b)
	if n, _ := g.Len(); n != 1 {
		t.Errorf("%d vertices, want 1", n)
	}
	c := g.Vertex()
	if c != b {
		t.Errorf("the number %d is not used again, but %d", b, c)
	}
	g.Add(edge{From: a, To: c, Cost: 1})
	if got := s.Update(); len(got) != 2 {
		t.Errorf("changed: %v, want both", got)
	}
	for _, v := range []vertex{a, c} {
		if cost, ok := s.Cost(v); ok {
			t.Errorf("%d reaches a goal that retired, cost %d", v, cost)
		}
	}
	mustPanic(t, "an edge that is not there", func() { g.Drop(edge{From: a, To: c, Cost: 2}) })
	mustPanic(t, "a vertex with edges", func() { g.Retire(c) })
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}
