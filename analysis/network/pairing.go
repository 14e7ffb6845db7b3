package network

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
