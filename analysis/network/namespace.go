package network

import (
	"slices"

	"canopy/model/record"
)

// namespace is a namespace that exists, has pods, or is spoken of.
type namespace struct {
	id     uint32
	name   string
	labels record.Labels
	// seen tells that the object is there; unread that it is not, and may exist all the same, with labels.
	seen, unread bool
	classes      []*class
	// spaces holds the numbers of those that it is in, sorted, twice the number and one more where that is uncertain.
	spaces []uint32
	// own is the space of this namespace alone.
	own      *space
	policies []*held
	// ordered lists the policies of the cluster whose subject's space it is in, as of version.
	ordered []*held
	version uint64
	pods    int
	// byName finds pods. A table for each namespace grows in small steps.
	byName map[string]uint32
	// hidden says why its policies are not known, foreign which other policy touches its pods.
	hidden, foreign string
	// round is that of the total which counted it last, noted that of the change which did.
	round, noted uint32
}

// Lookup gives the value of a label, for requirements. The name is always there.
func (n *namespace) Lookup(key string) (string, bool) {
	if key == nameKey {
		return n.name, true
	}
	return n.labels.Lookup(key)
}

// nameKey is the label that the API server gives every namespace.
const nameKey = "kubernetes.io/metadata.name"

func (n *namespace) all() []label {
	list := []label{{nameKey, n.name}}
	for k, v := range n.labels.All() {
		if k != nameKey {
			list = append(list, label{k, v})
		}
	}
	return list
}

// namespaceOf gives a namespace, made if need be.
func (a *Analyser) namespaceOf(name string) *namespace {
	n := a.namespaces[name]
	if n == nil {
		n = &namespace{id: a.next(), name: name, unread: a.namespacesUnread}
		a.cover(n)
		a.namespaces[name] = n
		a.namesChanged = true
		a.indexNamespace(n)
	}
	return n
}

// idleNamespace forgets a namespace of which nothing is left.
func (a *Analyser) idleNamespace(n *namespace) {
	if n.seen || n.pods > 0 || len(n.classes) > 0 || len(n.policies) > 0 || n.own != nil || a.namespaces[n.name] != n {
		return
	}
	a.unindexNamespace(n)
	delete(a.namespaces, n.name)
	a.namesChanged = true
}

// indexNamespace finds the spaces that a namespace is in.
func (a *Analyser) indexNamespace(n *namespace) {
	labels := n.all()
	for _, l := range labels {
		a.labelled.put(l, n)
	}
	enter := func(s *space) {
		if l := s.judge(n); l != levelNo {
			n.enter(s, l)
			s.namespaces = append(s.namespaces, n)
		}
	}
	if n.unread && !n.seen {
		// Whatever labels it has, it may be in any of them.
		for _, s := range a.spaceByID {
			enter(s)
		}
		a.unreadNamespaces[n] = struct{}{}
		return
	}
	a.spacing.candidates(labels, enter)
}

func (a *Analyser) unindexNamespace(n *namespace) {
	delete(a.unreadNamespaces, n)
	for _, l := range n.all() {
		a.labelled.drop(l, n)
	}
	for _, id := range n.spaces {
		s := a.spaceByID[id>>1]
		s.namespaces = without(s.namespaces, n)
	}
	n.spaces = n.spaces[:0]
}

func (n *namespace) enter(s *space, l level) {
	id := s.id << 1
	if l == levelMaybe {
		id |= 1
	}
	n.spaces = insert(n.spaces, id)
}

// relabel takes what is known of a namespace now. Where that may say other spaces, its classes are worked out anew.
func (a *Analyser) relabel(n *namespace, labels record.Labels, seen, unread bool) {
	if n.labels == labels && n.seen == seen && n.unread == unread {
		return
	}
	if n.seen != seen {
		a.namesChanged = true
	}
	if n.labels == labels && (n.seen || !n.unread) == (seen || !unread) {
		n.seen, n.unread = seen, unread
		return
	}
	before := slices.Clone(n.spaces)
	for _, c := range n.classes {
		a.concern(c)
	}
	a.unindexNamespace(n)
	n.labels, n.seen, n.unread = labels, seen, unread
	a.indexNamespace(n)
	if slices.Equal(before, n.spaces) {
		return
	}
	n.version = 0
	for _, c := range n.classes {
		a.facing(c)
		a.dirty(c, dirtyProfile)
	}
}
