package network

import (
	"cmp"
	"net/netip"
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model/inorder"
)

// outgoing gives the entries from a unit to what is outside.
func (l *listing) outgoing(u *unit) {
	if l.q.Level == Namespaces {
		for _, s := range l.total(u, policy.Egress) {
			for _, b := range s.blocks {
				if b, ok := clip(l.q.To.Block, b); ok {
					l.abroad(End{Ref: u.ref}, End{Block: b}, &s)
				}
			}
		}
		return
	}
	for _, s := range l.outsideOf(u, policy.Egress) {
		for i := range s.list {
			for _, b := range s.list[i].blocks() {
				if b, ok := clip(l.q.To.Block, b); ok {
					l.emit(End{Ref: u.ref, Class: s.class}, End{Block: b}, s.list[i].decision)
				}
			}
		}
	}
}

// incoming gives the entries from what is outside to all units, by block.
func (l *listing) incoming() {
	type arrival struct {
		block netip.Prefix
		end   End
		order uint64
		list  *stretch
		total *totalled
	}
	var all []arrival
	for _, name := range l.names {
		n := l.a.namespaces[name]
		if !l.wants(name) || l.to != nil && !slices.ContainsFunc(n.classes, func(c *class) bool {
			_, ok := l.to[c]
			return ok
		}) {
			continue
		}
		for _, u := range l.targets.of(l, n) {
			if l.q.Level == Namespaces {
				for _, s := range l.total(u, policy.Ingress) {
					for _, b := range s.blocks {
						all = append(all, arrival{b, End{Ref: u.ref}, u.order, nil, &s})
					}
				}
				continue
			}
			for _, s := range l.outsideOf(u, policy.Ingress) {
				for i := range s.list {
					if s.list[i].answer.nothing() && !l.q.Denied {
						continue
					}
					for _, b := range s.list[i].blocks() {
						all = append(all, arrival{b, End{Ref: u.ref, Class: s.class}, u.order, &s.list[i], nil})
					}
				}
			}
		}
	}
	inorder.SortStable(all, func(x, y arrival) int {
		return cmp.Or(x.block.Addr().Compare(y.block.Addr()), cmp.Compare(x.block.Bits(), y.block.Bits()), cmp.Compare(x.order, y.order), cmp.Compare(x.end.Class, y.end.Class))
	})
	for i := range all {
		x := &all[i]
		b, ok := clip(l.q.From.Block, x.block)
		switch {
		case l.stopped:
			return
		case !ok:
		case x.total != nil:
			l.abroad(End{Block: b}, x.end, x.total)
		default:
			l.emit(End{Block: b}, x.end, x.list.decision)
		}
	}
}

// foreignSet is the answers with what is outside that some classes of a unit have alike.
type foreignSet struct {
	class string
	list  []stretch
}

// outsideOf gives the answers of a unit with what is outside, by what its classes have alike.
func (l *listing) outsideOf(u *unit, d policy.Direction) []foreignSet {
	lists := make([][]stretch, len(u.parts))
	for i := range u.parts {
		lists[i] = l.abroadOf(u.parts[i].class, d)
	}
	var sets []foreignSet
	for _, s := range alike(len(lists), func(i, k int) bool {
		return slices.EqualFunc(lists[i], lists[k], func(x, y stretch) bool { return x.from == y.from && x.to == y.to && x.answer == y.answer })
	}) {
		sets = append(sets, foreignSet{u.distinct(s), lists[s[0]]})
	}
	return sets
}

// abroadOf works out what is outside once for each profile.
func (l *listing) abroadOf(c *class, d policy.Direction) []stretch {
	key := abroadKey{c.profiles[d], c.signature, c.namespace, c.group.unknown}
	list, ok := l.foreign[key]
	if !ok {
		list = l.a.outside(c, d)
		l.foreign[key] = list
	}
	return list
}

// abroadKey is what the answers with the outside depend on.
type abroadKey struct {
	profile   *profile
	signature *signature
	namespace *namespace
	unknown   bool
}

// totalled is what the pods of a namespace have to do with a range outside.
type totalled struct {
	from, to       netip.Addr
	blocks         []netip.Prefix
	pairs          Pairs
	allow, depends ports
	assumption     string
}

// total sums up the answers of a unit with what is outside.
func (l *listing) total(u *unit, d policy.Direction) []totalled {
	var bounds []netip.Addr
	lists := make([][]stretch, len(u.parts))
	for i := range u.parts {
		lists[i] = l.abroadOf(u.parts[i].class, d)
		for j := range lists[i] {
			bounds = append(bounds, lists[i][j].from)
		}
	}
	inorder.Sort(bounds, netip.Addr.Compare)
	bounds = slices.Compact(bounds)
	var sums []totalled
	at := make([]int, len(lists))
	for _, b := range bounds {
		s := totalled{from: b}
		for i := range lists {
			for at[i]+1 < len(lists[i]) && lists[i][at[i]+1].from.Compare(b) <= 0 {
				at[i]++
			}
			x := &lists[i][at[i]]
			if end := x.to; !s.to.IsValid() || end.Less(s.to) {
				s.to = end
			}
			add(&s.pairs, &x.answer, len(u.parts[i].pods), l.a)
			s.allow, s.depends = l.a.ports.union(s.allow, x.answer.allow), l.a.ports.union(s.depends, x.answer.depends)
			if s.assumption == "" && x.answer.verdict() != Allow {
				for _, p := range l.a.explained(x.decision) {
					if p.Assumption != "" {
						s.assumption = p.Assumption
						break
					}
				}
			}
		}
		if n := len(sums); n > 0 && sums[n-1].to.Next() == s.from && sums[n-1].pairs == s.pairs && sums[n-1].allow == s.allow && sums[n-1].depends == s.depends {
			sums[n-1].to = s.to
			continue
		}
		sums = append(sums, s)
	}
	for i := range sums {
		x := stretch{from: sums[i].from, to: sums[i].to}
		sums[i].blocks = x.blocks()
	}
	return sums
}

// abroad gives the entry of a namespace and a block.
func (l *listing) abroad(src, dst End, s *totalled) {
	l.summary(src, dst, s.pairs, s.allow, s.depends, s.assumption)
}
