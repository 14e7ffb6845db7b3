package attack

import (
	"slices"
	"strings"

	"canopy/analysis/attack/digraph"
)

// lookedThrough is how many routes are looked through for each that is asked for: those that differ in nothing that people see are left out.
const lookedThrough = 200

// Routes lists routes of one pair that differ by their nodes or by what has to be edited to end them: several permissions of one binding that
// give the same are one way. Where many routes in a row are alike it gives up, and tells that there may be others.
func (q *asker) Routes(from, to Node, k int, lateral bool) (routes []Path, more bool) {
	if lateral {
		q = q.lateral()
	}
	v, ok := q.toward(to, lateral)
	if !ok {
		return nil, false
	}
	defer v.close()
	start, ok := q.start(from)
	if !ok {
		return nil, false
	}
	seen := map[string]struct{}{}
	left := lookedThrough * (k + 1)
	for route := range v.search.RoutesBut(start, q.needless(to), q.compare) {
		if left--; left < 0 {
			return routes, true
		}
		p := q.path(route, to)
		name := alike(&p)
		if _, ok := seen[name]; ok || len(p.Hops) == 0 {
			continue
		}
		if len(routes) == k {
			return routes, true
		}
		seen[name] = struct{}{}
		routes = append(routes, p)
	}
	return routes, false
}

// needless tells the lines by which no route need go: beside the cheapest of a binding to the same end, and, where all of the cluster is the
// goal, on from a binding that gives it to anything else.
func (q *asker) needless(to Node) func(*digraph.Edge) bool {
	whole := to.ID == ClusterAdmin.ID
	return func(e *digraph.Edge) bool {
		k := q.a.keys[e.From]
		if k.kind != binding && k.kind != joint {
			return false
		}
		if whole && k.takes() && q.a.keys[e.To].kind != admin {
			// The next of several bindings that it takes together is on the way.
			return q.a.keys[e.To].kind != joint
		}
		return slices.ContainsFunc(q.a.graph.Out(e.From), func(o digraph.Edge) bool {
			return o.To == e.To && (o.Cost < e.Cost || o.Cost == e.Cost && q.compare(o, *e) < 0)
		})
	}
}

// alike names what people see of a path: its nodes, and what ends its hops.
func alike(p *Path) string {
	var s strings.Builder
	for i := range p.Hops {
		h := &p.Hops[i]
		s.WriteString(h.To.ID + " by " + h.Proof.Object.String() + " " + h.Cut.Object.String() + " " + h.Cut.Edit + "\n")
	}
	return s.String()
}
