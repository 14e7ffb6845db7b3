package exposure

import (
	"net/netip"
	"slices"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model/record"
)

// answer is what policies say of one connection.
type answer struct {
	verdict    network.Verdict
	assumption string
	because    []network.Reason
}

// ranked is an answer for a range of addresses.
type ranked struct {
	block netip.Prefix
	answer
}

// opens orders verdicts by how much they let through: what is not evaluated may be anything, but less likely than what
// depends is known to be possible.
func (x answer) opens() int {
	switch x.verdict {
	case network.Allow:
		return 3
	case network.Depends:
		return 2
	case network.NotEvaluated:
		return 1
	}
	return 0
}

func (x answer) beats(y answer) bool { return x.opens() > y.opens() }

func (x answer) same(y answer) bool { return x.verdict == y.verdict && x.assumption == y.assumption }

// worse gives the answer for a connection that needs both.
func worse(x, y answer) answer {
	reasons := union(x.because, y.because)
	if x.opens() < y.opens() {
		y = x
	}
	y.because = reasons
	return y
}

// arrive answers for the addresses from which a Service or a port of a node is reached. Where the pod sees them, policies
// decide by them; where it sees a node's, nobody knows which.
func (l *listing) arrive(w *Way, t Target, on port.Set) []ranked {
	var list []ranked
	sources := l.sources(w, t.Pod)
	if !w.SourceKept {
		x := l.anywhere(t.Pod, on, "the pod sees the address of a node, not that of the client (externalTrafficPolicy Cluster), and policies let only some addresses in")
		for _, s := range sources {
			list = append(list, ranked{s, x})
		}
		return list
	}
	for _, s := range sources {
		var within []ranked
		for _, r := range l.rangesOf(t.Pod) {
			if block, ok := overlap(s, r.Block); ok {
				within = append(within, ranked{block, part(r.Parts, on)})
			}
		}
		if len(within) > 0 && !slices.ContainsFunc(within, func(r ranked) bool { return !r.same(within[0].answer) }) {
			for _, r := range within[1:] {
				within[0].because = union(within[0].because, r.because)
			}
			within[0].block = s
			within = within[:1]
		}
		list = append(list, within...)
	}
	return list
}

// anywhere answers for an address that is not known: it may be any of the pod's families.
func (l *listing) anywhere(p *record.Pod, on port.Set, otherwise string) answer {
	var all answer
	first, differ := true, false
	v4, v6 := familiesOf(p)
	for _, r := range l.rangesOf(p) {
		if r.Block.Addr().Is4() && !v4 || !r.Block.Addr().Is4() && !v6 {
			continue
		}
		x := part(r.Parts, on)
		switch {
		case first:
			all, first = x, false
		case x.verdict == network.NotEvaluated:
			all = x
		case !x.same(all) && all.verdict != network.NotEvaluated:
			differ = true
			all.because = union(all.because, x.because)
		default:
			all.because = union(all.because, x.because)
		}
	}
	if first {
		return answer{verdict: network.NotEvaluated, assumption: "the pod is not known to the evaluator"}
	}
	if differ && all.verdict != network.NotEvaluated {
		all.verdict, all.assumption = network.Depends, otherwise
	}
	return all
}

func (l *listing) rangesOf(p *record.Pod) []network.Range {
	key := kinOf(p)
	list, ok := l.ranges[key]
	if !ok {
		list = l.net.Outside(p, policy.Ingress)
		l.ranges[key] = list
	}
	return list
}

// part gives the answer for one port, of parts that cover every connection once.
func part(parts []network.Part, on port.Set) answer {
	for i := range parts {
		if p := &parts[i]; !p.Connections.Intersect(on).Empty() {
			return answer{p.Verdict, p.Assumption, p.Because}
		}
	}
	return answer{}
}

// between answers for a pod of a controller and a target.
func (l *listing) between(k, p *record.Pod, on port.Set) answer {
	if samePod(k, p) {
		return answer{verdict: network.Allow}
	}
	key := l.pairOf(k, p)
	e, ok := l.pairs[key]
	if !ok {
		var err error
		if e, err = l.net.Explain(l.c, network.End{Ref: k.Ref()}, network.End{Ref: p.Ref()}); err != nil {
			e = nil
		}
		l.pairs[key] = e
	}
	if e == nil {
		return answer{verdict: network.NotEvaluated, assumption: "the pods could not be compared"}
	}
	return part(e.Parts, on)
}

// pairOf tells which pairs have one answer: targets that are kin and on one node, unless policies say whom the controller's
// pod may reach, which may go by addresses.
func (l *listing) pairOf(k, p *record.Pod) pairKey {
	key := pairKey{k, kinOf(p), p.Node(), ""}
	bound, ok := l.bound[k]
	if !ok {
		is := l.net.Isolation(k)
		bound = len(is.By[policy.Egress])+len(is.Ordered[policy.Egress]) > 0
		l.bound[k] = bound
	}
	if bound {
		key.addresses = strings.Join(p.IPs, " ")
	}
	return key
}

// entrance answers whether anything outside gets to a pod of a controller, by Services and ports of nodes.
func (l *listing) entrance(k *record.Pod) answer {
	best, ok := l.doors[k]
	if ok {
		return best
	}
	best = answer{verdict: network.Depends, assumption: "no way from outside to the pods of the controller was found"}
	first := true
	for _, w := range l.a.Of(l.c, k) {
		if w.Service != w.Via && !w.Service.IsZero() {
			continue
		}
		for _, t := range w.Targets {
			if !samePod(t.Pod, k) {
				continue
			}
			for _, r := range l.arrive(w, t, port.Of(w.Protocol, t.Port, t.Port)) {
				if first || r.beats(best) {
					best, first = r.answer, false
				}
			}
		}
	}
	l.doors[k] = best
	return best
}

// assumed answers for pods of a controller that were not found: where no policy is about the target's incoming connections,
// it does not matter which they are.
func (l *listing) assumed(p *record.Pod) answer {
	is := l.net.Isolation(p)
	switch {
	case is.Unknown != "":
		return answer{verdict: network.NotEvaluated, assumption: is.Unknown}
	case is.Exempt == "" && len(is.By[policy.Ingress])+len(is.Ordered[policy.Ingress]) > 0:
		return answer{verdict: network.Depends, assumption: "the pods of the controller were not found, and policies decide who reaches the target"}
	}
	return answer{verdict: network.Allow}
}

// sources gives the ranges from which a way is reached, as far as they were asked for.
func (l *listing) sources(w *Way, p *record.Pod) []netip.Prefix {
	list := w.Sources
	if len(list) == 0 {
		at := p
		if len(w.Controller) > 0 {
			at = w.Controller[0]
		}
		v4, v6 := familiesOf(at)
		if ip, err := netip.ParseAddr(w.Address); err == nil {
			v4, v6 = ip.Is4(), !ip.Is4()
		}
		if v4 {
			list = append(list, netip.PrefixFrom(netip.IPv4Unspecified(), 0))
		}
		if v6 {
			list = append(list, netip.PrefixFrom(netip.IPv6Unspecified(), 0))
		}
	}
	asked := l.q.From.Block
	if !asked.IsValid() {
		return list
	}
	var kept []netip.Prefix
	for _, s := range list {
		if block, ok := overlap(s, asked); ok {
			kept = append(kept, block)
		}
	}
	return kept
}

// familiesOf tells by its addresses which families a pod is reached by; both where it has none yet.
func familiesOf(p *record.Pod) (v4, v6 bool) {
	for _, s := range p.IPs {
		if ip, err := netip.ParseAddr(s); err == nil {
			v4, v6 = v4 || ip.Is4(), v6 || !ip.Is4()
		}
	}
	if !v4 && !v6 {
		return true, true
	}
	return v4, v6
}

// overlap gives what two ranges have in common, which is the smaller of them.
func overlap(x, y netip.Prefix) (netip.Prefix, bool) {
	switch {
	case !x.Overlaps(y):
		return netip.Prefix{}, false
	case x.Bits() > y.Bits():
		return x, true
	}
	return y, true
}
