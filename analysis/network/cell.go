package network

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
)

// Cell sums up what pods of one namespace can do to those of another. It costs the classes of both.
func (a *Analyser) Cell(src, dst string) Cell {
	var cell Cell
	from, to := a.namespaces[src], a.namespaces[dst]
	if from == nil || to == nil {
		return cell
	}
	open := noPorts
	for _, x := range from.classes {
		for _, y := range to.classes {
			p := a.tally(x, y, &cell.Pairs)
			open = a.ports.union(open, p)
		}
	}
	cell.Ports = a.ports.set(open)
	return cell
}

// tally adds the pairs of two classes, and gives the ports on which they can talk.
func (a *Analyser) tally(x, y *class, into *Pairs) ports {
	n := len(x.pods) * len(y.pods)
	if x == y {
		n -= len(x.pods)
	}
	if n == 0 {
		return noPorts
	}
	ans := a.answer(x, y, false)
	open := noPorts
	if near := a.nearby(x, y); near > 0 {
		close := a.answer(x, y, true)
		open = add(into, &close, near, a)
		n -= near
	}
	if n == 0 {
		return open
	}
	return a.ports.union(open, add(into, &ans, n, a))
}

func add(into *Pairs, x *answer, n int, a *Analyser) ports {
	into.Total += n
	switch x.verdict() {
	case NotEvaluated:
		into.Unknown += n
	case Allow:
		into.Allowed += n
	case Depends:
		into.Depends += n
	}
	return a.ports.union(x.allow, x.depends)
}

// nearby counts the pairs of which the source is on the network of the destination's node, where that makes a difference.
func (a *Analyser) nearby(x, y *class) int {
	if !x.host || y.open(policy.Ingress) || x.group.unknown || y.group.unknown {
		return 0
	}
	n := 0
	for _, m := range y.pods {
		n += a.beside(x, m)
	}
	return n
}

// beside counts the pods of a class that are on the network of a pod's node, the pod itself left out.
func (a *Analyser) beside(x *class, m uint32) int {
	at := a.nodes[a.members[m].record.Node()]
	if at == nil {
		return 0
	}
	n := 0
	for _, o := range at.pods {
		if o != m && a.members[o].class == x {
			n++
		}
	}
	return n
}

// Names lists the namespaces that are known, sorted: those that exist, and those that have pods or policies. The caller must
// not change it.
func (a *Analyser) Names() []string {
	if a.namesChanged {
		names := make([]string, 0, len(a.namespaces))
		for name, n := range a.namespaces {
			if n.seen || n.pods > 0 || len(n.policies) > 0 {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		a.known, a.namesChanged = names, false
	}
	return a.known
}

// Totals sums up what the pods of a namespace have to do with those of all others, as destinations and as sources. It costs
// what is open to them.
func (a *Analyser) Totals(namespace string) (in, out Tally) {
	n := a.namespaces[namespace]
	if n == nil {
		return in, out
	}
	a.total(n, policy.Ingress, &in)
	a.total(n, policy.Egress, &out)
	return in, out
}

func (a *Analyser) total(n *namespace, d policy.Direction, t *Tally) {
	t.Total = n.pods * (a.count - n.pods)
	a.round++
	n.round = a.round
	// The classes of the namespace by group: those of one group have the same answers.
	for i, c := range n.classes {
		pods := 0
		first := true
		for j, o := range n.classes {
			if o.group == c.group && !c.host {
				pods += len(o.pods)
				first = first && j >= i
			}
		}
		switch {
		case c.host:
			a.totalHost(n, c, d, t)
		case first && pods > 0:
			a.totalGroup(n, c.group, pods, d, t)
		}
	}
}

// totalGroup adds what pods of one group in a namespace have to do with those elsewhere.
func (a *Analyser) totalGroup(n *namespace, g *group, pods int, d policy.Direction, t *Tally) {
	a.candidates(g, d, func(o *group) {
		src, dst := g, o
		if d == policy.Ingress {
			src, dst = o, g
		}
		if d == policy.Ingress && o.host && !dst.programs[policy.Ingress].open {
			// Some of these pairs may be on one node: they are counted one by one.
			for _, x := range o.classes {
				for _, y := range g.classes {
					if y.namespace == n {
						a.totalPair(n, x, y, x.namespace, t)
					}
				}
			}
			return
		}
		ans := a.answer(src.one(), dst.one(), false)
		if ans.nothing() {
			return
		}
		elsewhere := o.pods
		for _, c := range o.classes {
			if c.namespace == n {
				elsewhere -= len(c.pods)
			} else if ans.verdict() != NotEvaluated && c.namespace.round != a.round {
				c.namespace.round = a.round
				t.Namespaces++
			}
		}
		var total Pairs
		add(&total, &ans, pods*elsewhere, a)
		t.Allowed, t.Depends, t.Unknown = t.Allowed+total.Allowed, t.Depends+total.Depends, t.Unknown+total.Unknown
	})
}

// totalHost adds what pods on the host's network in a namespace have to do with those elsewhere.
func (a *Analyser) totalHost(n *namespace, c *class, d policy.Direction, t *Tally) {
	if d == policy.Ingress {
		a.candidates(c.group, d, func(o *group) {
			for _, x := range o.classes {
				a.totalPair(n, x, c, x.namespace, t)
			}
		})
		return
	}
	a.candidates(c.group, d, func(o *group) {
		for _, y := range o.classes {
			a.totalPair(n, c, y, y.namespace, t)
		}
	})
}

func (a *Analyser) totalPair(n *namespace, x, y *class, other *namespace, t *Tally) {
	if other == n {
		return
	}
	var p Pairs
	a.tally(x, y, &p)
	t.Allowed, t.Depends, t.Unknown = t.Allowed+p.Allowed, t.Depends+p.Depends, t.Unknown+p.Unknown
	if p.Allowed+p.Depends > 0 && other.round != a.round {
		other.round = a.round
		t.Namespaces++
	}
}

// portsOf gives a set for those who ask.
func (a *Analyser) portsOf(p ports) port.Set { return a.ports.set(p) }
