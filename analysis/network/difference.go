package network

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model/inorder"
)

// compare tells what has opened and closed since a picture was taken.
func (a *Analyser) compare(b *picture) (opened, closed []Shift) {
	now := newPicture()
	now.everything = b.everything
	origins := a.origins(b)
	concerned := map[*class]struct{}{}
	for c := range b.classes {
		if len(c.pods) > 0 {
			concerned[c] = struct{}{}
		}
	}
	for c, list := range origins {
		for _, o := range list {
			if _, ok := b.classes[o]; ok || o == nil {
				concerned[c] = struct{}{}
			}
		}
	}
	a.expose(now, concerned)
	if now.everything {
		all := Shift{Connections: everything(), Pairs: a.count * (a.count - 1)}
		if all.Pairs <= 0 {
			return nil, nil
		}
		return []Shift{all}, []Shift{all}
	}
	if len(b.rest) > 0 || len(now.rest) > 0 {
		return summed(b, now), summed(now, b)
	}
	return a.differences(b, now, origins)
}

// summed tells how much more is possible in one picture than in another, by namespace.
func summed(less, more *picture) (list []Shift) {
	total := func(b *picture) map[side]int {
		sums := map[side]int{}
		for at, n := range b.rest {
			sums[at] += n
		}
		for pair, p := range b.cells {
			if name, ok := b.classes[pair.src]; ok {
				sums[side{name, policy.Egress}] += p.pairs
			} else {
				sums[side{b.classes[pair.dst], policy.Ingress}] += p.pairs
			}
		}
		return sums
	}
	before, after := total(less), total(more)
	for at, n := range after {
		if n <= before[at] {
			continue
		}
		s := Shift{Src: ClassName{Namespace: at.namespace}, Connections: everything(), Pairs: n - before[at]}
		if at.direction == policy.Ingress {
			s.Src, s.Dst = s.Dst, s.Src
		}
		list = append(list, s)
	}
	inorder.Sort(list, compareShifts)
	return list
}

// origins gives for classes the ones in which their pods were before; nil stands for pods that are new.
func (a *Analyser) origins(b *picture) map[*class][]*class {
	list := map[*class][]*class{}
	for m, from := range b.left {
		if c := a.members[m].class; c != nil && c != from && !slices.Contains(list[c], from) {
			list[c] = append(list[c], from)
		}
	}
	for c := range list {
		if c.id <= b.last {
			list[c] = append(list[c], c)
		}
	}
	for _, c := range b.after {
		if len(c.pods) > 0 && c.id > b.last && list[c] == nil {
			list[c] = []*class{nil}
		}
	}
	return list
}

// differences tells the pairs one by one. A class can do what those could from which its pods came.
func (a *Analyser) differences(b, now *picture, origins map[*class][]*class) (opened, closed []Shift) {
	was := func(c *class) []*class {
		if list := origins[c]; list != nil {
			return list
		}
		return []*class{c}
	}
	heirs, opens, closes := map[*class][]*class{}, newShifting(), newShifting()
	for c := range now.names {
		for _, o := range was(c) {
			heirs[o] = append(heirs[o], c)
		}
	}
	for at, p := range now.cells {
		var more, less ports
		for _, src := range was(at.src) {
			for _, dst := range was(at.dst) {
				_, one := b.classes[src]
				_, other := b.classes[dst]
				if !one && !other && src != nil && dst != nil {
					// Nothing changed for these.
					continue
				}
				old := b.cells[pairOf{src, dst}].ports
				more = a.ports.union(more, a.ports.minus(p.ports, old))
				less = a.ports.union(less, a.ports.minus(old, p.ports))
			}
		}
		opens.add(now, at, more, p.pairs)
		closes.add(now, at, less, p.pairs)
	}
	for at, p := range b.cells {
		told := false
		for _, src := range heirs[at.src] {
			for _, dst := range heirs[at.dst] {
				told = true
				if _, still := now.cells[pairOf{src, dst}]; !still {
					closes.add(now, pairOf{src, dst}, p.ports, pairsOf(src, dst))
				}
			}
		}
		if !told {
			closes.add(b, at, p.ports, p.pairs)
		}
	}
	return a.shifts(opens), a.shifts(closes)
}

// shifting gathers differences between classes. Two ways may lead to one, and several classes may have one name.
type shifting struct {
	seen  map[shiftKey]struct{}
	pairs map[shiftName]int
}

type shiftKey struct {
	pairOf
	ports ports
}

type shiftName struct {
	src, dst ClassName
	ports    ports
}

func newShifting() *shifting {
	return &shifting{map[shiftKey]struct{}{}, map[shiftName]int{}}
}

func (s *shifting) add(names *picture, at pairOf, p ports, pairs int) {
	key := shiftKey{at, p}
	if _, known := s.seen[key]; known || p == noPorts || pairs == 0 {
		return
	}
	s.seen[key] = struct{}{}
	s.pairs[shiftName{names.names[at.src], names.names[at.dst], p}] += pairs
}

// shifts tells what was gathered.
func (a *Analyser) shifts(s *shifting) []Shift {
	list := make([]Shift, 0, len(s.pairs))
	for name, pairs := range s.pairs {
		list = append(list, Shift{name.src, name.dst, a.ports.set(name.ports), pairs})
	}
	inorder.Sort(list, compareShifts)
	return list
}

// pairsOf counts the pairs of pods of two classes.
func pairsOf(src, dst *class) int {
	n := len(src.pods) * len(dst.pods)
	if src == dst {
		n -= len(src.pods)
	}
	return n
}
