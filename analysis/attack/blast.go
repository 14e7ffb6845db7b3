package attack

import (
	"cmp"
	"container/heap"
	"slices"
	"strconv"

	"canopy/analysis/attack/digraph"
	"canopy/analysis/escape"
	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/model"
)

// Blast says what somebody who holds a node can come to reach. Who holds a Namespace holds the workloads and accounts of it.
func (q *asker) Blast(from Node) (Blast, bool) {
	b := Blast{From: from, Unknown: q.unknown}
	starts, _ := q.starts(from)
	of, ok := q.start(from)
	if from.Type == Namespace {
		ok = ok || len(starts) > 0 || q.w.Cluster.Get(from.Ref) != nil
		for _, v := range starts {
			n, _ := q.a.keys[v].node()
			b.Begins = append(b.Begins, n)
		}
		b.Begins = sorted(b.Begins)
	}
	if !ok {
		return b, false
	}
	if from.Type != Namespace {
		starts = []digraph.Vertex{of}
		q.own(&b, of)
	}
	got := q.spread(starts)
	q.reached(&b, got, starts)
	q.escapesOf(&b, got)
	q.network(&b)
	q.goals(&b, starts)
	if v, ok := q.start(from); ok {
		b.Sources = q.sourcesOf(v)
	}
	if !b.Admin {
		b.Unknown = q.unseated(b.Unknown, got)
	}
	return b, true
}

// reached sorts what is reached into what it is.
func (q *asker) reached(b *Blast, got map[digraph.Vertex]spot, starts []digraph.Vertex) {
	list := make([]digraph.Vertex, 0, len(got))
	for v := range got {
		list = append(list, v)
	}
	slices.Sort(list)
	for _, v := range list {
		at := got[v]
		k := q.a.keys[v]
		begins := slices.Contains(starts, v)
		b.Admin = b.Admin || k.kind == admin && !begins
		n, ok := q.seen(k)
		if !ok || begins || n.ID == b.From.ID && n.Type != Namespace || b.From.Type == Machine && n.Subject == b.Identity && n.Type == Identity || !q.there(k) {
			continue
		}
		one := Reached{Node: n, Cost: int(at.cost), Hops: int(at.hops), Confidence: at.sure}
		switch k.kind {
		case identity:
			// That an account belongs to the group of all accounts says nothing.
			if !everybody(k.subject()) {
				b.Identities = append(b.Identities, one)
			}
		case workload, inside, stationed:
			if !slices.Contains(b.Begins, n) {
				b.Workloads = append(b.Workloads, one)
			}
		case machine:
			b.Nodes = append(b.Nodes, one)
		case secret:
			b.Secrets = append(b.Secrets, one)
		case secrets:
			if k.ref.Namespace != everywhere {
				b.Namespaces = append(b.Namespaces, one)
			}
		case cloud:
			b.Clouds = append(b.Clouds, one)
		}
	}
	for _, l := range [...]*[]Reached{&b.Identities, &b.Workloads, &b.Nodes, &b.Secrets, &b.Namespaces, &b.Clouds} {
		*l = once(*l)
	}
}

// everybody tells the groups that somebody is in by being somebody.
func everybody(s model.Subject) bool {
	_, accounts := namespaceOf(s)
	return accounts || s.Kind == model.GroupSubject && (s.Name == rbac.AllAccounts || s.Name == rbac.Authenticated || s.Name == rbac.Unauthenticated)
}

// there tells that what a vertex stands for was seen: Secrets that pods name and that may be missing are not.
func (q *asker) there(k key) bool {
	switch k.kind {
	case secret, machine:
		return q.w.Cluster.Get(k.ref) != nil
	}
	return true
}

// once keeps of one node seen twice the nearer, sorted by id.
func once(list []Reached) []Reached {
	slices.SortFunc(list, func(a, b Reached) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Cost, b.Cost)) })
	return slices.CompactFunc(list, func(a, b Reached) bool { return a.ID == b.ID })
}

// spot is how far away a vertex is.
type spot struct {
	v          digraph.Vertex
	cost, hops uint32
	sure       Confidence
}

func (s spot) less(o spot) bool {
	return cmp.Or(cmp.Compare(s.cost, o.cost), cmp.Compare(s.hops, o.hops), cmp.Compare(s.sure, o.sure), cmp.Compare(s.v, o.v)) < 0
}

// front is the vertices that are to be looked at, the nearest first.
type front []spot

func (f front) Len() int           { return len(f) }
func (f front) Less(i, j int) bool { return f[i].less(f[j]) }
func (f front) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *front) Push(x any)        { *f = append(*f, x.(spot)) }
func (f *front) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

// spread goes on from vertices to all that they lead to, but not on from the whole cluster: whoever holds that holds everything.
func (q *asker) spread(from []digraph.Vertex) map[digraph.Vertex]spot {
	done := map[digraph.Vertex]spot{}
	next := make(front, len(from))
	for i, v := range from {
		next[i].v = v
	}
	heap.Init(&next)
	for len(next) > 0 {
		at := heap.Pop(&next).(spot)
		if _, ok := done[at.v]; ok {
			continue
		}
		done[at.v] = at
		if q.a.keys[at.v].kind == admin && !slices.Contains(from, at.v) {
			continue
		}
		whole := q.a.keys[at.v].takes()
		for _, e := range q.a.graph.Out(at.v) {
			if whole && q.a.keys[e.To].kind != admin {
				continue
			}
			if _, ok := done[e.To]; ok {
				continue
			}
			to := spot{v: e.To, cost: at.cost + e.Cost, hops: at.hops, sure: max(at.sure, tag(e.Tag).confidence())}
			if t := tag(e.Tag); t.edge() >= 0 && q.a.edges[t.edge()].ID != "I-02" {
				to.hops++
			}
			heap.Push(&next, to)
		}
	}
	return done
}

// own says with which identity it begins, what that may do, and which of it leads to no node.
func (q *asker) own(b *Blast, start digraph.Vertex) {
	switch k := q.a.keys[start]; k.kind {
	case identity:
		b.Identity = k.subject()
	case machine:
		b.Identity = nodeUser(k.ref.Name)
	case workload:
		for _, e := range q.a.graph.Out(start) {
			if q.a.keys[e.To].kind != inside {
				continue
			}
			for _, t := range q.a.graph.Out(e.To) {
				if k := q.a.keys[t.To]; k.kind == token {
					b.Identity = model.Subject{Kind: model.AccountSubject, Namespace: k.ref.Namespace, Name: k.extra}
				}
			}
		}
	}
	if b.Identity.IsZero() {
		return
	}
	user := rbac.UserOf(b.Identity)
	b.Verbs = len(q.w.Access.Permissions(user, nil))
	who := []model.Subject{b.Identity}
	for _, g := range user.Groups {
		who = append(who, model.Subject{Kind: model.GroupSubject, Name: g})
	}
	for _, one := range who {
		for held := range q.w.Access.BindingsTo(one) {
			open, _ := q.w.Privilege.Openings(q.w.Access, held.Ref)
			for i := range open {
				o := &open[i]
				if o.Edge.Leads != "impact" && o.Edge.Leads != "listeners" || len(o.Who) > 0 && !slices.Contains(o.Who, one) {
					continue
				}
				h := Hop{Edge: o.Edge.ID, From: NodeOfSubject(b.Identity), To: impactNode(held.Ref), Confidence: doubted(o.Doubt), Reason: o.Reason, Cost: o.Edge.Cost}
				q.proveBinding(&h, key{kind: binding, ref: held.Ref}, identityOf(one))
				b.Impact = append(b.Impact, h)
			}
		}
	}
	slices.SortFunc(b.Impact, func(x, y Hop) int {
		return cmp.Or(cmp.Compare(x.Edge, y.Edge), x.Proof.Object.Compare(y.Proof.Object))
	})
}

// impactNode is where an edge counts that leads to no node of the graph.
func impactNode(binding model.Ref) Node {
	if binding.Namespace == "" {
		return Node{ID: "cluster", Type: Goal}
	}
	n, _ := NodeOf(model.KindByName("Namespace").Ref("", binding.Namespace))
	return n
}

// escapesOf lists the ways out of the pods that it holds to begin with, and of those that it gets to: of each workload all, by edge.
func (q *asker) escapesOf(b *Blast, got map[digraph.Vertex]spot) {
	seen := map[model.Ref]struct{}{}
	for v, at := range got {
		k := q.a.keys[v]
		if k.kind != workload && k.kind != stationed {
			continue
		}
		if _, ok := seen[k.ref]; ok {
			continue
		}
		seen[k.ref] = struct{}{}
		n, _ := k.node()
		q.shaped(k.ref, func(s *shape, object model.Ref) bool {
			for i := range s.escapes {
				e := &s.escapes[i]
				if e.Kind == escape.Enabler {
					continue
				}
				h := Hop{Edge: e.Edge, From: n, To: AnyNode, Cost: int(at.cost)}
				if q.supplied(k.ref) != byKubelet {
					h.Cut = model.Cut{Object: k.ref, Edit: cutEscapes}
				}
				h.Confidence, h.Reason = confidenceOf(e)
				h.Proof = Proof{Object: k.ref, Subject: -1}
				if i, ok := q.a.byID[e.Edge]; ok {
					h.Proof.Summary = q.a.edges[i].Title
				}
				for _, line := range e.Evidence {
					line.Object, line.Path = object, within(object, line.Path)
					h.Proof.Evidence = append(h.Proof.Evidence, line)
				}
				b.Escapes = append(b.Escapes, h)
			}
			return len(s.escapes) > 0
		})
	}
	slices.SortFunc(b.Escapes, func(x, y Hop) int {
		return cmp.Or(cmp.Compare(x.From.ID, y.From.ID), cmp.Compare(x.Edge, y.Edge))
	})
}

// network lists the workloads to which policies let the pods of a workload talk.
func (q *asker) network(b *Blast) {
	if b.From.Type != Workload {
		return
	}
	have := map[string]struct{}{b.From.ID: {}}
	for _, r := range b.Workloads {
		have[r.ID] = struct{}{}
	}
	for e := range q.w.Network.Entries(q.w.Cluster, network.Question{Level: network.Workloads, From: network.End{Ref: b.From.Ref}}) {
		if e.Dst.Ref.IsZero() || e.Verdict == network.Deny {
			continue
		}
		n, ok := NodeOf(e.Dst.Ref)
		if _, known := have[n.ID]; !ok || known {
			continue
		}
		have[n.ID] = struct{}{}
		b.Network = append(b.Network, Reached{Node: n, Hops: 1, Confidence: MissingData})
	}
	b.Network = once(b.Network)
}

// goals lists the cheapest path to each of the goals that matter to everybody, and to the crown jewels.
func (q *asker) goals(b *Blast, starts []digraph.Vertex) {
	list := []Node{ClusterAdmin, ControlPlane, AnyNode, AnySecrets}
	for _, j := range q.a.standing.jewels {
		if n, ok := q.Find(j.name); ok {
			list = append(list, n)
		}
	}
	for _, to := range list {
		v, ok := q.toward(to, false)
		if !ok {
			continue
		}
		if start, ok := q.nearest(v, starts); ok {
			if p := q.path(v.Route(start, v.search, q.compare), to); len(p.Hops) > 0 {
				b.Goals = append(b.Goals, p)
			}
		}
		v.close()
	}
	b.Paths = len(b.Goals)
}

// nearest gives the source from which it costs the least to get to a goal; false where none gets there, or one is the goal.
func (q *asker) nearest(v view, starts []digraph.Vertex) (best digraph.Vertex, ok bool) {
	least := uint32(0)
	for _, start := range starts {
		cost, leads := v.search.Cost(start)
		switch {
		case !leads:
			continue
		case slices.Contains(v.goals, start):
			return start, false
		case !ok || cost < least || cost == least && q.compareVertices(start, best) < 0:
			best, least, ok = start, cost, true
		}
	}
	return best, ok
}

// unseated adds to what was not seen that it is not known what runs on nodes that are reached.
func (q *asker) unseated(unknown string, got map[digraph.Vertex]spot) string {
	n := len(q.a.wanted[want{pods, nowhere}])
	if n == 0 {
		return unknown
	}
	for v := range got {
		switch q.a.keys[v].kind {
		case machine, held, anyNode:
			text := strconv.Itoa(n) + " workloads have no pod that was seen on a node, so what runs on nodes is not known"
			if n == 1 {
				text = "1 workload has no pod that was seen on a node, so what runs on nodes is not known"
			}
			if unknown != "" {
				text = unknown + "; " + text
			}
			return text
		}
	}
	return unknown
}

// sourcesOf counts the default sources that lead to a vertex, but for itself.
func (q *asker) sourcesOf(v digraph.Vertex) int {
	goals := []digraph.Vertex{v}
	if k := q.a.keys[v]; k.kind == workload {
		if in, ok := q.a.find(key{kind: inside, ref: k.ref}); ok {
			goals = append(goals, in)
		}
	}
	s := q.a.graph.Toward(goals...)
	defer s.Close()
	n := 0
	for o := range q.a.origins {
		if _, ok := s.Cost(o); ok && o != v {
			n++
		}
	}
	return n
}
