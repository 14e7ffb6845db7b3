package attack

import (
	"cmp"
	"strings"

	"canopy/analysis/attack/digraph"
	"canopy/model"
)

// compare orders lines by what they mean, so that of equal routes always the same is told: by where they lead, then by edge.
func (q *asker) compare(x, y digraph.Edge) int {
	if x.To != y.To {
		if n := q.compareVertices(x.To, y.To); n != 0 {
			return n
		}
	}
	a, b := tag(x.Tag), tag(y.Tag)
	return cmp.Or(cmp.Compare(a.edge(), b.edge()), cmp.Compare(a.confidence(), b.confidence()), cmp.Compare(q.a.reasons[a.reason()], q.a.reasons[b.reason()]))
}

func (q *asker) compareVertices(x, y digraph.Vertex) int {
	a, b := q.a.keys[x], q.a.keys[y]
	if m, ok := a.node(); ok {
		if n, ok := b.node(); ok && m.ID != n.ID {
			return cmp.Compare(m.ID, n.ID)
		}
	}
	return compareKeys(a, b)
}

// path makes what people see of a route. It is empty where a route has no hop.
func (q *asker) path(route []digraph.Edge, to Node) Path {
	p := Path{To: to}
	if len(route) == 0 {
		return p
	}
	start := route[0].From
	p.From, _ = q.a.keys[start].node()
	from := 0
	for i := range route {
		p.Cost += int(route[i].Cost)
		if !q.ends(route, i) {
			continue
		}
		if h, ok := q.hop(route[from : i+1]); ok {
			p.Hops = append(p.Hops, h)
			p.Confidence = max(p.Confidence, h.Confidence)
		}
		from = i + 1
	}
	if len(p.Hops) > 0 {
		p.Hops[0].From = p.From
	}
	p.Risk = q.risk(&p)
	return p
}

// ends tells whether a hop ends with line i of a route: at a node that people see. A group through which somebody goes is none, nor is the
// inside of pods that somebody had from outside.
func (q *asker) ends(route []digraph.Edge, i int) bool {
	if i == len(route)-1 {
		return true
	}
	k := q.a.keys[route[i].To]
	switch k.kind {
	case identity:
		// What a group gives is told of who belongs to it.
		next := q.a.keys[route[i+1].To].kind
		return k.ref.Kind != string(model.GroupSubject) || next != binding && next != joint && next != identity && next != admin
	case inside:
		return q.a.keys[route[i].From].kind == held
	case anyNode, anyPlane, anySecrets, worth:
		return false
	}
	_, ok := k.node()
	return ok
}

// hop makes a hop of the lines that it goes by; false where they are one node seen twice.
func (q *asker) hop(lines []digraph.Edge) (Hop, bool) {
	first, last := q.a.keys[lines[0].From], q.a.keys[lines[len(lines)-1].To]
	h := Hop{}
	h.From, _ = first.node()
	h.To, _ = q.seen(last)
	if h.From.ID == h.To.ID {
		return h, false
	}
	// The line that means most is the first that means something: that somebody belongs to a group is how he comes by it, and that a pod runs
	// on a node is why he has its token there.
	main := -1
	for i := range lines {
		t := tag(lines[i].Tag)
		h.Cost += int(lines[i].Cost)
		if c := t.confidence(); c > h.Confidence {
			h.Confidence, h.Reason = c, q.a.reasons[t.reason()]
		}
		if t.edge() < 0 {
			continue
		}
		if main < 0 || q.a.edges[tag(lines[main].Tag).edge()].ID == "I-02" {
			main = i
		}
	}
	if main < 0 {
		return h, false
	}
	h.Edge = q.a.edges[tag(lines[main].Tag).edge()].ID
	q.prove(&h, lines)
	return h, true
}

// seen gives the node that a hop leads to, also where it ends at what stands for many.
func (q *asker) seen(k key) (Node, bool) {
	if n, ok := k.node(); ok {
		return n, true
	}
	switch k.kind {
	case secrets:
		if k.ref.Namespace == everywhere {
			return AnySecrets, true
		}
		return NodeOf(model.KindByName("Namespace").Ref("", k.ref.Namespace))
	case machines:
		return AnyNode, true
	}
	return Node{}, false
}

// risk is that of a path: where it begins × where it ends, less what is not proven.
func (q *asker) risk(p *Path) int {
	s := model.Standing{Effect: model.LeadsToSecrets}
	switch p.To.ID {
	case ClusterAdmin.ID, ControlPlane.ID:
		s.Effect = model.LeadsToCluster
	case AnyNode.ID:
		s.Effect = model.LeadsToNode
	default:
		if p.To.Type == Machine {
			s.Effect = model.LeadsToNode
		}
	}
	if p.From.ID == Internet.ID {
		s.Exposure = model.ExposedToInternet
	} else if k, ok := p.From.key(); ok {
		s.Exposure = q.a.standing.exposure(k)
	}
	severity := model.Critical
	if p.Confidence > ByVersion {
		severity = model.High
	}
	return s.Risk(severity)
}

// place says where a binding counts.
func placeOf(binding model.Ref) string {
	if binding.Namespace == "" {
		return "in the whole cluster"
	}
	return "in " + binding.Namespace
}

// said shortens what evidence says of a rule to what it grants.
func said(value string) string {
	text, _, _ := strings.Cut(value, " (")
	return text
}
