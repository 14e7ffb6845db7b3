package network

import (
	"canopy/analysis/network/policy"
)

// decision is an answer with what decided.
type decision struct {
	answer answer
	sides  [2]sided
	// apart tells that the ends have no family of addresses in common, near that the source is on the destination's node.
	apart, near bool
	reason      string
	src, dst    *class
	// brief tells that nobody asks for what is denied.
	brief bool
	parts []Part
}

// sided is what one direction decides.
type sided struct {
	allowed, denied ports
	hits            []hit
	open            bool
}

// decide answers for two classes and keeps what decided.
func (a *Analyser) decide(src, dst *class, near bool) *decision {
	d := &decision{answer: a.answer(src, dst, near), near: near, src: src, dst: dst}
	over := families(src.site, dst.site)
	d.apart = over == [2]bool{}
	if d.answer.unknown {
		if d.reason = a.unknown(src); d.reason == "" {
			d.reason = a.unknown(dst)
		}
	}
	if over[0] && over[1] && len(src.site.blocks) == 0 && len(dst.site.blocks) == 0 {
		over[1] = false
	}
	for f := range over {
		if over[f] {
			a.side(&d.sides[policy.Egress], src.profiles[policy.Egress], &far{class: dst, v6: f == 1, target: dst.signature})
			if near {
				d.sides[policy.Ingress] = sided{allowed: allPorts, open: true}
				continue
			}
			a.side(&d.sides[policy.Ingress], dst.profiles[policy.Ingress], &far{class: src, v6: f == 1, target: dst.signature})
		}
	}
	return d
}

// side walks one profile, and adds what it finds to what another family of addresses has shown.
func (a *Analyser) side(s *sided, p *profile, f *far) {
	t := &trace{detail: true}
	al, de := a.walk(&p.course, f, t)
	s.open = p.program.open
	s.allowed, s.denied = a.ports.union(s.allowed, al), a.ports.union(s.denied, de)
	if len(s.hits) == 0 {
		// A rule decides once for a family of addresses.
		s.hits = t.hits
		return
	}
	type key struct {
		held   *held
		rule   int
		action policy.Action
	}
	places := make(map[key]int, len(s.hits))
	for i := range s.hits {
		places[key{s.hits[i].held, s.hits[i].rule, s.hits[i].action}] = i
	}
	for _, h := range t.hits {
		if i, known := places[key{h.held, h.rule, h.action}]; known {
			o := &s.hits[i]
			o.ports, o.why = a.ports.union(o.ports, h.ports), o.why|h.why
			continue
		}
		places[key{h.held, h.rule, h.action}] = len(s.hits)
		s.hits = append(s.hits, h)
	}
}

// explained gives the parts of a decision: every connection once.
func (a *Analyser) explained(d *decision) []Part {
	if d.parts != nil {
		return d.parts
	}
	x := &d.answer
	if x.unknown {
		d.parts = []Part{{NotEvaluated, a.ports.set(allPorts), d.reason, a.unknownReasons(d)}}
		return d.parts
	}
	hits := [2][]hit{d.sides[0].hits, d.sides[1].hits}
	if x.allow != noPorts {
		d.parts = append(d.parts, Part{Allow, a.ports.set(x.allow), "", a.reasons(d, Allow, x.allow)})
	}
	if x.depends != noPorts {
		d.parts = append(d.parts, Part{Depends, a.ports.set(x.depends), a.assumption(x.why, hits), a.reasons(d, Depends, x.depends)})
	}
	if denied := a.ports.minus(a.ports.minus(allPorts, x.allow), x.depends); denied != noPorts && !d.brief {
		d.parts = append(d.parts, Part{Deny, a.ports.set(denied), "", a.reasons(d, Deny, denied)})
	}
	return d.parts
}

// reasons gives what decided about some ports, the source's side first.
func (a *Analyser) reasons(x *decision, v Verdict, on ports) []Reason {
	if x.apart {
		return []Reason{{Tier: policy.Default, Direction: policy.Egress, Rule: -1, Note: "the pods have no family of addresses in common"}}
	}
	list := make([]Reason, 0, 2)
	for _, d := range []policy.Direction{policy.Egress, policy.Ingress} {
		if x.near && d == policy.Ingress {
			if v != Deny {
				list = append(list, Reason{Tier: policy.Default, Direction: d, Rule: -1, Note: "from the node of the pod, everything comes in"})
			}
			continue
		}
		list = a.sideReasons(list, &x.sides[d], d, v, on)
	}
	return list
}

func (a *Analyser) sideReasons(list []Reason, s *sided, d policy.Direction, v Verdict, on ports) []Reason {
	if v == Deny {
		on = a.ports.minus(on, s.allowed)
	}
	doubtful := v == Depends && a.ports.both(s.denied, on) != noPorts
	for i := range s.hits {
		h := &s.hits[i]
		if a.ports.both(h.ports, on) == noPorts || h.action == policy.Pass {
			continue
		}
		if !doubtful && (h.action == policy.Deny) != (v == Deny) {
			continue
		}
		list = append(list, a.reason(h, d))
	}
	return list
}

func (a *Analyser) reason(h *hit, d policy.Direction) Reason {
	r := Reason{Tier: h.tier, Direction: d, Rule: h.rule, Note: a.note(h, d)}
	if h.held != nil {
		r.Object = h.held.policy.Ref
	}
	return r
}

// unknownReasons names the object because of which nothing is evaluated, where it is one.
func (a *Analyser) unknownReasons(x *decision) []Reason {
	var list []Reason
	add := func(r Reason) {
		for i := range list {
			if list[i].Object == r.Object {
				return
			}
		}
		list = append(list, r)
	}
	for _, end := range []struct {
		d policy.Direction
		c *class
	}{{policy.Egress, x.src}, {policy.Ingress, x.dst}} {
		if end.c == nil {
			continue
		}
		for i := range a.state.Foreign {
			if f := &a.state.Foreign[i]; f.Namespace == "" || f.Namespace == end.c.namespace.name {
				add(Reason{Object: f.Ref, Tier: policy.Default, Direction: end.d, Rule: -1, Note: "a policy of a kind that is not evaluated"})
				break
			}
		}
		for _, p := range end.c.profiles {
			if p.unread != nil {
				add(Reason{Object: p.unread.Ref, Tier: p.unread.Tier, Direction: end.d, Rule: -1, Note: "cannot be read: " + p.unread.Unread})
			}
		}
	}
	return list
}
