package privilege

import (
	"cmp"
	"slices"

	"canopy/model"
)

// walk goes back from all who hold the cluster to those who can become them, nearest first. What it finds on one level does
// not depend on the order in which it looks.
type walk struct {
	*Reach
	*ladder
	running []model.Subject
	runs    map[model.Subject]struct{}
	number  uint64
	// next are the nodes of the level that is being found, left the steps after it.
	next []*node
	left int
	// done are the lists of single accounts that were gone through.
	done map[model.Subject]struct{}
}

// found is an account of a level by which homes are joined. It need not be a node: a group stands for accounts of which no
// binding speaks.
type found struct {
	first, running model.Subject
}

// climb takes the subjects of bindings that lead to a target.
func (w *walk) climb(list []*bound, how how, target model.Subject) {
	for _, b := range list {
		for _, n := range b.nodes {
			if n.walk == w.number {
				continue
			}
			n.walk = w.number
			w.steps[n.Subject] = rung{b, b.leads(), how, w.left, target}
			w.next = append(w.next, n)
			w.crowds = w.crowds || n.Kind == model.GroupSubject
		}
	}
}

// levels goes on until nobody new is found.
func (w *walk) levels() {
	w.climb(w.sinks, toCluster, model.Subject{})
	for len(w.next) > 0 {
		level := w.next
		w.next, w.left = nil, w.left+1
		w.join(w.homesOf(level), level)
	}
}

// homesOf finds the homes of the accounts of a level, and of those for whom its groups stand, with the first account of each
// by name, and the first of each that runs pods. Everywhere is the home of all.
func (w *walk) homesOf(level []*node) map[string]*found {
	homes := map[string]*found{}
	note := func(s model.Subject) {
		_, runs := w.runs[s]
		for _, ns := range [...]string{everywhere, s.Namespace} {
			f := homes[ns]
			if f == nil {
				f = &found{}
				homes[ns] = f
			}
			if f.first.IsZero() || s.Compare(f.first) < 0 {
				f.first = s
			}
			if runs && (f.running.IsZero() || s.Compare(f.running) < 0) {
				f.running = s
			}
		}
	}
	for _, n := range level {
		home, ok := homeOf(n.Subject)
		switch {
		case !ok:
		case n.Kind == model.AccountSubject:
			note(n.Subject)
		case home != everywhere:
			note(defaultOf(home))
			for _, s := range w.among(home) {
				note(s)
			}
		case !w.all:
			w.all = true
			note(defaultOf("default"))
			for ns := range w.homes {
				if ns != everywhere {
					note(defaultOf(ns))
				}
			}
			for _, s := range w.running {
				note(s)
			}
		}
	}
	return homes
}

// defaultOf is the account that every namespace has.
func defaultOf(namespace string) model.Subject {
	return model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: "default"}
}

// join finds who can become the accounts of a level.
func (w *walk) join(homes map[string]*found, level []*node) {
	w.single(level)
	names := make([]string, 0, len(homes))
	for ns := range homes {
		names = append(names, ns)
	}
	slices.Sort(names)
	for _, ns := range names {
		f, h := homes[ns], w.homes[ns]
		if !hasKey(w.joined, ns) {
			w.joined[ns] = struct{}{}
			if h != nil {
				w.climb(h.many, toAny, f.first)
			}
		}
		if !f.running.IsZero() && !hasKey(w.ran, ns) {
			w.ran[ns] = struct{}{}
			if h != nil {
				w.climb(h.runs, toRunning, f.running)
			}
		}
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
			w.climb(w.one[one], toName, s)
		}
	}
}

// named lists the accounts of a home that somebody can become by name: those that are named with their namespace, and those
// that run pods or are there anyway.
func (w *walk) named(home string) []model.Subject {
	list := slices.Clone(w.among(home))
	if home == everywhere {
		list = append(list, w.running...)
		home = "default"
	}
	list = append(list, defaultOf(home))
	for one := range w.one {
		if one.Namespace != everywhere && (w.all || one.Namespace == home) {
			list = append(list, one)
		}
	}
	return list
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
