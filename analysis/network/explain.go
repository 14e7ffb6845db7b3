package network

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"go4.org/netipx"

	"canopy/analysis/network/policy"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Explain says of one pair of ends what is possible and why. An end is a pod, a block of addresses, or a workload, which
// stands for the first of its pods. One of them must be pods.
func (a *Analyser) Explain(c *cluster.Cluster, src, dst End) (*Explanation, error) {
	a.tidy()
	from, err := a.stand(c, src)
	if err != nil {
		return nil, err
	}
	to, err := a.stand(c, dst)
	if err != nil {
		return nil, err
	}
	x := &Explanation{Src: from.end, Dst: to.end}
	x.Egress.Direction, x.Ingress.Direction = policy.Egress, policy.Ingress
	switch {
	case from.pod == nil && to.pod == nil:
		return nil, fmt.Errorf("from %s to %s: neither is in the cluster", src.Block, dst.Block)
	case from.ended() || to.ended():
		x.ended(from, to)
	case from.class == nil:
		a.explainOutside(x, to, from.end.Block, policy.Ingress)
	case to.class == nil:
		a.explainOutside(x, from, to.end.Block, policy.Egress)
	default:
		a.explainPods(x, from, to)
	}
	return x, nil
}

// standing is an end as it is explained.
type standing struct {
	end    End
	pod    *record.Pod
	member uint32
	class  *class
}

func (s *standing) ended() bool { return s.pod != nil && s.class == nil }

func (a *Analyser) stand(c *cluster.Cluster, e End) (standing, error) {
	if e.Ref.IsZero() {
		if !e.Block.IsValid() {
			return standing{}, fmt.Errorf("%s is neither in the cluster nor a range of addresses", e.Name)
		}
		return standing{end: End{Block: e.Block.Masked()}}, nil
	}
	var first *record.Pod
	for p := range a.PodsOf(c, e.Ref) {
		// One that has not ended stands for the others.
		if first == nil || !p.Finished() && first.Finished() || p.Finished() == first.Finished() && p.Ref().Compare(first.Ref()) < 0 {
			first = p
		}
	}
	if first == nil {
		return standing{}, fmt.Errorf("%s has no pods", e.Ref)
	}
	s := standing{end: End{Ref: first.Ref()}, pod: first}
	if m, ok := a.find(first.Namespace, first.Name); ok {
		s.member, s.class, s.pod = m, a.members[m].class, a.members[m].record
	}
	return s, nil
}

// ended explains a pair of which one end is no more.
func (x *Explanation) ended(ends ...standing) {
	for i := range ends {
		if ends[i].ended() {
			x.Notes = append(x.Notes, ends[i].end.Ref.String()+" has ended: it is no end of connections")
		}
	}
	x.Parts = []Part{{Verdict: Deny, Connections: everything()}}
}

func (a *Analyser) explainPods(x *Explanation, from, to standing) {
	if from.member == to.member {
		x.Notes = append(x.Notes, "a pod always reaches itself at its own address; through a Service that is not specified")
		x.Parts = []Part{{Verdict: Allow, Connections: everything()}}
		return
	}
	beside := from.pod.Node() != "" && from.pod.Node() == to.pod.Node()
	near := beside && from.class.host
	d := a.decide(from.class, to.class, near)
	x.Parts = a.explained(d)
	x.notes(from, to, beside, d.apart)
	if d.answer.unknown {
		x.Notes = append(x.Notes, d.reason)
		return
	}
	a.explainSide(&x.Egress, &d.sides[policy.Egress], from.class.profiles[policy.Egress], &to, &to)
	if near {
		x.Ingress.Parts = []Part{{Verdict: Allow, Connections: everything()}}
		return
	}
	a.explainSide(&x.Ingress, &d.sides[policy.Ingress], to.class.profiles[policy.Ingress], &from, &to)
}

func (x *Explanation) notes(from, to standing, beside, apart bool) {
	for _, s := range []standing{from, to} {
		if s.class != nil && s.class.host {
			x.Notes = append(x.Notes, s.end.Ref.String()+" is on the host network")
		}
		if s.class != nil && s.class.site.unknown() {
			x.Notes = append(x.Notes, s.end.Ref.String()+" has no address yet")
		}
		if s.pod != nil && s.pod.Deleted != 0 {
			x.Notes = append(x.Notes, s.end.Ref.String()+" is terminating, and counts until it is gone")
		}
	}
	if beside {
		x.Notes = append(x.Notes, "both are on node "+from.pod.Node())
	}
	if apart {
		x.Notes = append(x.Notes, "the pods have no family of addresses in common")
	}
}

// explainSide says what one direction decides. The far end and the destination tell what is missing.
func (a *Analyser) explainSide(s *Side, d *sided, p *profile, other, target *standing) {
	s.Isolated = !d.open
	sure := a.ports.minus(d.allowed, d.denied)
	doubtful := a.ports.both(d.allowed, d.denied)
	denied := a.ports.minus(allPorts, d.allowed)
	var w why
	for i := range d.hits {
		w |= d.hits[i].why
	}
	if p.course.exempt && d.denied != noPorts {
		w |= whyHostSubject
	}
	if a.state.Enforcement == None {
		doubtful, denied = a.ports.union(doubtful, denied), noPorts
		w |= whyUnenforced
	}
	var hits [2][]hit
	hits[s.Direction] = d.hits
	for _, part := range []struct {
		v  Verdict
		on ports
	}{{Allow, sure}, {Depends, doubtful}, {Deny, denied}} {
		if part.on == noPorts {
			continue
		}
		x := Part{Verdict: part.v, Connections: a.ports.set(part.on), Because: a.sideReasons(nil, d, s.Direction, part.v, part.on)}
		if part.v == Depends {
			x.Assumption = a.assumption(w, hits)
		}
		s.Parts = append(s.Parts, x)
	}
	if lost := a.ports.minus(allPorts, sure); lost != noPorts {
		s.Misses = a.misses(p, s.Direction, other, target, lost)
	}
}

// explainOutside explains a pod and addresses outside.
func (a *Analyser) explainOutside(x *Explanation, at standing, block netip.Prefix, d policy.Direction) {
	c := at.class
	x.notes(at, standing{}, false, false)
	if reason := a.unknown(c); reason != "" {
		dec := &decision{answer: answer{unknown: true}, reason: reason}
		dec.src, dec.dst = orient(c, d)
		x.Parts = a.explained(dec)
		x.Notes = append(x.Notes, reason)
		return
	}
	f := &far{outside: func(r *rule) (level, why) { return covers(r, block) }}
	if d == policy.Ingress {
		f.target = c.signature
	}
	dec := a.decideOutside(c, d, f)
	x.Parts = a.explained(dec)
	side, other := &x.Egress, &x.Ingress
	target := &standing{}
	if d == policy.Ingress {
		side, other, target = other, side, &at
	}
	a.explainSide(side, &dec.sides[d], c.profiles[d], &standing{end: End{Block: block}}, target)
	other.Parts = []Part{{Verdict: Allow, Connections: everything()}}
}

// covers tells whether a rule means all of a block, or a part of it.
func covers(r *rule, block netip.Prefix) (level, why) {
	var set netipx.IPSetBuilder
	some := false
	for _, p := range r.peers {
		switch p.kind {
		case peerBlock:
			if p.block.CIDR.Overlaps(block) {
				for _, s := range spans(&p.block) {
					set.AddRange(s)
				}
			}
		case peerNodes:
			for n := range p.named {
				for _, at := range n.addresses {
					set.Add(at)
				}
			}
		case peerDomains:
			some = true
		}
	}
	s, err := set.IPSet()
	switch {
	case err == nil && s.ContainsPrefix(block):
		return levelYes, 0
	case err == nil && s.OverlapsPrefix(block):
		return levelMaybe, whyPart
	case some:
		return levelMaybe, whyDomain
	}
	return levelNo, 0
}

// Policies goes through the policies, sorted.
func (a *Analyser) Policies() iter.Seq[*policy.Policy] {
	return func(yield func(*policy.Policy) bool) {
		list := make([]*held, 0, len(a.policies))
		for _, h := range a.policies {
			list = append(list, h)
		}
		slices.SortFunc(list, comparePolicies)
		for _, h := range list {
			if !yield(h.policy) {
				return
			}
		}
	}
}
