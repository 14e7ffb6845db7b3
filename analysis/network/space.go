package network

import (
	"slices"

	"canopy/analysis/network/policy"
)

// level tells how certain a match is.
type level uint8

const (
	levelNo level = iota
	levelMaybe
	levelYes
)

// space is a set of namespaces: one by its name, or those whose labels meet requirements.
type space struct {
	id  uint32
	key string
	// only is the one that it holds; otherwise requirements say which.
	only         *namespace
	requirements policy.Requirements
	// every tells that it holds all of them. Nobody keeps a list then.
	every      bool
	namespaces []*namespace
	peers      []*peer
	uses       int
}

// spaceOf gives the space of a selector, used once more.
func (a *Analyser) spaceOf(s *policy.Selector) *space {
	if s.Namespace != "" {
		n := a.namespaceOf(s.Namespace)
		if n.own == nil {
			n.own = &space{id: a.next(), only: n, namespaces: []*namespace{n}}
		}
		n.own.uses++
		return n.own
	}
	a.buf = appendRequirements(a.buf[:0], s.Namespaces)
	x := a.spaces[string(a.buf)]
	if x == nil {
		x = &space{id: a.next(), key: string(a.buf), requirements: s.Namespaces, every: len(s.Namespaces) == 0}
		a.spaces[x.key] = x
		if !x.every {
			a.spaceByID[x.id] = x
			a.spacing.put(x.requirements, x)
			a.fill(x)
		}
	}
	x.uses++
	return x
}

// fill finds the namespaces of a new space.
func (a *Analyser) fill(x *space) {
	enter := func(n *namespace) {
		if l := x.judge(n); l != levelNo {
			n.enter(x, l)
			x.namespaces = append(x.namespaces, n)
		}
	}
	list, ok := a.labelled.candidates(x.requirements)
	if !ok {
		for _, n := range a.namespaces {
			enter(n)
		}
		return
	}
	for _, n := range list {
		if _, unread := a.unreadNamespaces[n]; !unread {
			enter(n)
		}
	}
	for n := range a.unreadNamespaces {
		enter(n)
	}
}

func (a *Analyser) releaseSpace(x *space) {
	if x.uses--; x.uses > 0 {
		return
	}
	if x.only != nil {
		x.only.own = nil
		a.idleNamespaces = append(a.idleNamespaces, x.only)
		return
	}
	delete(a.spaces, x.key)
	if x.every {
		return
	}
	delete(a.spaceByID, x.id)
	a.spacing.drop(x.requirements, x)
	for _, n := range x.namespaces {
		n.spaces = slices.DeleteFunc(n.spaces, func(id uint32) bool { return id>>1 == x.id })
	}
}

// judge works out whether a namespace is in the space. Of one that was not read only the name is known.
func (x *space) judge(n *namespace) level {
	if n.seen || !n.unread {
		if x.requirements.Match(n) {
			return levelYes
		}
		return levelNo
	}
	found := levelYes
	for i := range x.requirements {
		if x.requirements[i].Key != nameKey {
			found = levelMaybe
		} else if !x.requirements[i].Match(n) {
			return levelNo
		}
	}
	return found
}

// holds tells whether a namespace is in the space, from what was worked out.
func (x *space) holds(n *namespace) level {
	switch {
	case x.every:
		return levelYes
	case x.only != nil:
		if x.only == n {
			return levelYes
		}
		return levelNo
	}
	i, ok := slices.BinarySearch(n.spaces, x.id<<1)
	if ok {
		return levelYes
	}
	if i < len(n.spaces) && n.spaces[i] == x.id<<1|1 {
		return levelMaybe
	}
	return levelNo
}
