package network

import "slices"

// summed gives the entries of one namespace with all others.
func (l *listing) summed(u *unit) {
	type sum struct {
		pairs          Pairs
		allow, depends ports
		assumption     string
	}
	sums := map[*unit]*sum{}
	for i := range u.parts {
		x := &u.parts[i]
		for _, k := range l.row(x.class) {
			s := sums[k.unit]
			if s == nil {
				s = &sum{}
				sums[k.unit] = s
			}
			total, beside := l.count(x, &k.unit.parts[k.part], k.relation)
			for _, one := range []struct {
				d *decision
				n int
			}{{k.far, total - beside}, {k.near, beside}} {
				if one.d == nil || one.n <= 0 {
					continue
				}
				add(&s.pairs, &one.d.answer, one.n, l.a)
				s.allow = l.a.ports.union(s.allow, one.d.answer.allow)
				s.depends = l.a.ports.union(s.depends, one.d.answer.depends)
				if s.assumption == "" && one.d.answer.verdict() != Allow {
					for _, p := range l.a.explained(one.d) {
						if p.Assumption != "" {
							s.assumption = p.Assumption
							break
						}
					}
				}
			}
		}
	}
	units := make([]*unit, 0, len(sums))
	for v := range sums {
		units = append(units, v)
	}
	slices.SortFunc(units, func(x, y *unit) int { return int(int64(x.order) - int64(y.order)) })
	for _, v := range units {
		s := sums[v]
		s.pairs.Total = u.pods * v.pods
		if same(u, v) {
			for i := range u.parts {
				for j := range v.parts {
					if u.parts[i].class == v.parts[j].class {
						s.pairs.Total -= common(u.parts[i].pods, v.parts[j].pods)
					}
				}
			}
		}
		if s.pairs.Total > 0 {
			l.summary(End{Ref: u.ref}, End{Ref: v.ref}, s.pairs, s.allow, s.depends, s.assumption)
		}
	}
}

// summary gives the entry of two ends with many pods.
func (l *listing) summary(src, dst End, pairs Pairs, allow, depends ports, assumption string) {
	p := Part{Verdict: Deny, Connections: everything()}
	switch {
	case pairs.Allowed > 0:
		p.Verdict, p.Connections = Allow, l.a.ports.set(allow)
	case pairs.Depends > 0:
		p.Verdict, p.Connections, p.Assumption = Depends, l.a.ports.set(depends), assumption
	case pairs.Unknown > 0:
		p.Verdict, p.Assumption = NotEvaluated, assumption
	}
	if l.stopped || p.Verdict == Deny && !l.q.Denied {
		return
	}
	if l.q.Ports != nil {
		if p.Connections = p.Connections.Intersect(*l.q.Ports); p.Connections.Empty() {
			return
		}
	}
	l.stopped = !l.yield(Entry{Src: src, Dst: dst, Verdict: p.Verdict, Connections: p.Connections, Assumption: p.Assumption, Pairs: pairs})
}
