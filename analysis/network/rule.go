package network

import (
	"canopy/analysis/network/policy"
)

// rule is what a rule of a policy says, shared by all that say the same.
type rule struct {
	id     uint32
	key    string
	action policy.Action
	anyone bool
	// network tells that it is of a NetworkPolicy, whose peers mean pods and addresses in another way.
	network   bool
	direction policy.Direction
	peers     []*peer
	ports     ports
	named     *names
	programs  []*program
	uses      int
}

// ruleOf gives the rule in interned form, used once more.
func (a *Analyser) ruleOf(r *policy.Rule, d policy.Direction, network bool) *rule {
	x := rule{action: r.Action, anyone: r.Anyone, network: network, direction: d, ports: a.ports.intern(r.Ports), named: a.namesOf(r.Named)}
	if !r.Anyone {
		for i := range r.Peers {
			if p := a.peerOf(&r.Peers[i]); p != nil {
				x.peers = append(x.peers, p)
			}
		}
	}
	flags := byte(r.Action)<<3 | byte(d)<<2
	if r.Anyone {
		flags |= 1
	}
	if network {
		flags |= 2
	}
	buf := appendID([]byte{flags}, uint32(x.ports))
	if x.named != nil {
		buf = appendID(buf, x.named.id)
	} else {
		buf = appendID(buf, 0)
	}
	for _, p := range x.peers {
		buf = appendID(buf, p.id)
	}
	known := a.rules[string(buf)]
	if known != nil {
		known.uses++
		for _, p := range x.peers {
			a.releasePeer(p)
		}
		return known
	}
	x.id, x.key, x.uses = a.next(), string(buf), 1
	known = &x
	a.rules[known.key] = known
	for _, p := range known.peers {
		p.rules = append(p.rules, known)
	}
	for i := range r.Named {
		a.useName(r.Named[i].Name, 1)
	}
	return known
}

func (a *Analyser) releaseRule(r *rule) {
	if r.uses--; r.uses > 0 {
		return
	}
	delete(a.rules, r.key)
	for _, p := range r.peers {
		p.rules = without(p.rules, r)
		a.releasePeer(p)
	}
	if r.named != nil {
		for i := range r.named.list {
			a.useName(r.named.list[i].Name, -1)
		}
	}
}

// namesOf gives the names of ports in interned form; nil where there are none.
func (a *Analyser) namesOf(list []policy.NamedPort) *names {
	if len(list) == 0 {
		return nil
	}
	a.buf = a.buf[:0]
	for i := range list {
		a.buf = append(appendText(a.buf, list[i].Name), byte(list[i].Protocol))
		if list[i].Any {
			a.buf = append(a.buf, 1)
		} else {
			a.buf = append(a.buf, 0)
		}
	}
	n := a.nameLists[string(a.buf)]
	if n == nil {
		n = &names{a.next(), list}
		a.nameLists[string(a.buf)] = n
	}
	return n
}

// held is a policy that is in force.
type held struct {
	id       uint32
	policy   *policy.Policy
	space    *space
	selector *selector
	rules    [2][]*rule
	// notes says what each rule does, once somebody has asked.
	notes [2][]string
}

// hold takes a policy in. Nobody is told of it yet.
func (a *Analyser) hold(p *policy.Policy) *held {
	h := &held{id: a.next(), policy: p}
	if !p.Subject.Nothing {
		h.space, h.selector = a.spaceOf(&p.Subject), a.selectorOf(p.Subject.Pods)
	}
	for d := range p.Rules {
		for i := range p.Rules[d] {
			h.rules[d] = append(h.rules[d], a.ruleOf(&p.Rules[d][i], policy.Direction(d), p.Tier == policy.Network))
		}
	}
	return h
}

func (a *Analyser) releaseHeld(h *held) {
	for d := range h.rules {
		for _, r := range h.rules[d] {
			a.releaseRule(r)
		}
	}
	if h.space != nil {
		a.releaseSpace(h.space)
		a.releaseSelector(h.selector)
	}
}

// subjects goes through the classes that a policy selects. Those on the host's network are no subjects of policies of the
// cluster.
func (a *Analyser) subjects(h *held, visit func(*class, level)) {
	if h.space == nil {
		return
	}
	a.selected(h.space, h.selector, func(c *class, l level) {
		if !c.host || h.policy.Tier == policy.Network {
			visit(c, l)
		}
	})
}

// subject tells how certain it is that a policy selects a class.
func (h *held) subject(c *class) level {
	if h.space == nil || c.host && h.policy.Tier != policy.Network || !c.projection.matches(h.selector) {
		return levelNo
	}
	return h.space.holds(c.namespace)
}

// requirementsOf goes through the requirements on pods of a policy.
func requirementsOf(p *policy.Policy, visit func(policy.Requirements)) {
	visit(p.Subject.Pods)
	for d := range p.Rules {
		for i := range p.Rules[d] {
			for j := range p.Rules[d][i].Peers {
				if s := p.Rules[d][i].Peers[j].Pods; s != nil {
					visit(s.Pods)
				}
			}
		}
	}
}
