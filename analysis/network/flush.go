package network

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/policy"
	"canopy/model/cluster"
	"canopy/model/record"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Flush works out what was noted, and tells what that changed. While a cluster is read it is called once for many changes.
func (a *Analyser) Flush(c *cluster.Cluster) Delta {
	n := &a.noted
	if len(n.pods)+len(n.namespaces)+len(n.nodes)+len(n.policies) == 0 && !n.surroundings {
		return Delta{}
	}
	a.cluster = c
	defer func() { a.cluster = nil }()
	a.version++
	a.work()
	d := a.end()
	if a.littered() {
		a.rebuild(c)
	}
	a.ports.settle()
	return d
}

// work works out what was noted.
func (a *Analyser) work() {
	a.changed = changes{all: true}
	a.begin(a.noted.surroundings && a.uncovered())
	noted := a.noted
	a.noted = notes{}
	for _, d := range noted.namespaces {
		_, r := cluster.Cast[*record.Typed[*corev1.Namespace]](d)
		a.namespace(d.Ref.Name, r)
	}
	for _, d := range noted.nodes {
		_, r := cluster.Cast[*record.Typed[*corev1.Node]](d)
		a.node(d.Ref.Name, r)
	}
	a.enforce(noted.policies)
	for _, d := range noted.pods {
		_, r := cluster.Cast[*record.Pod](d)
		a.pod(d.Ref, r)
	}
	a.finish()
}

// namespace takes a namespace as it is now; nil is none.
func (a *Analyser) namespace(name string, r *record.Typed[*corev1.Namespace]) {
	n := a.namespaces[name]
	switch {
	case r == nil && n == nil:
	case r == nil:
		a.relabel(n, record.Labels{}, false, a.namespacesUnread)
		a.idleNamespaces = append(a.idleNamespaces, n)
	case n == nil:
		n = &namespace{id: a.next(), name: name, labels: r.Labels, seen: true, unread: a.namespacesUnread}
		a.cover(n)
		a.namespaces[name] = n
		a.namesChanged = true
		a.indexNamespace(n)
	default:
		a.relabel(n, r.Labels, true, a.namespacesUnread)
	}
	if n = a.namespaces[name]; n != nil {
		a.changed.namespace(n)
	} else {
		a.changed.missing = append(a.changed.missing, name)
	}
}

// finish works out profiles and groups of the classes that changed, and forgets what nobody uses.
func (a *Analyser) finish() {
	for i := 0; i < len(a.queue); i++ {
		c := a.queue[i]
		flags := c.flags
		c.flags = 0
		if len(c.pods) == 0 {
			a.dropClass(c)
			continue
		}
		for d, bit := range [2]uint8{dirtyIngress, dirtyEgress} {
			if flags&bit == 0 {
				continue
			}
			old := c.profiles[d]
			c.profiles[d] = a.profileOf(c, policy.Direction(d))
			if old != nil {
				// The group still points to what the old one says.
				a.later = append(a.later, old)
			}
		}
		if a.regroup(c) {
			a.regrouped(c)
		}
	}
	a.queue = a.queue[:0]
	a.last = [2]lastProfile{}
	for _, p := range a.later {
		a.releaseProfile(p)
	}
	clear(a.later)
	a.later = a.later[:0]
	a.sweepProjections()
	for _, n := range a.idleNamespaces {
		a.idleNamespace(n)
	}
	a.idleNamespaces = a.idleNamespaces[:0]
}
