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
	// running are the accounts whose pods hold a token, sorted.
	running []model.Subject
	// loose are homes of which nobody may speak any more.
	loose []*home
	// shifted are the subjects of bindings that came to lead elsewhere since somebody went up.
	shifted map[model.Subject]struct{}
	// renamed tells that a binding that leads to accounts by name did.
	renamed bool
	// walk counts how often somebody went up, level how many levels were gone through.
	walk, level uint64
}

// home is the accounts of a namespace: many are the bindings by which one becomes any of them, runs those by which one becomes
// those that run pods. Each is sorted by name.
type home struct {
	namespace  string
	many, runs []*bound
	// nodes counts those of its accounts, and of the group of all of them.
	nodes int
	// born is the last walk before somebody spoke of it.
	born uint64
	// joined and ran are the last walks that found one of its accounts, and one that runs pods: so many steps away, by which.
	joined, ran         uint64
	joinedLeft, ranLeft int
	joinedBy, ranBy     model.Subject
	// first and runner are those accounts, by name, on the level that was last gone through.
	level         uint64
	first, runner model.Subject
}

// node is a subject of a binding that leads on.
type node struct {
	model.Subject
	// home is that of an account, or of the group of all accounts there.
	home *home
	// bounds are the bindings that speak of it.
	bounds []*bound
	// running tells an account whose pods hold a token.
	running bool
	// walk is the last in which it was found.
	walk uint64
}

func newLadder() ladder {
	return ladder{homes: map[string]*home{everywhere: {}}, one: map[model.Subject][]*bound{}, nodes: map[model.Subject]*node{}, shifted: map[model.Subject]struct{}{}}
}

// home gives the home of a namespace, making it where there is none.
func (l *ladder) home(namespace string) *home {
	h := l.homes[namespace]
	if h == nil {
		h = &home{namespace: namespace, born: l.walk}
		l.homes[namespace] = h
	}
	return h
}

// run takes the accounts whose pods hold a token, sorted.
func (l *ladder) run(running []model.Subject) {
	if slices.Equal(l.running, running) {
		return
	}
	l.running = running
	for _, n := range l.nodes {
		n.running = l.runs(n.Subject)
	}
}

func (l *ladder) runs(s model.Subject) bool {
	_, ok := slices.BinarySearchFunc(l.running, s, model.Subject.Compare)
	return ok
}

// add files a binding, and remove takes it out: of a binding that gives the whole cluster nothing else counts.
func (l *ladder) add(b *bound) {
	b.nodes = make([]*node, len(b.names))
	for i, s := range b.names {
		n := l.nodes[s]
		if n == nil {
			n = &node{Subject: s, running: l.runs(s)}
			if namespace, ok := homeOf(s); ok && namespace != everywhere {
				n.home = l.home(namespace)
				n.home.nodes++
			}
			l.nodes[s] = n
		}
		n.bounds = append(n.bounds, b)
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
	l.loose = append(l.loose, h)
	for _, n := range b.nodes {
		if n.bounds = without(n.bounds, b); len(n.bounds) > 0 {
			continue
		}
		delete(l.nodes, n.Subject)
		if n.home != nil {
			n.home.nodes--
			l.loose = append(l.loose, n.home)
		}
	}
	b.nodes = nil
}

// shift notes that a binding came to lead elsewhere, and tells whether it leads, or led, anywhere.
func (l *ladder) shift(b *bound) bool {
	if !b.leads().climbs() {
		return false
	}
	for _, s := range b.names {
		l.shifted[s] = struct{}{}
	}
	l.renamed = l.renamed || len(b.leads().names) > 0
	return true
}

// sweep drops the homes of which nobody speaks any more.
func (l *ladder) sweep() {
	for _, h := range l.loose {
		if h != nil && len(h.many) == 0 && len(h.runs) == 0 && h.nodes == 0 && h.namespace != everywhere {
			delete(l.homes, h.namespace)
		}
	}
	clear(l.loose)
	l.loose = l.loose[:0]
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
