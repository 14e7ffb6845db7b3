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
	// joined and ran are the last walks that found one of its accounts, and one that runs pods.
	joined, ran uint64
	// first and runner are those accounts, by name, on the level that was last gone through.
	level         uint64
	first, runner model.Subject
}

// node is a subject of a binding that leads on.
type node struct {
	model.Subject
	// home is that of an account, or of the group of all accounts there.
	home *home
	uses int
	// running tells an account whose pods hold a token.
	running bool
	// walk is the last in which it was found.
	walk uint64
}

func newLadder() ladder {
	return ladder{homes: map[string]*home{everywhere: {}}, one: map[model.Subject][]*bound{}, nodes: map[model.Subject]*node{}}
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
	l.loose = append(l.loose, h)
	for _, n := range b.nodes {
		if n.uses--; n.uses > 0 {
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
