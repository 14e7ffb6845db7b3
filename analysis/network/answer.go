package network

import "canopy/analysis/network/policy"

// answer says on which ports connections are possible from one end to another.
type answer struct {
	// allow are allowed, depends rest on something; the others are denied.
	allow, depends ports
	why            why
	// unknown tells that nothing is evaluated.
	unknown bool
}

// nothing tells that every connection is denied.
func (x *answer) nothing() bool { return !x.unknown && x.allow == noPorts && x.depends == noPorts }

// verdict is the one that a pair is counted by.
func (x *answer) verdict() Verdict {
	switch {
	case x.unknown:
		return NotEvaluated
	case x.allow != noPorts:
		return Allow
	case x.depends != noPorts:
		return Depends
	}
	return Deny
}

// families gives those over which two sites can talk: two that have none in common cannot. One that has no address yet will
// have any.
func families(src, dst *site) (list [2]bool) {
	for f := range list {
		list[f] = (src.families[f] || src.unknown()) && (dst.families[f] || dst.unknown())
	}
	return list
}

// answer works out what pods of one class can do to pods of another. near tells that the source is on the network of the
// destination's own node, from where everything comes in.
func (a *Analyser) answer(src, dst *class, near bool) answer {
	if src.group != nil && src.group.unknown || dst.group != nil && dst.group.unknown {
		return answer{unknown: true}
	}
	out, in := src.profiles[policy.Egress].program, dst.profiles[policy.Ingress].program
	over := families(src.site, dst.site)
	if over == [2]bool{} {
		return answer{}
	}
	if out.open && (in.open || near) {
		return answer{allow: allPorts}
	}
	t := &a.scratch
	t.doubts = t.doubts[:0]
	if over[0] && over[1] && (len(src.site.blocks) == 0 && len(dst.site.blocks) == 0) {
		// No block tells the families apart.
		over[1] = false
	}
	var sure, possible ports
	for f := range over {
		if !over[f] {
			continue
		}
		s, p := a.over(out, in, src, dst, f == 1, near, t)
		sure, possible = a.ports.union(sure, s), a.ports.union(possible, p)
	}
	return a.sum(sure, possible, t)
}

// over answers for one family of addresses.
func (a *Analyser) over(out, in *program, src, dst *class, v6, near bool, t *trace) (sure, possible ports) {
	sure, possible = allPorts, allPorts
	if !out.open {
		al, de := a.walk(&out.course, &far{class: dst, v6: v6, target: dst.signature}, t)
		if al == noPorts {
			return noPorts, noPorts
		}
		sure, possible = a.ports.minus(al, de), al
	}
	if !in.open && !near {
		al, de := a.walk(&in.course, &far{class: src, v6: v6, target: dst.signature}, t)
		sure, possible = a.ports.both(sure, a.ports.minus(al, de)), a.ports.both(possible, al)
	}
	return sure, possible
}

// sum makes an answer of what is allowed for certain and what may be.
func (a *Analyser) sum(sure, possible ports, t *trace) answer {
	x := answer{allow: sure, depends: a.ports.minus(possible, sure)}
	if a.state.Enforcement == None && possible != allPorts {
		x.depends, x.why = a.ports.minus(allPorts, sure), whyUnenforced
	}
	if x.depends != noPorts {
		for _, d := range t.doubts {
			if a.ports.both(d.ports, x.depends) != noPorts {
				x.why |= d.why
			}
		}
	}
	return x
}
