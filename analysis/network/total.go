package network

import "canopy/analysis/network/policy"

// Totals sums up what the pods of a namespace have to do with those of all others, as destinations and as sources. It costs
// what is open to them.
func (a *Analyser) Totals(namespace string) (in, out Tally) {
	a.tidy()
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
