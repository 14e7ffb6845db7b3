package segmentation

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/inorder"
)

// compare looks anew for policies of the same priority that disagree with one.
func (r *round) compare(ref model.Ref) {
	r.dirty.policies[ref] = struct{}{}
	for other := range r.conflicts[ref] {
		delete(r.conflicts[other], ref)
	}
	delete(r.conflicts, ref)
	p := r.ordered[ref]
	if p == nil || p.Tier != policy.Admin && p.Tier != policy.Baseline {
		return
	}
	for _, o := range r.ordered {
		if o == p || o.Tier != p.Tier || o.Priority != p.Priority || !overlap(&p.Subject, &o.Subject) {
			continue
		}
		if l := disagree(p, o); len(l) > 0 {
			r.note(ref, o.Ref, l)
			r.note(o.Ref, ref, l)
		}
	}
}

func (r *round) note(a, b model.Ref, l []model.Evidence) {
	if r.conflicts[a] == nil {
		r.conflicts[a] = map[model.Ref][]model.Evidence{}
	}
	r.conflicts[a][b] = l
}

// settleConflicts brings the findings on policies that disagree up to date.
func (r *round) settleConflicts() {
	if len(r.dirty.ordered) == 0 {
		return
	}
	touched := maps.Clone(r.dirty.ordered)
	for ref := range r.conflicts {
		touched[ref] = struct{}{}
	}
	for ref := range touched {
		var l []model.Evidence
		for _, part := range r.conflicts[ref] {
			l = append(l, part...)
		}
		if len(l) == 0 {
			delete(r.conflicts, ref)
			r.stand(ref, asConflict, nil)
			continue
		}
		inorder.Sort(l, func(a, b model.Evidence) int {
			if n := a.Object.Compare(b.Object); n != 0 {
				return n
			}
			return strings.Compare(a.Path, b.Path)
		})
		r.stand(ref, asConflict, gather(r.finding("NW21", model.Medium, ref, lines(capped(ref, unique(l))...))))
	}
}

// disagree lists the rules of two policies that match the same connections and do something else with them. What an
// earlier rule of either decides for all of these connections is left to that.
func disagree(a, b *policy.Policy) []model.Evidence {
	var l []model.Evidence
	for _, d := range [...]policy.Direction{policy.Ingress, policy.Egress} {
		for i := range a.Rules[d] {
			for j := range b.Rules[d] {
				x, y := &a.Rules[d][i], &b.Rules[d][j]
				if x.Action == y.Action || inert(x) || inert(y) || !meet(x, y) || settled(a.Rules[d][:i], x, y) || settled(b.Rules[d][:j], y, x) {
					continue
				}
				l = append(l, model.Evidence{Object: a.Ref, Path: rulePath(d, x.Index), Value: x.String()},
					model.Evidence{Object: b.Ref, Path: rulePath(d, y.Index), Value: y.String()})
			}
		}
	}
	return l
}

// inert tells a rule that matches nothing.
func inert(x *policy.Rule) bool {
	return x.FailClosed && x.Action == policy.Allow || x.Ports.Empty() && len(x.Named) == 0
}

// settled tells that an earlier rule matches all that one of two rules does.
func settled(earlier []policy.Rule, x, y *policy.Rule) bool {
	for i := range earlier {
		e := &earlier[i]
		if inert(e) {
			continue
		}
		for _, later := range [...]*policy.Rule{x, y} {
			if len(later.Named) == 0 && e.Ports.Covers(later.Ports) && coversPeers(e, later) {
				return true
			}
		}
	}
	return false
}

func coversPeers(e, later *policy.Rule) bool {
	if e.Anyone || e.FailClosed {
		return true
	}
	if later.Anyone || later.FailClosed {
		return false
	}
	return !slices.ContainsFunc(later.Peers, func(p policy.Peer) bool {
		return !slices.ContainsFunc(e.Peers, func(q policy.Peer) bool { return coversPeer(&q, &p) })
	})
}

func coversPeer(q, p *policy.Peer) bool {
	switch {
	case q.Pods != nil && p.Pods != nil:
		return contains(q.Pods, p.Pods)
	case q.Block != nil && p.Block != nil:
		return len(q.Block.Except) == 0 && q.Block.CIDR.Overlaps(p.Block.CIDR) && q.Block.CIDR.Bits() <= p.Block.CIDR.Bits()
	case q.Nodes != nil && p.Nodes != nil:
		return implied(*q.Nodes, *p.Nodes)
	case len(q.Domains) > 0 && len(p.Domains) > 0:
		return !slices.ContainsFunc(p.Domains, func(d string) bool { return !slices.Contains(q.Domains, d) })
	}
	return false
}

// meet tells that two rules can match the same connection.
func meet(x, y *policy.Rule) bool {
	if !portsMeet(x, y) {
		return false
	}
	if x.Anyone || y.Anyone || x.FailClosed || y.FailClosed {
		return true
	}
	for i := range x.Peers {
		for j := range y.Peers {
			if peersMeet(&x.Peers[i], &y.Peers[j]) {
				return true
			}
		}
	}
	return false
}

func peersMeet(p, q *policy.Peer) bool {
	switch {
	case p.Pods != nil && q.Pods != nil:
		return overlap(p.Pods, q.Pods)
	case p.Block != nil && q.Block != nil:
		return p.Block.CIDR.Overlaps(q.Block.CIDR) && !excepted(p.Block, q.Block) && !excepted(q.Block, p.Block)
	case p.Nodes != nil && q.Nodes != nil:
		return compatible(*p.Nodes, *q.Nodes)
	}
	return slices.ContainsFunc(p.Domains, func(d string) bool { return slices.Contains(q.Domains, d) })
}

// excepted tells that one exception of a block holds all of another block.
func excepted(b, other *policy.Block) bool {
	return slices.ContainsFunc(b.Except, func(e netip.Prefix) bool { return e.Overlaps(other.CIDR) && e.Bits() <= other.CIDR.Bits() })
}
