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
		for _, name := range [...]string{record.StandInName(owner), owner.Name} {
			m, ok := a.find(owner.Namespace, name)
			if !ok {
				continue
			}
			if p := a.members[m].record; p.StandIn && (p.Ref() == owner || c.TopOwner(p) == owner) {
				yield(p)
				return
			}
		}
	}
}
