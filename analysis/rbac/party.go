package rbac

import (
	"maps"
	"slices"
	"strings"

	"canopy/model"
)

// party is somebody whom bindings speak of.
type party struct {
	key
	subject  model.Subject
	bindings map[*binding]struct{}
}

// compareTo orders as Subject.Compare does; most of the time it is called for subjects of one kind.
func (p *party) compareTo(o *party) int {
	x, y := &p.subject, &o.subject
	if x.Kind != y.Kind {
		return x.Compare(*y)
	}
	if n := strings.Compare(x.Namespace, y.Namespace); n != 0 {
		return n
	}
	return strings.Compare(x.Name, y.Name)
}

// join finds the parties of a binding, and enters it with each.
func (a *Analyser) join(b *binding) {
	// Who writes a binding chooses how many subjects it has.
	var seen map[*party]struct{}
	if len(b.subjects) > 16 {
		seen = make(map[*party]struct{}, len(b.subjects))
	}
	b.parties, b.firsts = make([]*party, 0, len(b.subjects)), make([]int32, 0, len(b.subjects))
	for i := range b.subjects {
		k, ok := keyOf(&b.subjects[i], b.ref.Namespace)
		if !ok {
			continue
		}
		p := a.parties[k]
		if p == nil {
			p = &party{k, k.subject(), map[*binding]struct{}{}}
			a.parties[k] = p
		}
		if seen == nil {
			ok = !slices.Contains(b.parties, p)
		} else if _, there := seen[p]; there {
			ok = false
		} else {
			seen[p] = struct{}{}
		}
		if ok {
			b.parties, b.firsts = append(b.parties, p), append(b.firsts, int32(i))
			p.bindings[b] = struct{}{}
		}
	}
}

// leave takes a binding from a party.
func (a *Analyser) leave(p *party, b *binding) {
	delete(p.bindings, b)
	if len(p.bindings) == 0 {
		delete(a.parties, p.key)
	}
}

// place is a namespace that has bindings, or the cluster.
type place struct {
	bindings map[*binding]struct{}
	// sorted are the same by name; nil until asked for.
	sorted []*binding
}

func (a *Analyser) arrive(b *binding) {
	p := a.places[b.ref.Namespace]
	if p == nil {
		p = &place{bindings: map[*binding]struct{}{}}
		a.places[b.ref.Namespace] = p
		a.namespaces = nil
	}
	p.bindings[b] = struct{}{}
	p.sorted = nil
}

func (a *Analyser) depart(b *binding) {
	p := a.places[b.ref.Namespace]
	delete(p.bindings, b)
	p.sorted = nil
	if len(p.bindings) == 0 {
		delete(a.places, b.ref.Namespace)
		a.namespaces = nil
	}
}

// counting lists the bindings that count in a namespace, those of the cluster first, by namespace and name: those of the
// namespace, of all where it is "*", of none where it is "". Nobody may change the lists.
func (a *Analyser) counting(namespace string) [][]*binding {
	names := []string{"", namespace}
	switch namespace {
	case "":
		names = names[:1]
	case "*":
		if a.namespaces == nil {
			a.namespaces = slices.Sorted(maps.Keys(a.places))
		}
		names = a.namespaces
	}
	lists := make([][]*binding, 0, len(names))
	for _, name := range names {
		p := a.places[name]
		if p == nil {
			continue
		}
		if p.sorted == nil {
			p.sorted = slices.SortedFunc(maps.Keys(p.bindings), func(x, y *binding) int { return x.ref.Compare(y.ref) })
		}
		lists = append(lists, p.sorted)
	}
	return lists
}
