package attack

import (
	"slices"

	"canopy/analysis/attack/digraph"
	"canopy/model"
)

// least tells of each edit of a cut how many paths have ended with it and those before. It goes from the end: with all of them nobody gets
// on, and each that is taken back lets some through again, so that every vertex is looked at once.
func (q *asker) least(v view, cut, starts []digraph.Vertex, outside bool) []model.Cut {
	r := &refill{q: q, v: v, outside: outside, gone: map[digraph.Vertex]bool{}, reached: map[digraph.Vertex]bool{}, starts: map[digraph.Vertex]bool{}}
	for _, x := range cut {
		r.gone[x] = true
	}
	for _, s := range starts {
		r.starts[s] = false
	}
	for _, g := range v.goals {
		r.reach(g)
	}
	removes := make([]int, len(cut))
	for i, x := range slices.Backward(cut) {
		removes[i] = len(starts) - r.count
		delete(r.gone, x)
		if slices.ContainsFunc(v.Out(x), func(e digraph.Edge) bool { return r.reached[e.To] }) {
			r.reach(x)
		}
		for _, e := range v.Out(x) {
			r.look(e.To)
		}
	}
	return q.edits(cut, removes)
}

// edits gives the edits that take vertices away; of those that one edit takes away together the last counts.
func (q *asker) edits(cut []digraph.Vertex, removes []int) []model.Cut {
	at := map[model.Cut]int{}
	var list []model.Cut
	for i, x := range cut {
		c, _ := q.edit(x)
		c.Removes = 0
		n, ok := at[c]
		if !ok {
			n = len(list)
			at[c], list = n, append(list, c)
			list[n].Cost = int(q.price(x))
		}
		list[n].Removes = removes[i]
	}
	return list
}

// refill finds the sources that get on while more and more vertices come back.
type refill struct {
	q             *asker
	v             view
	outside       bool
	gone, reached map[digraph.Vertex]bool
	// starts says of each source whether it gets on, count how many do.
	starts map[digraph.Vertex]bool
	count  int
}

// reach goes back from a vertex that leads to a goal to all that lead to it.
func (r *refill) reach(from digraph.Vertex) {
	if r.gone[from] || r.reached[from] {
		return
	}
	r.reached[from] = true
	stack := []digraph.Vertex{from}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r.look(v)
		for _, e := range r.v.In(v) {
			if !r.gone[e.From] && !r.reached[e.From] {
				r.reached[e.From] = true
				stack = append(stack, e.From)
			}
		}
	}
}

// look counts a source that gets on, once. One that begins on the internet needs a way in too.
func (r *refill) look(v digraph.Vertex) {
	on, is := r.starts[v]
	if !is || on || !r.reached[v] {
		return
	}
	if r.outside && !r.q.enters(v, func(x digraph.Vertex) bool { return r.gone[x] }) {
		return
	}
	r.starts[v] = true
	r.count++
}

// enters tells whether somebody outside gets to where a path begins while some vertices are gone.
func (q *asker) enters(start digraph.Vertex, gone func(digraph.Vertex) bool) bool {
	if k := q.a.keys[start]; k.kind == identity {
		return stranger(k.subject())
	}
	return slices.ContainsFunc(q.a.graph.In(start), func(e digraph.Edge) bool { return q.a.keys[e.From].kind == way && !gone(e.From) })
}

// few is up to how many edits it is looked whether each is needed: one edit may take away more than the vertex for which it was chosen.
const few = 40

// prune leaves edits out that are not needed, since another of the cut takes away what they would.
func (q *asker) prune(v view, cut, starts []digraph.Vertex, outside bool) []digraph.Vertex {
	if len(cut) < 2 || len(cut) > few {
		return cut
	}
	kept := slices.Clone(cut)
	for i := len(kept) - 1; i >= 0 && len(kept) > 1; i-- {
		chosen := map[model.Cut]bool{}
		for j, x := range kept {
			if j != i {
				c, _ := q.edit(x)
				chosen[c] = true
			}
		}
		gone := func(x digraph.Vertex) bool {
			c, ok := q.edit(x)
			return ok && chosen[c]
		}
		left := v.Without(starts, v.goals, gone)
		if outside {
			left = slices.DeleteFunc(left, func(s digraph.Vertex) bool { return !q.enters(s, gone) })
		}
		if len(left) == 0 {
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return kept
}
