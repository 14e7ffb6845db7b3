package attack

import (
	"cmp"
	"slices"

	"canopy/analysis/attack/digraph"
	"canopy/analysis/rbac"
	"canopy/model"
)

// asker answers questions about the graph as it is.
type asker struct {
	a *Analyser
	w *World
	// unknown says what was not read.
	unknown string
	// prices are those of bindings that were worked out.
	prices map[model.Ref]uint64
	// supplies are who keeps the pods of owners, as far as that was looked up.
	supplies map[model.Ref]supply
	// wide asks about the graph with hops by the network, once somebody has asked for them.
	wide *asker
}

// Asker answers questions about the graph as it is, for as long as nothing changes. Missing says what was not read, so that there may be more
// paths.
func (a *Analyser) Asker(w *World, missing string) Asker { return a.asker(w, missing) }

func (a *Analyser) asker(w *World, missing string) *asker {
	return &asker{a: a, w: w, unknown: missing}
}

// view is the graph that a question is about: with hops by the network or without.
type view struct {
	*digraph.Graph
	goals  []digraph.Vertex
	search *digraph.Search
	// close lets go of what was made for the question.
	close func()
}

// toward gives the graph with a search for the ways to a goal. The search that is kept is of the graph without hops by the network.
func (q *asker) toward(to Node, lateral bool) (view, bool) {
	k, ok := to.key()
	if !ok {
		return view{}, false
	}
	goal, ok := q.a.find(k)
	if !ok {
		return view{}, false
	}
	v := view{Graph: q.a.graph, goals: []digraph.Vertex{goal}}
	if k.kind == workload {
		// To be inside of its pods is to hold it too.
		if in, ok := q.a.find(key{kind: inside, ref: k.ref}); ok {
			v.goals = append(v.goals, in)
		}
	}
	if search := q.kept(k, &v); search != nil && !lateral {
		v.search, v.close = search, func() {}
		return v, true
	}
	v.search = v.Toward(v.goals...)
	v.close = v.search.Close
	return v, true
}

// kept gives the search that stands for a goal that is asked for again and again; nil for others.
func (q *asker) kept(to key, v *view) *digraph.Search {
	s := &q.a.standing
	switch to.kind {
	case admin:
		return s.cluster.search
	case anySecrets:
		return s.secrets
	case anyNode:
		// Who leads to all of them has no need to choose.
		if every, ok := q.a.find(all(machines, everywhere)); ok {
			v.goals = append(v.goals, every)
		}
		return s.node
	}
	return nil
}

// starts gives the vertices where the paths of a question begin, and whether each begins on the internet.
func (q *asker) starts(from Node) (list []digraph.Vertex, outside bool) {
	switch {
	case from == Node{}:
		for v := range q.a.origins {
			list = append(list, v)
		}
	case from.ID == Internet.ID:
		for v := range q.a.origins {
			if q.exposed(v) {
				list = append(list, v)
			}
		}
		outside = true
	case from.Type == Namespace:
		for v := range q.a.origins {
			if k := q.a.keys[v]; k.kind == workload && k.ref.Namespace == from.Ref.Name {
				list = append(list, v)
			}
		}
		list = append(list, q.idle(from.Ref.Name)...)
	default:
		if k, ok := from.key(); ok {
			if v, ok := q.a.find(k); ok {
				list = append(list, v)
			}
		}
	}
	slices.Sort(list)
	return list, outside
}

// idle gives the accounts of a namespace that no workload of it has the token of, but for those that Kubernetes makes for itself: whoever
// holds the namespace becomes them too.
func (q *asker) idle(namespace string) []digraph.Vertex {
	every, ok := q.a.find(all(accounts, namespace))
	if !ok {
		return nil
	}
	var list []digraph.Vertex
	for _, e := range q.a.graph.Out(every) {
		if who := q.a.keys[e.To].subject(); who.Name != defaultAccount && q.w.Privilege.Own(who) {
			continue
		}
		if !slices.ContainsFunc(q.a.graph.In(e.To), func(in digraph.Edge) bool { return q.a.keys[in.From].kind == token }) {
			list = append(list, e.To)
		}
	}
	return list
}

// exposed tells what somebody outside gets to directly: a workload that a way leads to, and who shows no credentials, where that is a source.
func (q *asker) exposed(v digraph.Vertex) bool {
	switch k := q.a.keys[v]; k.kind {
	case workload:
		return slices.ContainsFunc(q.a.graph.In(v), func(e digraph.Edge) bool { return q.a.keys[e.From].kind == way })
	case identity:
		return stranger(k.subject())
	}
	return false
}

// stranger tells who shows no credentials.
func stranger(s model.Subject) bool {
	return s == anonymous || s.Kind == model.GroupSubject && s.Name == rbac.Unauthenticated
}

// Paths lists paths and what ends them.
func (q *asker) Paths(of Question) Answer {
	answer := Answer{Unknown: q.unknown}
	to := of.To
	if to == (Node{}) {
		to = ClusterAdmin
	}
	if of.Lateral {
		q = q.lateral()
	}
	v, ok := q.toward(to, of.Lateral)
	if !ok {
		return answer
	}
	defer v.close()
	starts, outside := q.starts(of.From)
	starts = slices.DeleteFunc(starts, func(s digraph.Vertex) bool {
		_, ok := v.search.Cost(s)
		return !ok || slices.Contains(v.goals, s)
	})
	costs := make(map[digraph.Vertex]uint32, len(starts))
	for _, s := range starts {
		if costs[s], _ = v.search.Cost(s); outside {
			costs[s] = q.wholeCost(v, s)
		}
	}
	slices.SortFunc(starts, func(x, y digraph.Vertex) int {
		return cmp.Or(cmp.Compare(costs[x], costs[y]), q.compareVertices(x, y))
	})
	shown := starts
	if of.Limit > 0 && len(starts) > of.Limit {
		shown, answer.More = starts[:of.Limit], len(starts)-of.Limit
	}
	for _, s := range starts {
		if q.exposed(s) {
			answer.Internet++
		}
	}
	for _, s := range shown {
		route := v.Route(s, v.search, q.compare)
		if outside {
			route = append(q.entry(s), route...)
		}
		answer.Paths = append(answer.Paths, q.path(route, to))
	}
	if len(starts) > 0 && !of.Plain {
		q.cuts(&answer, v, starts, outside)
	}
	if one, ok := q.start(of.From); ok && len(starts) == 0 && !outside {
		// Of one source it is said that there is no path: then it has to be known what runs on the nodes that it gets to.
		answer.Unknown = q.unseated(answer.Unknown, q.spread([]digraph.Vertex{one}))
	}
	return answer
}

// entry gives the lines by which somebody outside gets to where a path begins: the cheapest, by the object that leads in.
func (q *asker) entry(at digraph.Vertex) []digraph.Edge {
	net, _ := q.a.find(key{kind: internet})
	var best []digraph.Edge
	for _, e := range q.a.graph.In(at) {
		switch k := q.a.keys[e.From]; {
		case k.kind == internet:
			return []digraph.Edge{e}
		case k.kind == identity && stranger(k.subject()):
			return append(q.entry(e.From), e)
		case k.kind != way:
		case best == nil || e.Cost < best[1].Cost || e.Cost == best[1].Cost && q.compareVertices(e.From, best[1].From) < 0:
			best = []digraph.Edge{{From: net, To: e.From}, e}
		}
	}
	return best
}

// cuts ranks single edits by how many of the paths they end, and finds a set of them that ends all.
func (q *asker) cuts(answer *Answer, v view, starts []digraph.Vertex, outside bool) {
	removes := v.Only(starts, v.goals)
	if outside {
		q.only(removes, starts)
	}
	answer.Cuts = q.rank(removes, len(removes))
	q.weighRoles(answer, v, starts)
	sources := starts
	if outside {
		net, _ := q.a.find(key{kind: internet})
		sources = []digraph.Vertex{net}
	}
	cut, ok := v.Cut(sources, v.goals, q.price)
	if !ok {
		answer.Uncuttable = "a path goes by nothing that an edit of one binding, workload or way in could take away"
		return
	}
	// The edit that ends the most comes first.
	slices.SortFunc(cut, func(x, y digraph.Vertex) int {
		return cmp.Or(cmp.Compare(removes[y], removes[x]), q.compareVertices(x, y))
	})
	answer.Least = q.least(v, q.prune(v, cut, starts, outside), starts, outside)
}

// only counts the ways in by which alone somebody outside gets to a source.
func (q *asker) only(removes map[digraph.Vertex]int, starts []digraph.Vertex) {
	for _, s := range starts {
		var ways []digraph.Vertex
		for _, e := range q.a.graph.In(s) {
			if q.a.keys[e.From].kind == way && !slices.Contains(ways, e.From) {
				ways = append(ways, e.From)
			}
		}
		if len(ways) == 1 {
			removes[ways[0]]++
		}
	}
}

// edit gives the edit that takes a vertex away; false where there is none.
func (q *asker) edit(v digraph.Vertex) (model.Cut, bool) {
	k := q.a.keys[v]
	c := model.Cut{Object: k.ref}
	switch k.kind {
	case binding, joint:
		c.Edit = cutBinding
	case token:
		c.Edit = cutToken
	case escapes:
		c.Edit = cutEscapes
	case way:
		c.Edit = cutWay
	case lax:
		c.Object, c.Edit = model.KindByName("Namespace").Ref("", k.ref.Namespace), cutLevel
	default:
		return c, false
	}
	return c, k.kind != escapes && k.kind != way || q.supplied(k.ref) != byKubelet
}

// rank lists edits by what they end, up to a number of them: the most first, then the cheapest. An edit that takes several vertices away ends what each of them
// ends, and perhaps more.
func (q *asker) rank(removes map[digraph.Vertex]int, limit int) []model.Cut {
	at := map[model.Cut]int{}
	var list []model.Cut
	var of []digraph.Vertex
	for v, n := range removes {
		which, ok := q.edit(v)
		if !ok {
			continue
		}
		i, ok := at[which]
		if !ok {
			i = len(list)
			at[which], list, of = i, append(list, which), append(of, v)
		}
		list[i].Removes += n
		of[i] = min(of[i], v)
	}
	for i := range list {
		// Where it stands, until the best are known: what many edits end is not worth a look at each.
		list[i].Cost = int(of[i])
	}
	slices.SortFunc(list, func(a, b model.Cut) int {
		return cmp.Or(cmp.Compare(b.Removes, a.Removes), a.Object.Compare(b.Object), cmp.Compare(a.Edit, b.Edit))
	})
	list = list[:min(len(list), limit)]
	for i := range list {
		list[i].Cost = int(q.price(digraph.Vertex(list[i].Cost)))
	}
	sortCuts(list)
	return list
}

func sortCuts(list []model.Cut) {
	slices.SortFunc(list, func(a, b model.Cut) int {
		return cmp.Or(cmp.Compare(b.Removes, a.Removes), cmp.Compare(a.Cost, b.Cost), a.Object.Compare(b.Object), cmp.Compare(a.Edit, b.Edit))
	})
}

// weighed is how many roles are looked at for what taking their rules out would end.
const weighed = 5

// weighRoles adds the roles of the best bindings, where their rules end more than one binding does. That is worked out exactly.
func (q *asker) weighRoles(answer *Answer, v view, starts []digraph.Vertex) {
	best := map[model.Ref]int{}
	var roles []model.Ref
	for i := range answer.Cuts {
		c := &answer.Cuts[i]
		b, ok := q.w.Access.Binding(c.Object)
		if c.Edit != cutBinding || !ok {
			continue
		}
		if _, seen := best[b.Role]; !seen {
			if len(roles) == weighed {
				continue
			}
			roles = append(roles, b.Role)
		}
		best[b.Role] = max(best[b.Role], c.Removes)
	}
	for _, r := range roles {
		left := v.Without(starts, v.goals, func(x digraph.Vertex) bool {
			k := q.a.keys[x]
			if k.kind != binding && k.kind != joint {
				return false
			}
			b, ok := q.w.Access.Binding(k.ref)
			return ok && b.Role == r
		})
		if n := len(starts) - len(left); n > best[r] {
			answer.Cuts = append(answer.Cuts, model.Cut{Object: r, Edit: cutRole, Removes: n})
		}
	}
	sortCuts(answer.Cuts)
}

// start gives the vertex of a node where a route begins.
func (q *asker) start(from Node) (digraph.Vertex, bool) {
	k, ok := from.key()
	if !ok {
		return 0, false
	}
	return q.a.find(k)
}
