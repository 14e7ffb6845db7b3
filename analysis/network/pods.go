package network

import (
	"iter"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// PodsIn goes through the pods of a namespace that have not ended, in no particular order.
func (a *Analyser) PodsIn(namespace string) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		n := a.namespaces[namespace]
		if n == nil {
			return
		}
		for _, c := range n.classes {
			for _, m := range c.pods {
				if !yield(a.members[m].record) {
					return
				}
			}
		}
	}
}

// PodsOf goes through the pods that are folded into an owner, or the pod itself where it is given one, as the cluster has
// them, those that have ended too; through the stand-in of an owner that has none.
func (a *Analyser) PodsOf(c *cluster.Cluster, owner model.Ref) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		for p := range c.Pods(owner) {
			if !yield(p) {
				return
			}
		}
		if p := a.standIn(c, owner, record.StandInName(owner), owner.Name); p != nil && !yield(p) {
			return
		}
		// What is folded into it has a stand-in of its own where it wants other pods than the owner makes.
		for _, child := range c.Children(owner) {
			w, ok := child.(*record.Workload)
			if !ok {
				continue
			}
			if p := a.standIn(c, owner, record.StandInName(w.Ref())); p != nil && !yield(p) {
				return
			}
		}
	}
}

// standIn finds the stand-in of an owner by the names that it may have; nil where there is none.
func (a *Analyser) standIn(c *cluster.Cluster, owner model.Ref, names ...string) *record.Pod {
	for _, name := range names {
		m, ok := a.find(owner.Namespace, name)
		if !ok {
			continue
		}
		if p := a.members[m].record; p.StandIn && (p.Ref() == owner || c.TopOwner(p) == owner) {
			return p
		}
	}
	return nil
}
