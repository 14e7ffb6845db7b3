package network

import "slices"

// unit gives the entries from one unit to all others.
func (l *listing) unit(u *unit) {
	if l.q.Level == Namespaces {
		l.summed(u)
		return
	}
	if len(u.parts) == 1 {
		row := l.row(u.parts[0].class)
		for i := 0; i < len(row) && !l.stopped; {
			j := i + 1
			for j < len(row) && row[j].unit == row[i].unit {
				j++
			}
			if v := row[i].unit; len(v.parts) == 1 {
				l.simple(u, v, row[i].relation)
			} else {
				l.matrix(u, v, [][]link{row[i:j]})
			}
			i = j
		}
		return
	}
	// A workload whose replicas differ: what each class can do, side by side.
	rows := make([][]link, len(u.parts))
	for i := range u.parts {
		rows[i] = l.row(u.parts[i].class)
	}
	for !l.stopped {
		var next *unit
		for _, r := range rows {
			if len(r) > 0 && (next == nil || r[0].unit.order < next.order) {
				next = r[0].unit
			}
		}
		if next == nil {
			return
		}
		cells := make([][]link, len(rows))
		for i, r := range rows {
			j := 0
			for j < len(r) && r[j].unit == next {
				j++
			}
			cells[i], rows[i] = r[:j], r[j:]
		}
		l.matrix(u, next, cells)
	}
}

// same tells that a unit of the one side is one of the other.
func same(u, v *unit) bool { return u == v || u.ref == v.ref }

// simple gives the entries of two units of one class each.
func (l *listing) simple(u, v *unit, r *relation) {
	far, near := l.split(&u.parts[0], &v.parts[0], r)
	l.both(End{Ref: u.ref}, End{Ref: v.ref}, r, far, near)
}

// both gives the entries of a relation, of which there are pairs far from each other, or on the same node.
func (l *listing) both(src, dst End, r *relation, far, near bool) {
	switch {
	case far && near:
		l.emit(src, dst, r.far)
		if src.Class != "" {
			src.Class += ","
		}
		src.Class += "same node"
		l.emit(src, dst, r.near)
	case far:
		l.emit(src, dst, r.far)
	case near:
		l.emit(src, dst, r.near)
	}
}

// split tells whether there are pairs of pods, and whether some are on the same node where that makes a difference.
func (l *listing) split(x, y *part, r *relation) (far, near bool) {
	total, beside := l.count(x, y, r)
	return total > beside, beside > 0
}

func (l *listing) count(x, y *part, r *relation) (total, beside int) {
	total = len(x.pods) * len(y.pods)
	if x.class == y.class {
		total -= common(x.pods, y.pods)
	}
	if r == nil || r.near == nil {
		return total, 0
	}
	for _, m := range y.pods {
		at := l.a.nodes[l.a.members[m].record.Node()]
		if at == nil {
			continue
		}
		for _, o := range at.pods {
			if o != m && l.a.members[o].class == x.class && x.has(o) {
				beside++
			}
		}
	}
	return total, beside
}

// common counts the pods that are in both lists.
func common(x, y []uint32) int {
	switch {
	case len(x) == 1 && len(y) == 1:
		if x[0] == y[0] {
			return 1
		}
		return 0
	case len(x) == len(y) && &x[0] == &y[0]:
		return len(x)
	}
	in := make(map[uint32]struct{}, len(x))
	for _, m := range x {
		in[m] = struct{}{}
	}
	n := 0
	for _, m := range y {
		if _, ok := in[m]; ok {
			n++
		}
	}
	return n
}

// field is what one class of a unit can do to one class of another.
type field struct {
	relation  *relation
	far, near bool
}

func (f *field) void() bool { return !f.far && !f.near }

// equal tells that two fields say the same. One without pairs says nothing.
func (f *field) equal(o *field) bool {
	if f.far != o.far || f.near != o.near {
		return false
	}
	if (f.relation == nil) != (o.relation == nil) {
		return false
	}
	if f.relation == nil {
		return true
	}
	return (!f.far || f.relation.far.answer == o.relation.far.answer) && (!f.near || f.relation.near.answer == o.relation.near.answer)
}

// matrix gives the entries of two units of which one has several classes. Classes with equal answers are told as one.
func (l *listing) matrix(u, v *unit, links [][]link) {
	grid := make([][]field, len(u.parts))
	var first *field
	uniform := true
	for i := range grid {
		grid[i] = make([]field, len(v.parts))
		for _, k := range links[i] {
			grid[i][k.part].relation = k.relation
		}
		for j := range grid[i] {
			f := &grid[i][j]
			f.far, f.near = l.split(&u.parts[i], &v.parts[j], f.relation)
			if f.void() {
				continue
			}
			if first == nil {
				first = f
			}
			uniform = uniform && first.equal(f)
		}
	}
	if first == nil {
		return
	}
	if uniform {
		if first.relation != nil {
			l.both(End{Ref: u.ref}, End{Ref: v.ref}, first.relation, first.far, first.near)
		}
		return
	}
	rows := alike(len(u.parts), func(i, k int) bool {
		for j := range v.parts {
			if !grid[i][j].equal(&grid[k][j]) {
				return false
			}
		}
		return true
	})
	columns := alike(len(v.parts), func(j, k int) bool {
		for i := range u.parts {
			if !grid[i][j].equal(&grid[i][k]) {
				return false
			}
		}
		return true
	})
	for _, r := range rows {
		for _, c := range columns {
			f := &grid[r[0]][c[0]]
			if f.relation == nil || f.void() {
				continue
			}
			l.both(End{Ref: u.ref, Class: u.distinct(r)}, End{Ref: v.ref, Class: v.distinct(c)}, f.relation, f.far, f.near)
		}
	}
}

// alike gathers what is equal.
func alike(n int, equal func(i, k int) bool) [][]int {
	var sets [][]int
next:
	for i := range n {
		for s := range sets {
			if equal(sets[s][0], i) {
				sets[s] = append(sets[s], i)
				continue next
			}
		}
		sets = append(sets, []int{i})
	}
	return sets
}

// summed gives the entries of one namespace with all others.
func (l *listing) summed(u *unit) {
	type sum struct {
		pairs          Pairs
		allow, depends ports
		unknown        bool
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
