package network

import (
	"canopy/analysis/network/policy"
)

// why names what a verdict that is not certain rests on; several may do.
type why uint16

const (
	whyBlock why = 1 << iota
	whyAddress
	whyNamespace
	whyHostPeer
	whyHostSubject
	whyPriority
	whyDomain
	whyPart
	whyUnenforced
)

// far is the other end of a connection: pods of a class, addresses outside, or nobody that a rule speaks of.
type far struct {
	class *class
	v6    bool
	// outside tells what of a rule the addresses match.
	outside func(*rule) (level, why)
	// target has the ports of the destination by name; nil for addresses.
	target *signature
}

// doubt is a set of ports about which something is not certain.
type doubt struct {
	ports ports
	why   why
}

// hit is one thing that decided, or may have, about some ports.
type hit struct {
	held *held
	// rule is the place of the rule; -1 for the policy as a whole. There is no policy where it is the default.
	rule    int
	tier    policy.Tier
	action  policy.Action
	ports   ports
	certain bool
	why     why
	// isolates tells that nothing decided but that policies isolate.
	isolates bool
}

// trace gathers what decided.
type trace struct {
	doubts []doubt
	// hits are gathered only where detail is asked for.
	detail bool
	hits   []hit
}

func (t *trace) doubt(p ports, w why) {
	if t != nil && p != noPorts && w != 0 {
		t.doubts = append(t.doubts, doubt{p, w})
	}
}

func (t *trace) hit(h hit) {
	if t != nil && t.detail && h.ports != noPorts {
		t.hits = append(t.hits, h)
	}
}

// match gives the ports on which a rule matches for certain, and those on which it may.
func (a *Analyser) match(r *rule, f *far) (certain, possible ports, w why) {
	full := r.ports
	if r.named != nil {
		full = a.ports.union(full, a.ports.resolve(r.named, f.target))
	}
	if r.anyone {
		return full, full, 0
	}
	// Names of ports mean nothing for ranges of addresses to which a NetworkPolicy lets pods go.
	numbered := full
	if r.network && r.direction == policy.Egress {
		numbered = r.ports
	}
	if f.outside != nil {
		l, lw := f.outside(r)
		return a.grade(l, lw, full)
	}
	if f.class == nil {
		return noPorts, noPorts, 0
	}
	for _, p := range r.peers {
		l, lw := p.level(f.class, f.v6, r.network)
		if l == levelNo {
			continue
		}
		on := full
		if p.kind == peerBlock {
			on = numbered
		}
		c, m, x := a.grade(l, lw, on)
		certain, possible = a.ports.union(certain, c), a.ports.union(possible, m)
		w |= x
		if certain == full {
			break
		}
	}
	return certain, possible, w
}

func (a *Analyser) grade(l level, w why, on ports) (certain, possible ports, _ why) {
	switch l {
	case levelYes:
		return on, on, 0
	case levelMaybe:
		return noPorts, on, w
	}
	return noPorts, noPorts, 0
}

// walk gives the ports on which a connection may be allowed, and those on which it may be denied.
func (a *Analyser) walk(c *course, f *far, t *trace) (allowed, denied ports) {
	left, passed := allPorts, noPorts
	for i := range c.admin {
		if left == noPorts {
			break
		}
		o := a.ask(c.admin[i], policy.Admin, left, f, t)
		allowed, denied = a.ports.union(allowed, o.allowed), a.ports.union(denied, o.denied)
		passed, left = a.ports.union(passed, o.passed), o.left
	}
	left = a.ports.union(left, passed)
	if left == noPorts {
		return allowed, denied
	}
	if len(c.network) > 0 {
		al, de := a.isolate(c, left, f, t)
		return a.ports.union(allowed, al), a.ports.union(denied, de)
	}
	passed = noPorts
	for i := range c.baseline {
		if left == noPorts {
			break
		}
		o := a.ask(c.baseline[i], policy.Baseline, left, f, t)
		allowed, denied = a.ports.union(allowed, o.allowed), a.ports.union(denied, o.denied)
		passed, left = a.ports.union(passed, o.passed), o.left
	}
	left = a.ports.union(left, passed)
	t.hit(hit{rule: -1, tier: policy.Default, action: policy.Allow, ports: left, certain: true})
	return a.ports.union(allowed, left), denied
}

// outcome is what policies may do with ports: what is left is undecided.
type outcome struct{ allowed, denied, passed, left ports }

// ask asks the policies of one priority. Which of them decides where several would is for nobody to know.
func (a *Analyser) ask(level []branch, tier policy.Tier, on ports, f *far, t *trace) outcome {
	if len(level) == 1 {
		return a.askOne(&level[0], tier, on, f, t)
	}
	total := outcome{left: on}
	contested := noPorts
	from := 0
	if t != nil {
		from = len(t.hits)
	}
	for i := range level {
		o := a.askOne(&level[i], tier, on, f, t)
		u := &a.ports
		for _, pair := range [][2]ports{
			{total.allowed, u.union(o.denied, o.passed)}, {total.denied, u.union(o.allowed, o.passed)}, {total.passed, u.union(o.allowed, o.denied)},
		} {
			contested = u.union(contested, u.both(pair[0], pair[1]))
		}
		total.allowed, total.denied = u.union(total.allowed, o.allowed), u.union(total.denied, o.denied)
		total.passed, total.left = u.union(total.passed, o.passed), u.both(total.left, o.left)
	}
	if t != nil && contested != noPorts {
		t.doubt(contested, whyPriority)
		for i := from; i < len(t.hits); i++ {
			if a.ports.both(t.hits[i].ports, contested) != noPorts {
				t.hits[i].why |= whyPriority
			}
		}
	}
	return total
}

// askOne asks the rules of a policy one after the other.
func (a *Analyser) askOne(b *branch, tier policy.Tier, on ports, f *far, t *trace) outcome {
	o := outcome{left: on}
	for i, r := range b.rules {
		certain, possible, w := a.match(r, f)
		if possible == noPorts {
			continue
		}
		at := a.ports.both(o.left, possible)
		if at == noPorts {
			continue
		}
		switch r.action {
		case policy.Allow:
			o.allowed = a.ports.union(o.allowed, at)
		case policy.Deny:
			o.denied = a.ports.union(o.denied, at)
		case policy.Pass:
			o.passed = a.ports.union(o.passed, at)
		}
		doubtful := a.ports.minus(at, certain)
		if b.maybe {
			doubtful, w = at, w|whyNamespace
		}
		t.doubt(doubtful, w)
		t.hit(hit{held: b.held, rule: b.index(t, i), tier: tier, action: r.action, ports: at, certain: doubtful == noPorts, why: w})
		if o.left = a.ports.minus(o.left, certain); o.left == noPorts {
			break
		}
	}
	if b.maybe {
		// It may be that none of the rules is asked: the policy applies as a whole or not at all.
		o.left = on
	}
	return o
}

// index gives the place of a rule in its object.
func (b *branch) index(t *trace, i int) int {
	if t == nil || !t.detail {
		return i
	}
	for d := range b.held.rules {
		if len(b.rules) > 0 && len(b.held.rules[d]) > 0 && &b.held.rules[d][0] == &b.rules[0] {
			return b.held.policy.Rules[d][i].Index
		}
	}
	return i
}

// isolate asks the NetworkPolicies: what none of them allows is denied.
func (a *Analyser) isolate(c *course, on ports, f *far, t *trace) (allowed, denied ports) {
	a.may, a.must = a.may[:0], a.must[:0]
	for i := range c.network {
		b := &c.network[i]
		for j, r := range b.rules {
			sure, possible, w := a.match(r, f)
			at := a.ports.both(on, possible)
			if at == noPorts {
				continue
			}
			a.may, a.must = append(a.may, at), append(a.must, a.ports.both(on, sure))
			t.doubt(a.ports.minus(at, sure), w)
			t.hit(hit{held: b.held, rule: b.index(t, j), tier: policy.Network, action: policy.Allow, ports: at, certain: sure == possible, why: w})
		}
	}
	allowed = a.ports.unions(a.may)
	denied = a.ports.minus(on, a.ports.unions(a.must))
	if denied != noPorts && t != nil && t.detail {
		for i := range c.network {
			t.hit(hit{held: c.network[i].held, rule: -1, tier: policy.Network, action: policy.Deny, ports: denied, certain: true, isolates: true})
		}
	}
	if c.exempt && denied != noPorts {
		t.doubt(denied, whyHostSubject)
		allowed = on
	}
	return allowed, denied
}
