package attack

import (
	"cmp"
	"slices"

	"canopy/analysis/attack/digraph"
	"canopy/model"
)

// published cuts are so many.
const publishedCuts = 10

// Attack sums up the paths for a report. Missing says what was not read, "" for nothing; it gives the same again while nothing has changed.
func (a *Analyser) Attack(w *World, missing string) *model.Attack {
	if last := a.last; last != nil && !a.standing.stale && last.Missing == missing {
		return last
	}
	a.standing.stale = false
	q := a.asker(w, missing)
	now := &model.Attack{Known: missing == "", Missing: missing, Sources: len(a.origins), Paths: len(a.standing.cluster.leading), Standings: a.standing.shelf.publish()}
	starts := make([]digraph.Vertex, 0, len(a.standing.cluster.leading))
	var open []digraph.Vertex
	for v := range a.standing.cluster.leading {
		starts = append(starts, v)
		if q.exposed(v) {
			open = append(open, v)
		}
	}
	now.Internet = len(open)
	for _, j := range a.standing.jewels {
		if len(j.leading) > 0 {
			now.Jewels = append(now.Jewels, model.Jewel{Name: j.name, Sources: len(j.leading)})
		}
	}
	if len(starts) > 0 {
		slices.Sort(starts)
		v, _ := q.toward(ClusterAdmin, false)
		answer := Answer{Cuts: q.rank(v.Only(starts, v.goals), ranked)}
		q.weighRoles(&answer, v, starts)
		slices.SortStableFunc(answer.Cuts, func(x, y model.Cut) int { return worthwhile(&y) - worthwhile(&x) })
		now.Cuts = answer.Cuts[:min(len(answer.Cuts), publishedCuts)]
		now.Headline = q.headline(v, starts, open, now.Cuts)
	}
	a.last = now
	return now
}

// ranked is how many edits are weighed against each other for a report: those that end the most.
const ranked = 100

// looked is how many of the cheapest paths are looked at for one that the best cut ends.
const looked = 50

// headline names the nodes of the cheapest path that the best cut ends, of those from the internet, where there is one, else of all.
func (q *asker) headline(v view, starts, open []digraph.Vertex, cuts []model.Cut) []string {
	var first []string
	for _, from := range [...][]digraph.Vertex{open, starts} {
		for _, start := range q.cheapest(v, from) {
			route := v.Route(start, v.search, q.compare)
			if q.exposed(start) {
				route = append(q.entry(start), route...)
			}
			ended := len(cuts) == 0 || slices.ContainsFunc(route, func(e digraph.Edge) bool {
				c, ok := q.edit(e.To)
				return ok && c.Object == cuts[0].Object && c.Edit == cuts[0].Edit
			})
			if !ended && first != nil {
				continue
			}
			p := q.path(route, ClusterAdmin)
			names := []string{p.From.ID}
			for i := range p.Hops {
				names = append(names, p.Hops[i].To.ID)
			}
			if ended {
				return names
			}
			first = names
		}
	}
	return first
}

// cheapest gives those of the sources whose paths cost the least, in order; there may be thousands.
func (q *asker) cheapest(v view, from []digraph.Vertex) []digraph.Vertex {
	type one struct {
		start digraph.Vertex
		cost  uint32
	}
	compare := func(a, b one) int { return cmp.Or(cmp.Compare(a.cost, b.cost), q.compareVertices(a.start, b.start)) }
	best := make([]one, 0, looked+1)
	for _, start := range from {
		it := one{start, q.wholeCost(v, start)}
		if len(best) == looked && compare(it, best[looked-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, it, compare)
		best = slices.Insert(best, at, it)
		best = best[:min(len(best), looked)]
	}
	list := make([]digraph.Vertex, len(best))
	for i := range best {
		list[i] = best[i].start
	}
	return list
}

// wholeCost is what a path costs, the way in included where there is one.
func (q *asker) wholeCost(v view, start digraph.Vertex) uint32 {
	cost, _ := v.search.Cost(start)
	for _, e := range q.entry(start) {
		cost += e.Cost
	}
	return cost
}

// Turned gives the sources that came to lead to the cluster since the last call, and those that no longer do, sorted, and forgets them.
func (a *Analyser) Turned() (opened, closed []Node) {
	for n, by := range a.standing.turned {
		if by > 0 {
			opened = append(opened, n)
		} else {
			closed = append(closed, n)
		}
	}
	clear(a.standing.turned)
	return sorted(opened), sorted(closed)
}
