package privilege

import (
	"slices"

	"canopy/model"
)

// ladder finds the bindings that lead on by where they do, and the subjects that they speak of. Reach goes up it.
type ladder struct {
	sinks []*bound
	// homes finds those that lead to accounts of a namespace, everywhere those that lead to accounts of all.
	homes map[string]*home
	// one finds those that lead to a single account by its name; without a namespace to those of that name everywhere.
	one map[model.Subject][]*bound
	// nodes are the subjects of all these bindings.
	nodes map[model.Subject]*node
	// walk counts how often somebody went up.
	walk uint64
}

// home is the accounts of a namespace: many are the bindings by which one becomes any of them, runs those by which one becomes
// those that run pods. Each is sorted by name.
type home struct {
	namespace  string
	many, runs []*bound
	// nodes counts those of its accounts.
	nodes int
	// The first of its accounts that the walk has found on a level, and of those that run pods.
	found, running         *node
	foundWalk, runningWalk uint64
	// joined and ran tell that many and runs were gone through in a walk.
	joined, ran uint64
}

// node is a subject of a binding that leads on.
type node struct {
	model.Subject
	// home is that of an account.
	home *home
	uses int
	// walk is the last in which it was found.
	walk uint64
}

func newLadder() ladder {
	return ladder{homes: map[string]*home{}, one: map[model.Subject][]*bound{}, nodes: map[model.Subject]*node{}}
}

// home gives the home of a namespace, making it where there is none.
func (l *ladder) home(namespace string) *home {
	h := l.homes[namespace]
	if h == nil {
		h = &home{namespace: namespace}
		l.homes[namespace] = h
	}
	return h
}

// add files a binding, and remove takes it out: of a binding that gives the whole cluster nothing else counts.
func (l *ladder) add(b *bound) {
	b.nodes = make([]*node, len(b.names))
	for i, s := range b.names {
		n := l.nodes[s]
		if n == nil {
			n = &node{Subject: s}
			if s.Kind == model.AccountSubject {
				n.home = l.home(s.Namespace)
				n.home.nodes++
			}
			l.nodes[s] = n
		}
		n.uses++
		b.nodes[i] = n
	}
	c := b.leads()
	if c.sink {
		l.sinks = insert(l.sinks, b)
		return
	}
	if len(c.anyEdges) > 0 {
		h := l.home(b.ref.Namespace)
		h.many = insert(h.many, b)
	}
	if len(c.runEdges) > 0 {
		h := l.home(b.ref.Namespace)
		h.runs = insert(h.runs, b)
	}
	for _, name := range c.names {
		s := model.Subject{Kind: model.AccountSubject, Namespace: b.ref.Namespace, Name: name}
		l.one[s] = insert(l.one[s], b)
	}
}

func (l *ladder) remove(b *bound) {
	c, h := b.leads(), l.homes[b.ref.Namespace]
	switch {
	case c.sink:
		l.sinks = take(l.sinks, b)
	default:
		if len(c.anyEdges) > 0 {
			h.many = take(h.many, b)
		}
		if len(c.runEdges) > 0 {
			h.runs = take(h.runs, b)
		}
		for _, name := range c.names {
			s := model.Subject{Kind: model.AccountSubject, Namespace: b.ref.Namespace, Name: name}
			if l.one[s] = take(l.one[s], b); len(l.one[s]) == 0 {
				delete(l.one, s)
			}
		}
	}
	l.tidy(h)
	for _, n := range b.nodes {
		if n.uses--; n.uses > 0 {
			continue
		}
		delete(l.nodes, n.Subject)
		if n.home != nil {
			n.home.nodes--
			l.tidy(n.home)
		}
	}
	b.nodes = nil
}

// tidy drops a home of which nobody speaks any more.
func (l *ladder) tidy(h *home) {
	if h != nil && len(h.many) == 0 && len(h.runs) == 0 && h.nodes == 0 {
		delete(l.homes, h.namespace)
	}
}

func position(list []*bound, b *bound) int {
	i, _ := slices.BinarySearchFunc(list, b, func(x, y *bound) int { return x.ref.Compare(y.ref) })
	return i
}

func insert(list []*bound, b *bound) []*bound { return slices.Insert(list, position(list, b), b) }

func take(list []*bound, b *bound) []*bound {
	i := position(list, b)
	return slices.Delete(list, i, i+1)
}
