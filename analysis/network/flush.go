package network

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func nameOf(ref model.Ref) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}

func itoa(n int) string { return strconv.Itoa(n) }

// Flush works out what was noted, and tells what that changed. While a cluster is read it is called once for many changes.
func (a *Analyser) Flush(c *cluster.Cluster) Delta {
	n := &a.noted
	if len(n.pods)+len(n.namespaces)+len(n.nodes)+len(n.policies) == 0 && !n.surroundings {
		return Delta{}
	}
	a.cluster = c
	defer func() { a.cluster = nil }()
	a.work()
	d := a.end()
	if a.littered() {
		a.rebuild(c)
	}
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

// enforce takes policies as they are now.
func (a *Analyser) enforce(deltas []cluster.Delta) {
	if len(deltas) == 0 {
		return
	}
	read := map[model.Ref]*policy.Policy{}
	for _, d := range deltas {
		read[d.Ref] = nil
		if d.New != nil {
			if p, ok := policy.Read(d.New); ok {
				read[d.Ref] = p
			}
		}
	}
	for _, p := range read {
		if p != nil {
			requirementsOf(p, func(rs policy.Requirements) { a.useKeys(rs, 1) })
		}
	}
	a.reproject()
	a.concernSubjects(read)
	old := make([]*held, 0, len(read))
	fresh := make([]*held, 0, len(read))
	for ref, p := range read {
		a.changed.policies = append(a.changed.policies, ref)
		if h := a.policies[ref]; h != nil {
			old = append(old, h)
			a.withdraw(h)
		}
		if p != nil {
			h := a.hold(p)
			a.policies[ref] = h
			fresh = append(fresh, h)
		}
	}
	a.issue(fresh)
	for _, h := range old {
		a.dirtySubjects(h)
		a.releaseHeld(h)
		requirementsOf(h.policy, func(rs policy.Requirements) { a.useKeys(rs, -1) })
	}
	a.rename()
	a.reproject()
}

// concernSubjects notes whom the classes that policies select reach, before anything changes for them.
func (a *Analyser) concernSubjects(read map[model.Ref]*policy.Policy) {
	concern := func(x *space, s *selector) {
		switch {
		case a.changed.all:
		case x.every && s.every && len(a.classes) > mostWork:
			a.changed.all = true
		default:
			a.selected(x, s, func(c *class, _ level) { a.concern(c) })
		}
	}
	for ref, p := range read {
		if h := a.policies[ref]; h != nil && h.space != nil {
			concern(h.space, h.selector)
		}
		if p != nil && !p.Subject.Nothing && !a.changed.all {
			x, s := a.spaceOf(&p.Subject), a.selectorOf(p.Subject.Pods)
			concern(x, s)
			a.releaseSpace(x)
			a.releaseSelector(s)
		}
	}
}

// withdraw takes a policy out of the lists by which classes find it.
func (a *Analyser) withdraw(h *held) {
	delete(a.policies, h.policy.Ref)
	if h.policy.Tier != policy.Network {
		a.ordered = removeHeld(a.ordered, h)
		a.orderedVersion++
		return
	}
	if n := a.namespaces[h.policy.Ref.Namespace]; n != nil {
		n.policies = removeHeld(n.policies, h)
		a.idleNamespaces = append(a.idleNamespaces, n)
		a.namesChanged = a.namesChanged || len(n.policies) == 0
	}
}

// issue puts policies into the lists by which classes find them.
func (a *Analyser) issue(list []*held) {
	for _, h := range list {
		if h.policy.Tier != policy.Network {
			a.ordered = append(a.ordered, h)
			a.orderedVersion++
		} else {
			n := a.namespaceOf(h.policy.Ref.Namespace)
			n.policies = insertHeld(n.policies, h, comparePolicies)
			a.namesChanged = a.namesChanged || len(n.policies) == 1
		}
		a.dirtySubjects(h)
	}
	slices.SortFunc(a.ordered, compareHeld)
}

// dirtySubjects has the classes that a policy selects worked out anew, in the directions that it is about.
func (a *Analyser) dirtySubjects(h *held) {
	var what uint8
	for d, bit := range [2]uint8{dirtyIngress, dirtyEgress} {
		if h.policy.Acts[d] || h.policy.Unread != "" {
			what |= bit
		}
	}
	if what != 0 {
		a.subjects(h, func(c *class, _ level) { a.dirty(c, what) })
	}
}

// pod takes a pod as it is now; nil is none. One that has run to its end is none either.
func (a *Analyser) pod(ref model.Ref, r *record.Pod) {
	a.changed.pods = append(a.changed.pods, ref)
	key := nameOf(ref)
	m, ok := a.byName[key]
	if ok && (r == nil || !sameToPolicies(a.members[m].record, r)) {
		a.concern(a.members[m].class)
		a.concernNode(m)
	}
	if r != nil && r.Finished() {
		r = nil
	}
	switch {
	case r == nil && !ok:
	case r == nil:
		a.leave(m)
		delete(a.byName, key)
		a.free = append(a.free, m)
	case !ok:
		if last := len(a.free) - 1; last >= 0 {
			m, a.free = a.free[last], a.free[:last]
		} else {
			m = uint32(len(a.members))
			a.members = append(a.members, member{})
		}
		// The record's own strings are the key, so that they are held once.
		a.byName[types.NamespacedName{Namespace: r.Namespace, Name: r.Name}] = m
		a.enter(m, r)
		a.place(m)
	default:
		a.replace(m, r)
	}
}

// enter notes the parts that a pod is made of.
func (a *Analyser) enter(m uint32, r *record.Pod) {
	a.members[m].record = r
	a.holdLabels(r.Labels)
	a.holdTemplate(r.Template)
	n := a.namespaceOf(r.Namespace)
	if n.pods++; n.pods == 1 {
		a.namesChanged = true
	}
	a.count++
	a.settle(m, r)
	if a.templates[r.Template].host && r.Node() != "" {
		at := a.nodeOf(r.Node())
		at.pods = append(at.pods, m)
	}
}

// leave forgets a pod.
func (a *Analyser) leave(m uint32) {
	a.displace(m)
	r := a.members[m].record
	a.part(m, r)
	a.members[m] = member{}
}

func (a *Analyser) part(m uint32, r *record.Pod) {
	a.unsettle(m, r)
	if a.templates[r.Template].host && r.Node() != "" {
		at := a.nodeOf(r.Node())
		at.pods = without(at.pods, m)
		a.idleNode(at)
	}
	a.count--
	n := a.namespaces[r.Namespace]
	if n.pods--; n.pods == 0 {
		a.namesChanged = true
		a.idleNamespaces = append(a.idleNamespaces, n)
	}
	a.releaseLabels(r.Labels)
	a.releaseTemplate(r.Template)
}

// replace takes the newer record of a pod.
func (a *Analyser) replace(m uint32, r *record.Pod) {
	old := a.members[m].record
	if sameToPolicies(old, r) {
		a.members[m].record = r
		return
	}
	// What both have must not go in between.
	a.holdLabels(r.Labels)
	a.holdTemplate(r.Template)
	a.part(m, old)
	a.enter(m, r)
	a.place(m)
	a.releaseLabels(r.Labels)
	a.releaseTemplate(r.Template)
	a.changed.fresh = append(a.changed.fresh, a.members[m].class)
	a.concernNode(m)
}

// sameToPolicies tells that two records of a pod are the same to all policies.
func sameToPolicies(x, y *record.Pod) bool {
	return x.Labels == y.Labels && x.Template == y.Template && x.Node() == y.Node() && slices.Equal(x.IPs, y.IPs)
}

// concernNode notes with whom a pod has answers of its own since they are on one node. Which pods are on the node of one that
// is on its network nobody keeps.
func (a *Analyser) concernNode(m uint32) {
	r := a.members[m].record
	if a.changed.all || r.Node() == "" {
		return
	}
	if a.templates[r.Template].host {
		a.changed.all = true
		return
	}
	if n := a.nodes[r.Node()]; n != nil {
		for _, o := range n.pods {
			a.changed.namespace(a.members[o].class.namespace)
		}
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
