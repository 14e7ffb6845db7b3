package network

import (
	"cmp"

	"canopy/analysis/network/policy"
	"canopy/model/inorder"
)

// mostMisses is how many near misses are told.
const mostMisses = 3

// nearMiss is a rule that does not match, before it is put in words.
type nearMiss struct {
	branch *branch
	tier   policy.Tier
	index  int
	peer   *policy.Peer
	count  int
	ports  ports
}

// misses gives the rules of a profile that would have let something through of what is lost, the nearest first: those of
// which the fewest conditions fail.
func (a *Analyser) misses(p *profile, d policy.Direction, other, target *standing, lost ports) []Miss {
	var near []nearMiss
	p.course.each(func(b *branch) {
		for i, r := range b.rules {
			if r.action != policy.Allow {
				continue
			}
			if m, ok := a.nearly(&b.held.policy.Rules[d][i], r, other, target, lost); ok {
				m.branch, m.index, m.tier = b, i, b.held.policy.Tier
				near = append(near, m)
			}
		}
	})
	inorder.SortStable(near, func(x, y nearMiss) int { return cmp.Compare(x.count, y.count) })
	var list []Miss
	for i := range near[:min(len(near), mostMisses)] {
		m := &near[i]
		h := m.branch.held
		index := h.policy.Rules[d][m.index].Index
		miss := Miss{
			Reason:      Reason{h.policy.Ref, m.tier, d, index, a.ruleNote(h, d, index)},
			Connections: a.ports.set(m.ports),
		}
		if m.peer == nil {
			for _, n := range h.policy.Rules[d][m.index].Named {
				miss.Missing = append(miss.Missing, "the pod has no port named "+n.Name)
			}
		} else {
			failing(m.peer, m.tier == policy.Network, other, func(text func() string) { miss.Missing = append(miss.Missing, text()) })
		}
		list = append(list, miss)
	}
	return list
}

// nearly tells how far a rule is from matching; false where it matches, or never could.
func (a *Analyser) nearly(r *policy.Rule, x *rule, other, target *standing, lost ports) (m nearMiss, ok bool) {
	var sig *signature
	if target.class != nil {
		sig = target.class.signature
	}
	m.ports = a.ports.both(a.ports.union(x.ports, a.ports.resolve(x.named, sig)), lost)
	m.count = -1
	matches := r.Anyone
	for i := range r.Peers {
		n := 0
		if !failing(&r.Peers[i], x.network, other, func(func() string) { n++ }) {
			continue
		}
		if n == 0 {
			matches = true
		}
		if m.count < 0 || n < m.count {
			m.count, m.peer = n, &r.Peers[i]
		}
	}
	if matches {
		// Only a name of a port may be missing.
		unresolved := len(r.Named) > 0 && target.class != nil && a.ports.resolve(x.named, sig) == noPorts
		m.count, m.peer = len(r.Named), nil
		return m, unresolved
	}
	return m, m.count >= 0 && m.ports != noPorts
}

// failing goes through the conditions of a peer that an end does not meet; false where the peer is of another kind than the
// end, so that it never could.
func failing(p *policy.Peer, network bool, other *standing, tell func(text func() string)) bool {
	switch {
	case p.Pods != nil:
		if other.class == nil {
			return false
		}
		failingPods(p.Pods, network, other, tell)
		return true
	case p.Block != nil:
		return failingBlock(p.Block, other, tell)
	}
	return false
}

func failingPods(s *policy.Selector, network bool, other *standing, tell func(func() string)) {
	c := other.class
	if s.Nothing {
		tell(func() string { return "the selector can not be read, and selects nothing" })
		return
	}
	if c.host && !network {
		tell(func() string { return "pods on the host network are no peers of this policy" })
	}
	if s.Namespace != "" && s.Namespace != c.namespace.name {
		tell(func() string { return "namespace " + c.namespace.name + " is not " + s.Namespace })
	}
	if s.Namespace == "" {
		for i := range s.Namespaces {
			r := &s.Namespaces[i]
			if r.Match(c.namespace) || !c.namespace.seen && c.namespace.unread && r.Key != nameKey {
				continue
			}
			tell(func() string { return "namespace " + c.namespace.name + ": " + mismatch(r, c.namespace) })
		}
	}
	for i := range s.Pods {
		if r := &s.Pods[i]; !r.Match(other.pod.Labels) {
			tell(func() string { return mismatch(r, other.pod.Labels) })
		}
	}
}

// mismatch says why labels do not meet a requirement.
func mismatch(r *policy.Requirement, l policy.Labels) string {
	v, ok := l.Lookup(r.Key)
	if !ok {
		return "there is no label " + r.Key + ": " + r.String() + " is wanted"
	}
	return "label " + r.Key + "=" + v + " does not match " + r.String()
}

func failingBlock(b *policy.Block, other *standing, tell func(func() string)) bool {
	if other.class == nil {
		block := other.end.Block
		if block.Addr().Is6() != b.CIDR.Addr().Is6() {
			return false
		}
		if !b.CIDR.Overlaps(block) || b.CIDR.Bits() > block.Bits() {
			tell(func() string { return block.String() + " is not in " + b.CIDR.String() })
		}
		for _, x := range b.Except {
			if x.Overlaps(block) {
				tell(func() string { return block.String() + " is excepted by " + x.String() })
			}
		}
		return true
	}
	f := 0
	if b.CIDR.Addr().Is6() {
		f = 1
	}
	at := addresses(other.pod)[f]
	if !at.IsValid() {
		return false
	}
	if !b.CIDR.Contains(at) {
		tell(func() string { return "address " + at.String() + " is not in " + b.CIDR.String() })
	}
	for _, x := range b.Except {
		if x.Contains(at) {
			tell(func() string { return "address " + at.String() + " is excepted by " + x.String() })
		}
	}
	return true
}
