package privilege

import (
	"cmp"
	"slices"
	"strings"

	"canopy/model"
)

// walk goes back from all who hold the cluster to those who can become them, nearest first. What it finds on one level does
// not depend on the order in which it looks.
type walk struct {
	*Reach
	*ladder
	number uint64
	// next are the nodes of the level that is being found, left the steps after it.
	next []*node
	left int
	// fresh are the homes of the level before, of which an account was found for the first time.
	fresh []*home
	// done are the lists of single accounts that were gone through.
	done map[model.Subject]struct{}
}

// lead takes the subjects of bindings that lead to a target.
func (w *walk) lead(list []*bound, by how, target model.Subject) {
	var next *model.Subject
	if by != toCluster {
		next = &target
	}
	for _, b := range list {
		for _, n := range b.nodes {
			if n.walk == w.number {
				continue
			}
			n.walk = w.number
			w.steps[n.Subject] = rung{b, b.leads(), next, w.left, by}
			w.next = append(w.next, n)
			w.crowds = w.crowds || implicit(n.Subject)
		}
	}
}

// implicit tells a group in which identities are that nobody put there.
func implicit(s model.Subject) bool {
	return s.Kind == model.GroupSubject && strings.HasPrefix(s.Name, "system:")
}

// climb goes up the whole ladder. Size is how many subjects there may be.
func (l *ladder) climb(running []model.Subject, size int) *Reach {
	l.run(running)
	l.walk++
	w := &walk{Reach: &Reach{steps: make(map[model.Subject]rung, size), walk: l.walk}, ladder: l, number: l.walk}
	w.levels()
	w.size = len(w.steps)
	return w.Reach
}

// levels goes on until nobody new is found.
func (w *walk) levels() {
	w.lead(w.sinks, toCluster, model.Subject{})
	for len(w.next) > 0 {
		level := w.next
		w.next, w.fresh = nil, w.fresh[:0]
		w.left++
		w.level++
		for _, n := range level {
			w.visit(n)
		}
		w.single(level)
		slices.SortFunc(w.fresh, func(x, y *home) int { return cmp.Compare(x.namespace, y.namespace) })
		for _, h := range w.fresh {
			w.join(h)
		}
	}
}

// visit notes the homes of an account, or of those for whom a group stands. Everywhere is the home of all.
func (w *walk) visit(n *node) {
	home, ok := homeOf(n.Subject)
	switch {
	case !ok:
	case n.Kind == model.AccountSubject:
		w.note(n.home, n.Subject, n.running)
	case home != everywhere:
		w.note(n.home, defaultOf(home), w.runs(defaultOf(home)))
		if list := w.among(home); len(list) > 0 {
			w.note(n.home, list[0], true)
		}
	case !w.all:
		w.all = true
		w.note(nil, defaultOf("default"), w.runs(defaultOf("default")))
		for ns, h := range w.homes {
			if ns != everywhere {
				w.note(h, defaultOf(ns), w.runs(defaultOf(ns)))
			}
		}
		// Of each namespace the first.
		before := everywhere
		for _, s := range w.running {
			if s.Namespace != before {
				w.note(w.homes[s.Namespace], s, true)
				before = s.Namespace
			}
		}
	}
}

// defaultOf is the account that every namespace has.
func defaultOf(namespace string) model.Subject {
	return model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: "default"}
}

// note takes an account of a home, which may be nil where no binding speaks of it, and whether it runs pods.
func (w *walk) note(own *home, s model.Subject, running bool) {
	for _, h := range [...]*home{w.homes[everywhere], own} {
		if h == nil || (h.joined == w.number && h.ran == w.number) {
			continue
		}
		if h.level != w.level {
			h.level, h.first, h.runner = w.level, model.Subject{}, model.Subject{}
			w.fresh = append(w.fresh, h)
		}
		if h.first.IsZero() || s.Compare(h.first) < 0 {
			h.first = s
		}
		if running && (h.runner.IsZero() || s.Compare(h.runner) < 0) {
			h.runner = s
		}
	}
}

// join finds who can become the accounts of a home.
func (w *walk) join(h *home) {
	if h.joined != w.number {
		h.joined, h.joinedLeft, h.joinedBy = w.number, w.left, h.first
		w.lead(h.many, toAny, h.first)
	}
	if h.ran != w.number && !h.runner.IsZero() {
		h.ran, h.ranLeft, h.ranBy = w.number, w.left, h.runner
		w.lead(h.runs, toRunning, h.runner)
	}
}

// single finds who can become accounts of a level by their name.
func (w *walk) single(level []*node) {
	if len(w.one) == 0 {
		return
	}
	var targets []model.Subject
	for _, n := range level {
		home, ok := homeOf(n.Subject)
		switch {
		case !ok:
		case n.Kind == model.AccountSubject:
			targets = append(targets, n.Subject)
		default:
			targets = append(targets, w.named(home)...)
		}
	}
	slices.SortFunc(targets, model.Subject.Compare)
	for _, s := range targets {
		for _, ns := range [...]string{everywhere, s.Namespace} {
			one := model.Subject{Kind: s.Kind, Namespace: ns, Name: s.Name}
			if _, ok := w.done[one]; ok || len(w.one[one]) == 0 {
				continue
			}
			if w.done == nil {
				w.done = map[model.Subject]struct{}{}
			}
			w.done[one] = struct{}{}
			w.lead(w.one[one], toName, s)
		}
	}
}

// named lists the accounts of a home, by its group, that somebody may become by name: those that run pods, those that are
// named with their namespace, and the one that there always is.
func (w *walk) named(home string) []model.Subject {
	list := slices.Clone(w.among(home))
	if home == everywhere {
		list = append(list, w.running...)
	}
	for one := range w.one {
		if one.Namespace != everywhere && (home == everywhere || one.Namespace == home) {
			list = append(list, one)
		}
	}
	return append(list, defaultOf(cmp.Or(home, "default")))
}

// among lists the running accounts of a namespace.
func (w *walk) among(namespace string) []model.Subject {
	from, _ := slices.BinarySearchFunc(w.running, namespace, func(s model.Subject, ns string) int { return cmp.Compare(s.Namespace, ns) })
	to := from
	for to < len(w.running) && w.running[to].Namespace == namespace {
		to++
	}
	return w.running[from:to]
}
