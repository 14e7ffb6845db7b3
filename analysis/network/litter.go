package network

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network/policy"
	"canopy/model/cluster"
	"canopy/model/record"
)

// mostLitter is how much may lie about that nobody may use any more: sets of ports and of names, of which no one keeps count.
const mostLitter = 1 << 18

// littered tells that it is time to build everything anew. Results that are only kept to save work are simply forgotten.
func (a *Analyser) littered() bool {
	if len(a.ports.memo) > 4*mostLitter {
		clear(a.ports.memo)
	}
	return len(a.ports.sets)+len(a.signatures)+len(a.nameLists)+len(a.nodeSets) > mostLitter
}

// tidy forgets what questions have left behind, once it is much, unless one is being answered.
func (a *Analyser) tidy() {
	if a.asking == 0 && a.ports.heavy() {
		a.ports.forget()
	}
}

// rebuild builds everything anew. Answers stay what they are.
func (a *Analyser) rebuild(c *cluster.Cluster) {
	tracking := a.tracking
	// The pods are those that are known here: not all of them need be in the cluster.
	pods := make([]*record.Pod, 0, a.count)
	for i := range a.members {
		if r := a.members[i].record; r != nil {
			pods = append(pods, r)
		}
	}
	a.reset()
	a.tracking = false
	a.noted.surroundings = true
	for _, gk := range append([]schema.GroupKind{{Kind: "Namespace"}, {Kind: "Node"}}, policy.Kinds()...) {
		for r := range c.All(gk) {
			a.Update(c, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	for _, r := range pods {
		a.Update(c, cluster.Delta{Ref: r.Ref(), New: r})
	}
	a.cluster = c
	a.work()
	a.changed = changes{}
	a.tracking = tracking
}
