package digraph_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/analysis/attack/digraph"
)

func TestRoutes(t *testing.T) {
	total, around := 0, 0
	many(t, 5000, func(t *testing.T, r *rand.Rand) {
		p := dice(r, 8, 34)
		from, goals := p.any(r), p.some(r, 2)
		want := p.routes(from, goals)
		total += len(want)
		if len(want) > 3 {
			around++
		}
		g := p.graph()
		s := g.Toward(goals...)
		for _, got := range [][][]edge{
			slices.Collect(g.Routes(from, goals, byMeaning)),
			slices.Collect(s.Routes(from, byMeaning)),
		} {
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%v\nfrom %d to %v: %v\nwant %v", p.edges, from, goals, got, want)
			}
		}
		switch first := g.Route(from, s, byMeaning); {
		case len(want) == 0 && first != nil, len(want) > 0 && (first == nil || !slices.Equal(first, want[0])):
			t.Errorf("%v\nfrom %d to %v: %v first, want %v", p.edges, from, goals, first, want)
		}
	})
	if total < 10_000 || around < 1000 {
		t.Errorf("too little was tried: %d routes, %d graphs with some", total, around)
	}
}

// Only as many routes are looked for as are asked for: there are more than 2^60 here.
func TestRoutesWait(t *testing.T) {
	g := digraph.New()
	at := g.Vertex()
	from := at
	for range 60 {
		next := g.Vertex()
		g.Add(edge{From: at, To: next, Cost: 0, Tag: 1})
		g.Add(edge{From: at, To: next, Cost: 0, Tag: 2})
		g.Add(edge{From: next, To: at})
		at = next
	}
	var given [][]edge
	for route := range g.Routes(from, []vertex{at}, byMeaning) {
		if given = append(given, route); len(given) == 200 {
			break
		}
	}
	if !slices.IsSortedFunc(given, order) || len(slices.CompactFunc(given, slices.Equal)) != 200 {
		t.Error("the routes are not 200 different ones in order")
	}
}

// What is said does not rest on the order in which edges came, nor on edges that were there before.
func TestOrderOfEdges(t *testing.T) {
	many(t, 500, func(t *testing.T, r *rand.Rand) {
		p := dice(r, 8, 20)
		from, goals := p.any(r), p.some(r, 2)
		g := p.graph()
		q := &plain{n: p.n, edges: slices.Clone(p.edges)}
		r.Shuffle(len(q.edges), func(i, j int) { q.edges[i], q.edges[j] = q.edges[j], q.edges[i] })
		h := q.graph()
		others := dice(r, p.n, 20).edges
		for _, e := range others {
			h.Add(e)
		}
		for range 20 {
			if len(q.edges) > 0 {
				e := q.edges[r.IntN(len(q.edges))]
				h.Drop(e)
				h.Add(e)
			}
		}
		for _, e := range others {
			h.Drop(e)
		}
		price := func(v vertex) uint64 { return uint64(v % 3) }
		gotCut, gotOK := h.Cut([]vertex{from}, goals, price)
		wantCut, wantOK := g.Cut([]vertex{from}, goals, price)
		if !slices.Equal(gotCut, wantCut) || gotOK != wantOK {
			t.Errorf("cut %v, then %v", wantCut, gotCut)
		}
		got, want := slices.Collect(h.Routes(from, goals, byMeaning)), slices.Collect(g.Routes(from, goals, byMeaning))
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("routes %v, then %v", want, got)
		}
	})
}

func TestRouteBySources(t *testing.T) {
	g := digraph.New()
	v := g.Vertex()
	s := g.From(nil, v)
	mustPanic(t, "Route by a search from sources", func() { g.Route(v, s, byMeaning) })
	mustPanic(t, "Routes by a search from sources", func() { s.Routes(v, byMeaning) })
}
