package network

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
)

// Cell sums up what pods of one namespace can do to those of another. It costs the classes of both.
func (a *Analyser) Cell(src, dst string) Cell {
	a.tidy()
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

// Toward tells the best that the pods of an owner can do to those of a namespace: Allow where something is let through, else
// Depends with the assumption, NotEvaluated with the reason, the first in order of several, or Deny. It costs the classes of both and
// no look at the pods of the namespace, which Entries would need. It gives false where pods of one class differ, as those on the
// network of a node do towards the pods beside them.
func (a *Analyser) Toward(c *cluster.Cluster, owner model.Ref, dst string) (best Verdict, why string, ok bool) {
	a.tidy()
	to := a.namespaces[dst]
	if to == nil {
		return Deny, "", true
	}
	seen := map[*class]struct{}{}
	for p := range a.PodsOf(c, owner) {
		m, known := a.find(p.Namespace, p.Name)
		if !known {
			continue
		}
		x := a.members[m].class
		if _, again := seen[x]; again {
			continue
		}
		seen[x] = struct{}{}
		if x.host || x.namespace == to {
			return Deny, "", false
		}
		for _, y := range to.classes {
			ans := a.answer(x, y, false)
			v := ans.verdict()
			switch {
			case v == Allow:
				return Allow, "", true
			case v == Deny, v == NotEvaluated && best == Depends:
				continue
			}
			reason := a.because(a.decide(x, y, false), v)
			if v != best || reason < why {
				best, why = v, reason
			}
		}
	}
	return best, why, true
}

// because gives the assumption of a decision's part.
func (a *Analyser) because(d *decision, v Verdict) string {
	if v == NotEvaluated {
		return d.reason
	}
	return a.assumption(d.answer.why, [2][]hit{d.sides[0].hits, d.sides[1].hits})
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
