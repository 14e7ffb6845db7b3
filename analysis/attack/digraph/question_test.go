package digraph_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestOnly(t *testing.T) {
	many(t, 6000, func(t *testing.T, r *rand.Rand) {
		p := dice(r, 9, 20)
		sources, goals := p.some(r, 5), p.some(r, 2)
		want := map[vertex]int{}
		for v := range vertex(p.n) {
			if slices.Contains(goals, v) {
				continue
			}
			for s := range vertex(p.n) {
				if slices.Contains(sources, s) && p.reaches(s, goals, none) && !p.reaches(s, goals, func(w vertex) bool { return w == v }) {
					want[v]++
				}
			}
		}
		if got := p.graph().Only(sources, goals); !maps.Equal(got, want) {
			t.Errorf("%v\nfrom %v to %v: %v, want %v", p.edges, sources, goals, got, want)
		}
	})
}

func TestWithout(t *testing.T) {
	many(t, 3000, func(t *testing.T, r *rand.Rand) {
		p := dice(r, 9, 20)
		sources, goals, without := p.some(r, 5), p.some(r, 2), p.some(r, 3)
		gone := func(v vertex) bool { return slices.Contains(without, v) }
		var want []vertex
		for _, s := range sources {
			if !slices.Contains(want, s) && p.reaches(s, goals, gone) {
				want = append(want, s)
			}
		}
		if got := p.graph().Without(sources, goals, gone); !slices.Equal(got, want) {
			t.Errorf("%v\nfrom %v to %v without %v: %v, want %v", p.edges, sources, goals, without, got, want)
		}
	})
}

// All sets are tried. Of the cheapest, the cut is the one after which the fewest vertices reach the goals, which are then a part of
// those that do after any other.
func TestCut(t *testing.T) {
	many(t, 4000, func(t *testing.T, r *rand.Rand) {
		p := dice(r, 8, 18)
		sources, goals := p.some(r, 3), p.some(r, 2)
		prices := make([]uint64, p.n)
		for v := range prices {
			if r.IntN(3) > 0 {
				prices[v] = 1 + r.Uint64N(3)
			}
		}
		least := ^uint64(0)
		var cheapest []int
		for cut := range 1 << p.n {
			gone := func(v vertex) bool { return cut>>v&1 > 0 }
			if slices.ContainsFunc(sources, func(s vertex) bool { return p.reaches(s, goals, gone) }) {
				continue
			}
			sum, fixed := uint64(0), false
			for v, price := range prices {
				if gone(vertex(v)) {
					sum, fixed = sum+price, fixed || price == 0
				}
			}
			if fixed || sum > least {
				continue
			}
			if sum < least {
				least, cheapest = sum, nil
			}
			cheapest = append(cheapest, cut)
		}
		got, ok := p.graph().Cut(sources, goals, func(v vertex) uint64 { return prices[v] })
		if ok != (cheapest != nil) {
			t.Fatalf("%v\nfrom %v to %v, prices %v: %v, want %v", p.edges, sources, goals, prices, ok, cheapest)
		}
		if !ok {
			return
		}
		cut := 0
		for _, v := range got {
			cut |= 1 << v
		}
		if !slices.Contains(cheapest, cut) || !slices.IsSorted(got) {
			t.Errorf("%v\nfrom %v to %v, prices %v: %v, want one of %b", p.edges, sources, goals, prices, got, cheapest)
		}
		for _, other := range cheapest {
			for v := range vertex(p.n) {
				if p.reaches(v, goals, func(v vertex) bool { return cut>>v&1 > 0 }) && !p.reaches(v, goals, func(v vertex) bool { return other>>v&1 > 0 }) {
					t.Errorf("%v\nfrom %v to %v, prices %v: %v is not as near the goals as %b", p.edges, sources, goals, prices, got, other)
				}
			}
		}
	})
}
