package attack

import (
	"canopy/analysis/attack/digraph"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/record"
)

// What edits cost: about how many permissions somebody loses that may need them. There is no unit: they are compared with each other.
const (
	// wildcard is what "*" counts among verbs, resources or groups.
	wildcard = 10
	// dearest is the most that one rule counts.
	dearest = 60
	// hardening is what it costs to take away what lets a pod out to its node: something on the node may rest on it.
	hardening = 8
	// levelling is what it costs to let no privileged pods into a namespace, and more for each workload there that is one.
	levelling = 15
	// closing is what it costs to close a way in: somebody came by it for a reason.
	closing = 80
	// shipped is what it costs to take away what Kubernetes ships: it comes back, or the cluster breaks.
	shipped = 1000
)

// price is how much legitimate permission the edit of a vertex takes away, about; 0 where no edit takes it away.
func (q *asker) price(v digraph.Vertex) uint64 {
	k := q.a.keys[v]
	switch k.kind {
	case escapes:
		switch q.supplied(k.ref) {
		case byKubelet:
			return 0
		case byKubernetes:
			return shipped
		}
		return hardening
	case way:
		if q.supplied(k.ref) == byKubelet {
			return 0
		}
		return closing
	case binding, joint:
		return q.priceOfBinding(k.ref)
	case lax:
		return q.priceOfLevel(k.ref.Namespace)
	case token:
		// The pods can do no more what their account was given.
		sum := uint64(1)
		if q.supplied(k.ref) == byKubernetes {
			sum = shipped
		}
		for b := range q.w.Access.BindingsTo(model.Subject{Kind: model.AccountSubject, Namespace: k.ref.Namespace, Name: k.extra}) {
			sum += q.priceOfBinding(b.Ref)
		}
		return sum
	}
	return 0
}

// priceOfLevel counts the workloads of a namespace that lead out to their nodes: mostly the level baseline would refuse them. In kube-system
// those are what runs the cluster.
func (q *asker) priceOfLevel(namespace string) uint64 {
	sum := uint64(levelling)
	if namespace == "kube-system" {
		return shipped
	}
	if v, ok := q.a.find(all(pods, namespace)); ok {
		for _, e := range q.a.graph.Out(v) {
			if _, leads := q.a.find(key{kind: escapes, ref: q.a.keys[e.To].ref}); leads {
				sum += closing
			}
		}
	}
	return sum
}

// supply is who keeps the pods of an owner as they are.
type supply uint8

const (
	// byUser is whoever may edit them.
	byUser supply = iota
	// byKubernetes are parts of the control plane and agents that come with it: an edit goes with the next upgrade, or breaks the cluster.
	byKubernetes
	// byKubelet are static pods, which are files of a node: nobody can edit them by the API server.
	byKubelet
)

// supplied tells who keeps the pods of an owner.
func (q *asker) supplied(ref model.Ref) supply {
	if known, ok := q.supplies[ref]; ok {
		return known
	}
	of := byUser
	if ref.Kind == "Pod" {
		if p, ok := q.w.Cluster.Get(ref).(*record.Pod); ok && mirror(p) {
			of = byKubelet
		}
	}
	if of == byUser && partOfControlPlane(ref) {
		of = byKubernetes
	}
	if q.supplies == nil {
		q.supplies = map[model.Ref]supply{}
	}
	q.supplies[ref] = of
	return of
}

func (q *asker) priceOfBinding(ref model.Ref) uint64 {
	if known, ok := q.prices[ref]; ok {
		return known
	}
	sum := uint64(1)
	b, ok := q.w.Access.Binding(ref)
	if !ok {
		return sum
	}
	rules, _ := q.w.Access.Rules(b.Role)
	for i := range rules {
		sum += uint64(min(words(rules[i])*max(1, len(rules[i].APIGroups)/2), dearest))
	}
	if ref.Namespace == "" {
		sum *= 2
	}
	if q.w.Privilege.Stock(q.w.Access, ref) {
		sum += shipped
	}
	if q.prices == nil {
		q.prices = map[model.Ref]uint64{}
	}
	q.prices[ref] = sum
	return sum
}

// words counts the permissions that a rule gives.
func words(r rbac.Rule) int {
	count := func(list []string) int {
		n := 0
		for _, w := range list {
			if w == "*" {
				n += wildcard
			} else {
				n++
			}
		}
		return n
	}
	return count(r.Verbs) * (count(r.Resources) + count(r.NonResourceURLs))
}

// worthwhile orders edits by what they end for what they cost: what a person would do first.
func worthwhile(c *model.Cut) int { return c.Removes * 1000 / (10 + c.Cost) }
