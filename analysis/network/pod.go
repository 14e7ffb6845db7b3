package network

import (
	"slices"

	"canopy/model"
	"canopy/model/record"
)

// pod takes a pod as it is now; nil is none. One that has run to its end is none either.
func (a *Analyser) pod(ref model.Ref, r *record.Pod) {
	a.changed.pods = append(a.changed.pods, ref)
	m, ok := a.find(ref.Namespace, ref.Name)
	if ok && (r == nil || !sameToPolicies(a.members[m].record, r)) {
		a.concern(a.members[m].class)
		a.concernNode(m)
	}
	if r != nil && r.Finished() {
		r = nil
	}
	switch {
	case r == nil && !ok:
	case r == nil:
		delete(a.namespaces[ref.Namespace].byName, ref.Name)
		a.leave(m)
		a.free = append(a.free, m)
	case !ok:
		if last := len(a.free) - 1; last >= 0 {
			m, a.free = a.free[last], a.free[:last]
		} else {
			m = uint32(len(a.members))
			a.members = append(a.members, member{})
		}
		a.enter(m, r)
		// The record's own string is the key, so that it is held once.
		n := a.namespaces[r.Namespace]
		if n.byName == nil {
			n.byName = map[string]uint32{}
		}
		n.byName[r.Name] = m
		a.place(m)
	default:
		a.replace(m, r)
	}
}

// find gives the number of a pod.
func (a *Analyser) find(namespace, name string) (uint32, bool) {
	n := a.namespaces[namespace]
	if n == nil {
		return 0, false
	}
	m, ok := n.byName[name]
	return m, ok
}

// enter notes the parts that a pod is made of.
func (a *Analyser) enter(m uint32, r *record.Pod) {
	a.members[m].record = r
	a.holdLabels(r.Labels)
	a.holdTemplate(r.Template)
	n := a.namespaceOf(r.Namespace)
	if n.pods++; n.pods == 1 {
		a.namesChanged = true
	}
	a.count++
	a.settle(m, r)
	if a.templates[r.Template.Bare()].host && r.Node() != "" {
		at := a.nodeOf(r.Node())
		at.pods = append(at.pods, m)
	}
}

// leave forgets a pod.
func (a *Analyser) leave(m uint32) {
	a.displace(m)
	r := a.members[m].record
	a.part(m, r)
	a.members[m] = member{}
}

func (a *Analyser) part(m uint32, r *record.Pod) {
	a.unsettle(m, r)
	if a.templates[r.Template.Bare()].host && r.Node() != "" {
		at := a.nodeOf(r.Node())
		at.pods = without(at.pods, m)
		a.idleNode(at)
	}
	a.count--
	n := a.namespaces[r.Namespace]
	if n.pods--; n.pods == 0 {
		a.namesChanged = true
		a.idleNamespaces = append(a.idleNamespaces, n)
	}
	a.releaseLabels(r.Labels)
	a.releaseTemplate(r.Template)
}

// replace takes the newer record of a pod.
func (a *Analyser) replace(m uint32, r *record.Pod) {
	old := a.members[m].record
	if sameToPolicies(old, r) {
		a.members[m].record = r
		return
	}
	// What both have must not go in between.
	a.holdLabels(r.Labels)
	a.holdTemplate(r.Template)
	a.part(m, old)
	a.enter(m, r)
	a.place(m)
	a.releaseLabels(r.Labels)
	a.releaseTemplate(r.Template)
	a.changed.fresh = append(a.changed.fresh, a.members[m].class)
	a.concernNode(m)
}

// sameToPolicies tells that two records of a pod are the same to all policies.
func sameToPolicies(x, y *record.Pod) bool {
	return x.Labels == y.Labels && x.Template == y.Template && x.Node() == y.Node() && slices.Equal(x.IPs, y.IPs)
}

// concernNode notes with whom a pod has answers of its own since they are on one node. Which pods are on the node of one that
// is on its network nobody keeps.
func (a *Analyser) concernNode(m uint32) {
	r := a.members[m].record
	if a.changed.all || r.Node() == "" {
		return
	}
	if a.templates[r.Template.Bare()].host {
		a.changed.all = true
		return
	}
	if n := a.nodes[r.Node()]; n != nil {
		for _, o := range n.pods {
			a.changed.namespace(a.members[o].class.namespace)
		}
	}
}
