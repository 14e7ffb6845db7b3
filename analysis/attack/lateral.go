package attack

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/attack/digraph"
	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// exploitable is what all hops by the network suppose.
const exploitable = "supposes that what listens there can be exploited"

// lateral gives an asker about a copy of the graph that has hops by the network too. The graph itself never has them: nearly everything
// would lead to nearly everything. The copy has its own vertices and reasons, and shares with the graph what is only read.
func (q *asker) lateral() *asker {
	if q.wide != nil {
		return q.wide
	}
	own := *q.a
	own.graph = q.a.graph.Clone()
	own.keys = slices.Clone(q.a.keys)
	own.reasons, own.numbers = slices.Clone(q.a.reasons), maps.Clone(q.a.numbers)
	q.wide = &asker{a: &own, w: q.w, unknown: q.unknown}
	l := &sideways{a: &own, w: q.w, places: map[string]digraph.Vertex{}}
	l.mesh(q.w.Network.Mesh(q.w.Cluster))
	l.connections()
	return q.wide
}

// sideways draws hops by the network.
type sideways struct {
	a *Analyser
	w *World
	// places are the vertices of all listeners of a namespace.
	places map[string]digraph.Vertex
}

// vertex adds a vertex to the copy.
func (l *sideways) vertex(k key) digraph.Vertex {
	v := l.a.graph.Vertex()
	for int(v) >= len(l.a.keys) {
		l.a.keys = append(l.a.keys, key{})
	}
	l.a.keys[v] = k
	return v
}

// step draws what an edge of the catalogue leads to, link what goes without saying.
func (l *sideways) step(from, to digraph.Vertex, edge, reason string) {
	t, cost := l.a.tag(edge, MissingData, reason)
	l.a.graph.Add(digraph.Edge{From: from, To: to, Cost: cost, Tag: uint64(t)})
}

func (l *sideways) link(from, to digraph.Vertex) { l.a.graph.Add(digraph.Edge{From: from, To: to}) }

// mesh draws who may open connections to whom: from the inside of pods to what they talk as, from there to what listens, and to the pods
// that do.
func (l *sideways) mesh(m *network.Mesh) {
	talk, hear := make([]digraph.Vertex, len(m.Crowds)), make([]digraph.Vertex, len(m.Crowds))
	for i := range m.Crowds {
		number := key{ref: model.Ref{Name: strconv.Itoa(i)}}
		number.kind = talks
		talk[i] = l.vertex(number)
		number.kind = hears
		hear[i] = l.vertex(number)
		for _, owner := range m.Crowds[i].Owners {
			if v, ok := l.a.find(key{kind: inside, ref: owner}); ok {
				l.link(v, talk[i])
			}
			if v, ok := l.a.find(key{kind: workload, ref: owner}); ok {
				l.link(hear[i], v)
			}
		}
	}
	for i := range m.Strands {
		s := &m.Strands[i]
		l.step(talk[s.From], hear[s.To], reaches, supposed(s.Verdict, s.Assumption))
	}
	for i := range m.Hubs {
		h := &m.Hubs[i]
		at := l.vertex(key{kind: meets, ref: model.Ref{Name: strconv.Itoa(i)}})
		// Which spokes say what it rests on differs; those are the ones that cost.
		late := h.To[0].Assumption != ""
		for _, s := range h.From {
			if late {
				l.link(talk[s.Crowd], at)
			} else {
				l.step(talk[s.Crowd], at, reaches, supposed(h.Verdict, s.Assumption))
			}
		}
		for _, s := range h.To {
			if late {
				l.step(at, hear[s.Crowd], reaches, supposed(h.Verdict, s.Assumption))
			} else {
				l.link(at, hear[s.Crowd])
			}
		}
	}
}

// reaches is the edge of a pod that reaches another over the network.
const reaches = "K-06"

// supposed says what a hop by the network rests on.
func supposed(v network.Verdict, assumption string) string {
	switch v {
	case network.Depends:
		return exploitable + ", and that it is let through, which depends: " + assumption
	case network.NotEvaluated:
		return exploitable + ", and that it is let through, which is not evaluated: " + assumption
	}
	return exploitable
}

// connections draws what bindings open to any pod of their place, or to the pods and Services that they name: forwarded ports and requests
// through the API server. What either needs is one permission, so no binding does it together with another.
func (l *sideways) connections() {
	for of := range l.a.drawn {
		if of.kind != binding {
			continue
		}
		from, ok := l.a.find(of)
		if !ok {
			continue
		}
		open, _ := l.w.Privilege.Openings(l.w.Access, of.ref)
		for i := range open {
			o := &open[i]
			if o.Edge.Leads != "listeners" || len(o.Who) > 0 {
				continue
			}
			reason := exploitable
			if o.Reason != "" {
				reason += "; " + o.Reason
			}
			step := func(to digraph.Vertex) { l.step(from, to, o.Edge.ID, reason) }
			switch {
			case len(o.Names) > 0:
				for _, name := range o.Names {
					l.named(of.ref.Namespace, o.Resource, name, step)
				}
			case of.ref.Namespace == "":
				step(l.anywhere())
			default:
				step(l.place(of.ref.Namespace))
			}
		}
	}
}

// place gives the vertex of all listeners of a namespace: of the pods that run, whose workloads the graph has.
func (l *sideways) place(namespace string) digraph.Vertex {
	v, ok := l.places[namespace]
	if ok {
		return v
	}
	v = l.vertex(all(listeners, namespace))
	l.places[namespace] = v
	if p, ok := l.a.find(all(pods, namespace)); ok {
		for _, e := range slices.Clone(l.a.graph.Out(p)) {
			if l.a.keys[e.To].kind == workload {
				l.link(v, e.To)
			}
		}
	}
	return v
}

func (l *sideways) anywhere() digraph.Vertex {
	v, ok := l.places[everywhere]
	if !ok {
		v = l.vertex(all(listeners, everywhere))
		l.places[everywhere] = v
		for ns := range l.a.places {
			l.link(v, l.place(ns))
		}
	}
	return v
}

// named leads to the pod of a name, or to those behind the Service of that name: in a namespace, or in each where it is "".
func (l *sideways) named(namespace, resource, name string, step func(digraph.Vertex)) {
	if namespace == "" {
		for ns := range l.a.places {
			l.named(ns, resource, name, step)
		}
		return
	}
	c := l.w.Cluster
	var owners []model.Ref
	if resource == "services" {
		owners = l.a.behind(c, namespace, plain(name))
	} else if p, ok := cluster.Find[*record.Pod](c, "Pod", namespace, plain(name)); ok && !p.Finished() {
		owners = []model.Ref{c.TopOwner(p)}
	}
	for _, owner := range owners {
		if v, ok := l.a.find(key{kind: workload, ref: owner}); ok {
			step(v)
		}
	}
}

// plain gives the name of an object that is asked for with its port, or with protocol and port: https:web:443.
func plain(name string) string {
	parts := strings.Split(name, ":")
	if len(parts) == 3 {
		return parts[1]
	}
	return parts[0]
}
