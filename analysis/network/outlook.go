package network

import (
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
)

// CellOn is Cell where only certain connections count; nil counts all.
func (a *Analyser) CellOn(src, dst string, on *port.Set) Cell {
	a.tidy()
	if on == nil {
		return a.Cell(src, dst)
	}
	var cell Cell
	from, to := a.namespaces[src], a.namespaces[dst]
	if from == nil || to == nil {
		return cell
	}
	limit, open := a.ports.intern(*on), noPorts
	for _, x := range from.classes {
		for _, y := range to.classes {
			n := len(x.pods) * len(y.pods)
			if x == y {
				n -= len(x.pods)
			}
			if n == 0 {
				continue
			}
			if near := a.nearby(x, y); near > 0 {
				close := a.limited(a.answer(x, y, true), limit)
				open = a.ports.union(open, add(&cell.Pairs, &close, near, a))
				n -= near
			}
			if n > 0 {
				far := a.limited(a.answer(x, y, false), limit)
				open = a.ports.union(open, add(&cell.Pairs, &far, n, a))
			}
		}
	}
	cell.Ports = a.ports.set(open)
	return cell
}

// limited leaves of an answer what is about certain connections.
func (a *Analyser) limited(x answer, on ports) answer {
	x.allow, x.depends = a.ports.both(x.allow, on), a.ports.both(x.depends, on)
	return x
}

// OutsideCell sums up what pods of a namespace can do to addresses outside, where d is Egress, or these to them: Pairs counts
// pods, each by the best of its answers. It costs the classes of the namespace, and for each the ranges that its rules tell apart.
func (a *Analyser) OutsideCell(namespace string, d policy.Direction, on *port.Set) Cell {
	a.tidy()
	var cell Cell
	n := a.namespaces[namespace]
	if n == nil {
		return cell
	}
	limit, open := allPorts, noPorts
	if on != nil {
		limit = a.ports.intern(*on)
	}
	for _, c := range n.classes {
		best := answer{}
		for _, s := range a.outside(c, d) {
			x := a.limited(s.answer, limit)
			best.unknown = best.unknown || x.unknown
			best.allow, best.depends = a.ports.union(best.allow, x.allow), a.ports.union(best.depends, x.depends)
		}
		open = a.ports.union(open, add(&cell.Pairs, &best, len(c.pods), a))
	}
	cell.Ports = a.ports.set(open)
	return cell
}
