package attack

import (
	"slices"

	"canopy/analysis/attack/digraph"
)

// jewelOf is the vertex that stands for what the user marked: which that is may change, since a pod stands for its owner.
func jewelOf(name string) key { return key{kind: worth, extra: name} }

// jewel keeps a search for what the user marked. A name that means nothing is told where settings are read.
func (a *Analyser) jewel(name string) {
	if _, ok := parse(name); !ok {
		return
	}
	k := jewelOf(name)
	a.standing.jewels = append(a.standing.jewels, a.aimAt(name, a.hold(k)))
	a.dirty[k] = struct{}{}
}

// sketchJewel draws that what the user marked is worth something.
func (a *Analyser) sketchJewel(w *World, name string) *sketch {
	s := &sketch{}
	k, _ := parse(name)
	if k.kind == workload {
		s.wants = append(s.wants, want{workload, k.ref.String()})
		if r := w.Cluster.Get(k.ref); r != nil {
			k.ref = w.Cluster.TopOwner(r)
		}
		// To be inside of its pods is to hold it too.
		s.link(key{kind: inside, ref: k.ref}, jewelOf(name))
	}
	s.link(k, jewelOf(name))
	s.link(jewelOf(name), key{kind: worth})
	return s
}

// is tells that a vertex is what another stands for.
func (a *Analyser) is(v, at digraph.Vertex) bool {
	return slices.ContainsFunc(a.graph.Out(v), func(e digraph.Edge) bool { return e.To == at && e.Cost == 0 })
}
