package privilege

import (
	"cmp"
	"slices"

	"canopy/model"
)

// people finds the bindings of a subject that decide what its other bindings open: those that meet a need which a way shares
// with others, and those that wait for one. It costs what is looked for, however many bindings speak of the subject.
type people map[model.Subject]*person

// person is a subject in all places, by namespace; "" is the whole cluster.
type person []*stead

// stead is what bindings give to a subject in one place.
type stead struct {
	namespace string
	// givers meet shared needs, takers wait for some.
	givers, takers []*bound
	// first finds for each need the best of the givers. It is nil until somebody asks, and after every change.
	first map[int]provider
	full  set
	named set
}

// provider is a binding that meets a need.
type provider struct {
	ref    model.Ref
	role   *role
	byName bool
}

// better tells which of two providers counts: one in full, then the first by name.
func (p provider) better(o provider) bool {
	switch {
	case o.role == nil:
		return true
	case p.byName != o.byName:
		return !p.byName
	}
	return p.ref.Compare(o.ref) < 0
}

// same tells whether what is proved by two providers is the same.
func (p provider) same(o provider) bool {
	return p.byName == o.byName && p.ref == o.ref && p.role == o.role
}

func (p people) find(s model.Subject, namespace string) *stead {
	if who := p[s]; who != nil {
		return who.find(namespace)
	}
	return nil
}

func (p *person) find(namespace string) *stead {
	if i, ok := p.search(namespace); ok {
		return (*p)[i]
	}
	return nil
}

func (p *person) search(namespace string) (int, bool) {
	return slices.BinarySearchFunc(*p, namespace, func(s *stead, ns string) int { return cmp.Compare(s.namespace, ns) })
}

// first gives for each shared need the best of the bindings that meet it.
func (p people) first(s model.Subject, namespace string) map[int]provider {
	at := p.find(s, namespace)
	if at == nil || len(at.givers) == 0 {
		return nil
	}
	at.sum()
	return at.first
}

// make gives the stead of a subject, making it where there is none.
func (p people) make(s model.Subject, namespace string) *stead {
	who := p[s]
	if who == nil {
		who = &person{}
		p[s] = who
	}
	i, ok := who.search(namespace)
	if !ok {
		*who = slices.Insert(*who, i, &stead{namespace: namespace})
	}
	return (*who)[i]
}

// tidy drops a stead that holds nothing any more.
func (p people) tidy(s model.Subject, at *stead) {
	if len(at.givers) > 0 || len(at.takers) > 0 {
		return
	}
	who := p[s]
	if i, ok := who.search(at.namespace); ok {
		*who = slices.Delete(*who, i, i+1)
	}
	if len(*who) == 0 {
		delete(p, s)
	}
}

// give enters a binding for what it gives to its subjects, and ungive takes it out.
func (p people) give(b *bound) {
	for _, s := range b.names {
		at := p.make(s, b.ref.Namespace)
		at.givers, at.first = append(at.givers, b), nil
	}
}

func (p people) ungive(b *bound) {
	for _, s := range b.names {
		at := p.find(s, b.ref.Namespace)
		at.givers, at.first = without(at.givers, b), nil
		p.tidy(s, at)
	}
}

// wait enters a binding that waits for what others give to its subjects, and unwait takes it out.
func (p people) wait(b *bound) {
	for _, s := range b.names {
		at := p.make(s, b.ref.Namespace)
		at.takers = append(at.takers, b)
	}
}

func (p people) unwait(b *bound) {
	for _, s := range b.names {
		at := p.find(s, b.ref.Namespace)
		at.takers = without(at.takers, b)
		p.tidy(s, at)
	}
}

func without(list []*bound, b *bound) []*bound {
	i, last := slices.Index(list, b), len(list)-1
	list[i], list[last] = list[last], nil
	return list[:last]
}

// sum works out what the givers meet together.
func (s *stead) sum() {
	if s.first != nil {
		return
	}
	s.first, s.full, s.named = map[int]provider{}, set{}, set{}
	for _, b := range s.givers {
		s.full.join(&b.role.full)
		s.named.join(&b.role.named)
		for n := range b.gives.all() {
			if one := (provider{b.ref, b.role, b.role.named.has(n)}); one.better(s.first[n]) {
				s.first[n] = one
			}
		}
	}
	s.named.drop(&s.full)
}
