package network

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
)

// Effects says what each rule of a policy does in the cluster as it is, ingress first.
func (a *Analyser) Effects(ref model.Ref) []Effect {
	a.tidy()
	h := a.policies[ref]
	if h == nil {
		return nil
	}
	var list []Effect
	for d := range h.policy.Rules {
		for i := range h.policy.Rules[d] {
			list = append(list, a.effect(h, policy.Direction(d), i))
		}
	}
	return list
}

func (a *Analyser) effect(h *held, d policy.Direction, i int) Effect {
	r, x := &h.policy.Rules[d][i], h.rules[d][i]
	e := Effect{Direction: d, Rule: r.Index}
	for j := range r.Peers {
		if a.empty(&r.Peers[j], x.network) {
			e.PeersEmpty = append(e.PeersEmpty, r.Peers[j].Path)
		}
	}
	for _, n := range r.Named {
		if !a.resolves(n, h, x) {
			e.Unresolved = append(e.Unresolved, n)
		}
	}
	noPeer := !r.Anyone && len(e.PeersEmpty) == len(r.Peers)
	noPort := r.Ports.Empty() && len(e.Unresolved) == len(r.Named)
	e.NoEffect = noPeer || noPort
	e.Shadow = a.shadow(h, d, i)
	return e
}

// empty tells that a peer selects no pod and no node. A range of addresses and a name are never empty.
func (a *Analyser) empty(p *policy.Peer, network bool) bool {
	if p.Block != nil || p.Domains != nil {
		return false
	}
	x := a.peerOf(p)
	if x == nil {
		return true
	}
	// It is held by its rule, so that this only looks it up.
	defer a.releasePeer(x)
	if x.kind == peerNodes {
		return len(x.named) == 0
	}
	found := false
	a.selected(x.space, x.selector, func(c *class, _ level) { found = found || network || !c.host })
	return !found
}

// resolves tells whether a pod to which a rule could apply has a port of that name.
func (a *Analyser) resolves(n policy.NamedPort, h *held, r *rule) bool {
	found := false
	look := func(c *class) {
		if !found && len(c.signature.list) > 0 {
			found = !resolve([]policy.NamedPort{n}, c.signature.list).Empty()
		}
	}
	switch {
	case r.direction == policy.Ingress:
		a.subjects(h, func(c *class, _ level) { look(c) })
	case r.anyone:
		for _, c := range a.classes {
			look(c)
		}
	default:
		for _, p := range r.peers {
			a.behind(p, func(c *class) {
				if p.kind != peerBlock || !r.network {
					look(c)
				}
			})
		}
	}
	return found
}

// shadow finds a rule that covers all of another: of the same policy, or of one that selects all that this one does.
func (a *Analyser) shadow(h *held, d policy.Direction, i int) *Reason {
	r := h.rules[d][i]
	if h.policy.Tier != policy.Network {
		for j := range i {
			if a.decides(h.rules[d][j], r) {
				return a.shadowed(h, d, j)
			}
		}
		for _, o := range a.ordered {
			if o.policy.Tier == h.policy.Tier && o.policy.Priority < h.policy.Priority && wider(o, h) {
				for j, x := range o.rules[d] {
					if a.decides(x, r) {
						return a.shadowed(o, d, j)
					}
				}
			}
		}
		return nil
	}
	n := a.namespaces[h.policy.Ref.Namespace]
	for _, o := range n.policies {
		if o != h && !wider(o, h) {
			continue
		}
		for j, x := range o.rules[d] {
			if o == h && j == i || !a.decides(x, r) {
				continue
			}
			// Of two that say the same only the later one is told.
			if a.decides(r, x) && (o == h || wider(h, o)) && (o == h && j > i || o != h && comparePolicies(o, h) > 0) {
				continue
			}
			return a.shadowed(o, d, j)
		}
	}
	return nil
}

func (a *Analyser) shadowed(h *held, d policy.Direction, i int) *Reason {
	index := h.policy.Rules[d][i].Index
	return &Reason{h.policy.Ref, h.policy.Tier, d, index, a.ruleNote(h, d, index)}
}

// wider tells that one policy selects every pod that another does, whatever pods there are.
func wider(o, h *held) bool {
	if o.space == nil || h.space == nil {
		return false
	}
	return within(h.space, o.space) && implies(h.selector.requirements, o.selector.requirements)
}

func within(inner, outer *space) bool {
	switch {
	case inner == outer || outer.every:
		return true
	case inner.only != nil && outer.only == nil:
		return outer.holds(inner.only) == levelYes
	}
	return inner.only == nil && outer.only == nil && implies(inner.requirements, outer.requirements)
}

// implies tells that whatever meets some requirements meets others, which are among them.
func implies(some, others policy.Requirements) bool {
	for i := range others {
		found := false
		for j := range some {
			if some[j].String() == others[i].String() {
				found = true
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// decides tells that one rule matches everything that another does.
func (a *Analyser) decides(x, r *rule) bool {
	if !a.allOf(x, r) {
		return false
	}
	if x.anyone {
		return true
	}
	if r.anyone || len(r.peers) == 0 {
		return false
	}
	for _, p := range r.peers {
		found := false
		for _, o := range x.peers {
			found = found || includes(o, p)
		}
		if !found {
			return false
		}
	}
	return true
}

// allOf compares ports: a name must be among the names, unless every port is meant anyway.
func (a *Analyser) allOf(x, r *rule) bool {
	if x.ports == allPorts {
		return true
	}
	// Pairs of rules are many, and each is asked about once: the result is not worth keeping.
	if r.ports != x.ports && !a.ports.set(x.ports).Covers(a.ports.set(r.ports)) {
		return false
	}
	if r.named != nil {
		for _, n := range r.named.list {
			if x.named == nil || !slices.Contains(x.named.list, n) {
				return false
			}
		}
	}
	return true
}

// includes tells that one peer means everything that another does, whatever there is.
func includes(o, p *peer) bool {
	switch {
	case o == p:
		return true
	case o.kind != p.kind:
		return false
	case o.kind == peerPods:
		return within(p.space, o.space) && implies(p.selector.requirements, o.selector.requirements)
	case o.kind == peerBlock:
		return len(o.block.Except) == 0 && o.block.Definite == p.block.Definite && o.block.CIDR.Overlaps(p.block.CIDR) && o.block.CIDR.Bits() <= p.block.CIDR.Bits()
	case o.kind == peerNodes:
		return implies(p.nodes, o.nodes)
	}
	return false
}
