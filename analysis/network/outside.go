package network

import (
	"cmp"
	"net/netip"
	"slices"

	"go4.org/netipx"

	"canopy/analysis/network/policy"
	"canopy/model/inorder"
	"canopy/model/record"
)

// stretch is a range of addresses outside with one answer.
type stretch struct {
	from, to netip.Addr
	*decision
}

// blocks gives the fewest prefixes that make up the range.
func (s *stretch) blocks() []netip.Prefix { return netipx.IPRangeFrom(s.from, s.to).Prefixes() }

// edge is where a rule begins to match, or no longer does.
type edge struct {
	at   netip.Addr
	rule *rule
	step int
}

// whole gives all addresses of both families.
func whole() []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
}

// outside gives the answers of a class with all addresses outside, in order. Addresses of pods and nodes are not left out.
func (a *Analyser) outside(c *class, d policy.Direction) []stretch {
	p := c.profiles[d]
	if reason := a.unknown(c); reason != "" {
		x := &decision{answer: answer{unknown: true}, reason: reason}
		x.src, x.dst = orient(c, d)
		var list []stretch
		for _, w := range whole() {
			r := netipx.RangeOfPrefix(w)
			list = append(list, stretch{r.From(), r.To(), x})
		}
		return list
	}
	edges, domains := a.edges(p)
	var list []stretch
	active := map[*rule]int{}
	f := &far{outside: func(r *rule) (level, why) {
		switch {
		case active[r] > 0:
			return levelYes, 0
		case domains[r]:
			return levelMaybe, whyDomain
		}
		return levelNo, 0
	}}
	if d == policy.Ingress {
		f.target = c.signature
	}
	for _, w := range whole() {
		clear(active)
		r := netipx.RangeOfPrefix(w)
		at := r.From()
		mine := edges[:0:0]
		for _, e := range edges {
			if e.at.Is6() == at.Is6() {
				mine = append(mine, e)
			}
		}
		for i := 0; ; {
			for i < len(mine) && mine[i].at == at {
				active[mine[i].rule] += mine[i].step
				i++
			}
			end := r.To()
			if i < len(mine) {
				end = mine[i].at.Prev()
			}
			list = a.stretch(list, c, d, at, end, f)
			if i >= len(mine) {
				break
			}
			at = mine[i].at
		}
	}
	return list
}

// orient gives a class the side on which it is.
func orient(c *class, d policy.Direction) (src, dst *class) {
	if d == policy.Egress {
		return c, nil
	}
	return nil, c
}

// stretch adds a range, as a part of the one before where both have the same answer.
func (a *Analyser) stretch(list []stretch, c *class, d policy.Direction, from, to netip.Addr, f *far) []stretch {
	x := a.decideOutside(c, d, f)
	if n := len(list); n > 0 && list[n-1].to.Next() == from && list[n-1].answer == x.answer {
		last := &list[n-1]
		last.to = to
		for _, h := range x.sides[d].hits {
			if !slices.ContainsFunc(last.sides[d].hits, func(o hit) bool { return o.held == h.held && o.rule == h.rule && o.action == h.action }) {
				last.sides[d].hits = append(last.sides[d].hits, h)
			}
		}
		return list
	}
	return append(list, stretch{from, to, x})
}

// decideOutside answers for a class and addresses outside.
func (a *Analyser) decideOutside(c *class, d policy.Direction, f *far) *decision {
	x := &decision{}
	x.src, x.dst = orient(c, d)
	t := &trace{detail: true}
	al, de := a.walk(&c.profiles[d].course, f, t)
	x.sides[d] = sided{allowed: al, denied: de, hits: t.hits, open: c.profiles[d].program.open}
	x.sides[1-d] = sided{allowed: allPorts}
	x.answer = a.sum(a.ports.minus(al, de), al, t)
	return x
}

// edges gives where rules of a profile begin and cease to match addresses, and which speak of names of domains.
func (a *Analyser) edges(p *profile) ([]edge, map[*rule]bool) {
	var list []edge
	domains := map[*rule]bool{}
	seen := map[*rule]bool{}
	p.course.each(func(b *branch) {
		for _, r := range b.rules {
			if seen[r] {
				continue
			}
			seen[r] = true
			for _, x := range r.peers {
				switch x.kind {
				case peerBlock:
					for _, s := range spans(&x.block) {
						list = span(list, r, s.From(), s.To())
					}
				case peerNodes:
					for n := range x.named {
						for _, at := range n.addresses {
							list = span(list, r, at, at)
						}
					}
				case peerDomains:
					domains[r] = true
				}
			}
		}
	})
	inorder.Sort(list, func(x, y edge) int {
		return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.rule.id, y.rule.id), cmp.Compare(y.step, x.step))
	})
	return list, domains
}

func span(list []edge, r *rule, from, to netip.Addr) []edge {
	list = append(list, edge{from, r, 1})
	if next := to.Next(); next.IsValid() {
		list = append(list, edge{next, r, -1})
	}
	return list
}

// spans gives the ranges of a block.
func spans(b *policy.Block) []netipx.IPRange {
	if len(b.Except) == 0 {
		return []netipx.IPRange{netipx.RangeOfPrefix(b.CIDR)}
	}
	var set netipx.IPSetBuilder
	set.AddPrefix(b.CIDR)
	for _, x := range b.Except {
		set.RemovePrefix(x)
	}
	// The prefixes are valid, and nothing else fails.
	s, err := set.IPSet()
	if err != nil {
		return nil
	}
	return s.Ranges()
}

// Outside gives the ranges of external addresses with one answer each, as destinations of a pod where d is Egress, as
// sources otherwise. It gives none for a pod that has ended.
func (a *Analyser) Outside(p *record.Pod, d policy.Direction) []Range {
	a.tidy()
	m, ok := a.find(p.Namespace, p.Name)
	if !ok {
		return nil
	}
	var list []Range
	all := a.outside(a.members[m].class, d)
	for i := range all {
		parts := a.explained(all[i].decision)
		for _, b := range all[i].blocks() {
			list = append(list, Range{b, parts})
		}
	}
	return list
}
