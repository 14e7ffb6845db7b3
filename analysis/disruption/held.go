package disruption

import (
	"iter"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// held is what stands in the way on a node as somebody last asked, with what that rests on besides the pods of the node. A cluster changes
// all the time, and mostly nothing of that concerns a node: looking whether it does takes a thousandth of working it out anew.
type held struct {
	list []Obstacle
	// version is that at which the list was made, checked the last at which it was known to hold; stale tells that it may not.
	version, checked uint64
	stale            bool
	owners           []onOwner
	rulings          []onBudget
	// rests are claims and volumes.
	rests []model.Ref
}

// onOwner is what was made of an owner with so many pods on the node, onBudget of a budget.
type onOwner struct {
	owner *owner
	here  int
	lone  lone
}

type onBudget struct {
	budget *budget
	ruling *ruling
}

// scarcity is what an owner can do without.
type scarcity uint8

const (
	// several replicas may be on one node all the same, one that is lonely always is; a run begins anew, and of others there is no number.
	several scarcity = iota
	lonely
	run
	numberless
)

// lone is what becomes of an owner when the node is emptied; all is how many pods it has, where all are on that node.
type lone struct {
	scarcity
	all int
}

// loneOf works that out for an owner with so many pods on the node.
func (o *owner) loneOf(c *cluster.Cluster, here int) lone {
	if !o.fresh {
		n, how := scaleOf(c, o.ref, o.pods)
		o.fresh = true
		switch {
		case o.ref.Kind == "Job" || o.ref.Kind == "CronJob":
			o.scarce = run
		case how == unscaled:
			o.scarce = numberless
		case n <= 1:
			o.scarce = lonely
		default:
			o.scarce = several
		}
	}
	l := lone{scarcity: o.scarce}
	if l.scarcity == several && here == o.pods {
		l.all = here
	}
	return l
}

// lone notes that the list rests on the owner of a pod.
func (d *drain) lone(m *member) lone {
	here := d.here[m.owner]
	l := m.owner.loneOf(d.c, here)
	if !slices.ContainsFunc(d.held.owners, func(x onOwner) bool { return x.owner == m.owner }) {
		d.held.owners = append(d.held.owners, onOwner{m.owner, here, l})
	}
	return l
}

// ruling notes that the list rests on a budget.
func (d *drain) ruling(b *budget) *ruling {
	r := b.ruling(d.c)
	if !slices.ContainsFunc(d.held.rulings, func(x onBudget) bool { return x.budget == b }) {
		d.held.rulings = append(d.held.rulings, onBudget{b, r})
	}
	return r
}

// rest notes that the list rests on a claim or a volume.
func (d *drain) rest(ref model.Ref) {
	if d.rests[ref] == nil {
		d.rests[ref] = map[string]struct{}{}
	}
	d.rests[ref][d.node] = struct{}{}
	d.held.rests = append(d.held.rests, ref)
}

// Drain lists what stands in the way of emptying a node, what blocks first. Pods of DaemonSets and mirror pods are in nobody's way. The
// caller may keep the list, and must not change it.
func (a *Analyser) Drain(c *cluster.Cluster, node string) []Obstacle {
	list, _ := a.Drained(c, node)
	return list
}

// Drained gives the same with a version, under which the list is always the same for this node.
func (a *Analyser) Drained(c *cluster.Cluster, node string) ([]Obstacle, uint64) {
	if len(a.nodes[node]) == 0 {
		return a.drain(c, node, &held{}), a.epoch
	}
	h := a.held[node]
	if a.holds(c, h) {
		return h.list, h.version
	}
	a.drop(node)
	now := &held{version: a.version, checked: a.version}
	a.held[node] = now
	if now.list = a.drain(c, node, now); h != nil && slices.Equal(h.list, now.list) {
		now.list, now.version = h.list, h.version
	}
	return now.list, now.version
}

// Ready tells that Drain has its answer for a node at hand.
func (a *Analyser) Ready(c *cluster.Cluster, node string) bool {
	return len(a.nodes[node]) == 0 || a.holds(c, a.held[node])
}

// holds tells that what was worked out for a node still is so.
func (a *Analyser) holds(c *cluster.Cluster, h *held) bool {
	switch {
	case h == nil || h.stale:
		return false
	case h.checked == a.version:
		return true
	}
	for i := range h.rulings {
		if x := &h.rulings[i]; x.budget.ruling(c) != x.ruling {
			return false
		}
	}
	for i := range h.owners {
		if x := &h.owners[i]; x.owner.loneOf(c, x.here) != x.lone {
			return false
		}
	}
	h.checked = a.version
	return true
}

// PodsOf goes through the pods of a node that have not run to their end.
func (a *Analyser) PodsOf(c *cluster.Cluster, node string) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		for key, m := range a.nodes[node] {
			if p, ok := c.Get(podRef(key)).(*record.Pod); ok && !m.finished && !yield(p) {
				return
			}
		}
	}
}

// felt tells that budgets, or what is in the way on its node, may be others for a pod.
func (a *Analyser) felt(c *cluster.Cluster, key types.NamespacedName, m *member) bool {
	if m == nil {
		return false
	}
	return len(m.class.group.budgets) > 0 || !m.finished && !m.mirror && (!m.daemon() || orphaned(c, key, m))
}

// orphaned tells of a pod of a DaemonSet that this is gone.
func orphaned(c *cluster.Cluster, key types.NamespacedName, m *member) bool {
	set := model.Ref{Group: daemonKind.Group, Version: "v1", Kind: daemonKind.Kind, Namespace: key.Namespace, Name: m.controller.Name}
	return c.Get(set) == nil && c.Seen(daemonKind, key.Namespace).State == model.Complete
}

// unsettle has what is held of the node of a pod worked out anew.
func (a *Analyser) unsettle(m *member) {
	if m == nil {
		return
	}
	if h := a.held[m.node]; h != nil {
		h.stale = true
	}
}

// unrest does the same for the nodes of which that rests on a claim or a volume.
func (a *Analyser) unrest(ref model.Ref) {
	for node := range a.rests[ref] {
		a.held[node].stale = true
	}
	if len(a.rests[ref]) > 0 {
		a.version++
	}
}

// drop forgets what is held of a node.
func (a *Analyser) drop(node string) {
	h := a.held[node]
	if h == nil {
		return
	}
	for _, ref := range h.rests {
		if delete(a.rests[ref], node); len(a.rests[ref]) == 0 {
			delete(a.rests, ref)
		}
	}
	delete(a.held, node)
}

// forget drops what is held of all nodes.
func (a *Analyser) forget() {
	a.version++
	a.epoch = a.version
	clear(a.held)
	clear(a.rests)
	a.tied = nil
}
