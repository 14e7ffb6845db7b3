package network

import (
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
)

// Isolation says which policies concern a pod.
func (a *Analyser) Isolation(p *record.Pod) Isolation {
	var x Isolation
	m, ok := a.find(p.Namespace, p.Name)
	if !ok {
		x.Exempt = "the pod has ended"
		return x
	}
	c := a.members[m].class
	if c.host {
		x.Exempt = "the pod is on the host network"
	}
	x.Unknown = a.unknown(c)
	for d, prof := range c.profiles {
		prof.course.each(func(b *branch) {
			h := b.held
			if h.policy.Tier == policy.Network {
				x.By[d] = append(x.By[d], h.policy.Ref)
			} else {
				x.Ordered[d] = append(x.Ordered[d], h.policy.Ref)
			}
		})
	}
	return x
}

// Selected counts the pods that a policy selects, those that have ended left out.
func (a *Analyser) Selected(ref model.Ref) int {
	h := a.policies[ref]
	if h == nil {
		return 0
	}
	n := 0
	a.subjects(h, func(c *class, _ level) { n += len(c.pods) })
	return n
}
