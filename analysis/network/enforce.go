package network

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
)

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
