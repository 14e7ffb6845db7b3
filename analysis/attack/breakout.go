package attack

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/escape"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// escape draws the ways out to the nodes: the cheapest of those that lead to the node itself, to the tokens on it, and to the keys of the
// control plane. Dearer ones make no other node reachable.
func (d *workloadSketch) escape(s *shape, nodes map[string]struct{}) {
	out := key{kind: escapes, ref: d.owner}
	any := false
	if l := d.way(s, escape.ToNode); l != nil && len(nodes) == 0 {
		l.from, l.to = out, key{kind: anyNode}
		any = true
		d.add(*l)
	}
	for node := range nodes {
		any = d.leave(s, node, out) || any
	}
	if any {
		d.link(d.me, out)
	}
}

// leave draws the ways out to one node, and tells whether there are any.
func (d *workloadSketch) leave(s *shape, node string, out key) bool {
	any := false
	step := func(l *line, to key) {
		any = true
		l.from, l.to = out, to
		d.add(*l)
	}
	if l := d.way(s, escape.ToNode); l != nil {
		step(l, machineOf(node))
		d.unseen(node)
	}
	if l := d.way(s, escape.ToTokens); l != nil {
		step(l, heldOf(node))
	}
	if l := d.way(s, escape.ToControlPlane); l != nil {
		d.wants = append(d.wants, want{machine, node})
		n, ok := cluster.Find[*record.Typed[*corev1.Node]](d.w.Cluster, "Node", "", node)
		if ok && isControlPlane(&n.Meta) {
			step(l, key{kind: admin})
		}
	}
	return any
}

// enter draws what somebody gets to who may enter the pods of a node by its kubelet: the inside of those, and from there that node. Those of
// other nodes are none of it.
func (d *workloadSketch) enter(s *shape, node string, sure Confidence, why string) {
	if len(d.a.wanted[want{entered, node}]) == 0 {
		return
	}
	at := key{kind: stationed, ref: d.owner, extra: node}
	out := key{kind: escapes, ref: d.owner, extra: node}
	d.add(d.a.perhaps(enteredOf(node), at, sure, why))
	d.link(at, d.in)
	if d.leave(s, node, out) {
		d.link(at, out)
	}
}

// metadata draws that pods on the network of their node get to what the cloud tells the node, its identity among that.
func (d *workloadSketch) metadata(nodes map[string]struct{}) {
	for node := range nodes {
		d.wants = append(d.wants, want{machine, node})
		n, ok := cluster.Find[*record.Typed[*corev1.Node]](d.w.Cluster, "Node", "", node)
		if !ok {
			continue
		}
		if name := instanceIdentity(n.Object.Spec.ProviderID); name != "" {
			d.add(d.a.step(d.in, key{kind: cloud, ref: model.Ref{Name: name}}, "K-04", MissingData, instanceUnknown))
		}
	}
}

// way gives the line of the cheapest escape of a kind, without its end: the surest and the first of several. It is nil where there is none.
func (d *workloadSketch) way(s *shape, kind escape.Kind) *line {
	var best *line
	for i := range s.escapes {
		e := &s.escapes[i]
		if e.Kind != kind {
			continue
		}
		sure, reason := confidenceOf(e)
		if d.planned && sure < ByAdmission {
			sure, reason = ByAdmission, "no pod runs; admission may refuse those to come"
		}
		l := d.a.step(key{kind: escapes, ref: d.owner}, key{}, e.Edge, sure, reason)
		if best == nil || l.cost < best.cost || l.cost == best.cost && sure < best.tag.confidence() {
			best = &l
		}
	}
	return best
}

// unseen draws a node that may not be read: that it is one, and what is on it, is known by the pods.
func (d *workloadSketch) unseen(node string) {
	ref := model.KindByName("Node").Ref("", node)
	if d.w.Cluster.Seen(ref.GroupKind(), "").State == model.Complete {
		return
	}
	d.wants = append(d.wants, want{machine, node})
	if d.w.Cluster.Get(ref) == nil {
		d.link(machineOf(node), heldOf(node))
		d.link(machineOf(node), key{kind: anyNode})
	}
}

func confidenceOf(e *escape.Escape) (Confidence, string) {
	switch {
	case e.Verdict == model.Yes:
		return Proven, ""
	case e.Version:
		return ByVersion, e.Reason
	}
	return MissingData, e.Reason
}
