package segmentation

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/policy"
	"canopy/model/cluster"
	"canopy/model/record"
)

func (a *Analyser) updatePolicy(d cluster.Delta) {
	p := a.place(d.Ref.Namespace)
	if d.New != nil {
		p.policies[d.Ref] = struct{}{}
	} else {
		delete(p.policies, d.Ref)
	}
	if d.Old == nil {
		a.networked++
	} else if d.New == nil {
		a.networked--
	}
	a.dirty.policies[d.Ref] = struct{}{}
	a.touchPlace(d.Ref.Namespace)
}

// rewire notes that a Service of a namespace may lead to other pods.
func (a *Analyser) rewire(name string) {
	if p := a.places[name]; p != nil {
		p.rewired = true
	}
}

// touchPlace has all judged anew that rests on the policies of a namespace, or on its labels.
func (a *Analyser) touchPlace(name string) {
	a.dirty.places[name], a.dirty.worlds[name] = struct{}{}, struct{}{}
	a.touchOwners(name)
	a.refusals.touch(name)
	a.dirty.guarded = a.dirty.guarded || dnsNamespace(name)
	if p := a.places[name]; p != nil {
		// What one policy allows another need not.
		for ref := range p.policies {
			a.dirty.policies[ref] = struct{}{}
		}
	}
	for ref := range a.led[name] {
		a.dirty.owners[ref] = struct{}{}
	}
}

// updateNamespace takes a namespace of which the labels may be others.
func (a *Analyser) updateNamespace(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Typed[*corev1.Namespace]](d)
	a.dirty.places[d.Ref.Name], a.dirty.worlds[d.Ref.Name] = struct{}{}, struct{}{}
	was, is := surname{name: d.Ref.Name}, surname{name: d.Ref.Name}
	if before != nil {
		was.labels = before.Labels
	}
	if after != nil {
		is.labels = after.Labels
	}
	// While not all are seen, one that is not may have any labels.
	came := (before == nil) != (after == nil) && unsure(c)
	if was == is && !came {
		return
	}
	a.touchPlace(d.Ref.Name)
	a.dirty.renamed = a.dirty.renamed || dnsNamespace(d.Ref.Name)
	for ref, list := range a.watchers {
		for i := range list {
			if s := &list[i].Selector; s.Namespace == "" && (came && len(s.Namespaces) > 0 || s.Namespaces.Match(was) != s.Namespaces.Match(is)) {
				a.dirty.policies[ref] = struct{}{}
			}
		}
	}
}

// updateOrdered takes a policy that concerns the whole cluster.
func (a *Analyser) updateOrdered(d cluster.Delta) {
	before := a.ordered[d.Ref]
	p, ok := policy.Read(d.New)
	if !ok && before == nil {
		return
	}
	delete(a.ordered, d.Ref)
	for _, one := range [...]*policy.Policy{before, p} {
		if one != nil {
			a.dirty.subjects = append(a.dirty.subjects, one.Subject)
		}
	}
	if p != nil {
		a.ordered[d.Ref] = p
	}
	a.dirty.ordered[d.Ref] = struct{}{}
	a.dirty.guarded = true
	// Of two that say the same one goes first.
	for ref := range a.ordered {
		a.dirty.policies[ref] = struct{}{}
	}
	a.dirty.policies[d.Ref] = struct{}{}
}
