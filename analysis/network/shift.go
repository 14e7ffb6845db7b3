package network

import (
	"cmp"
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// mostPairs bounds the pairs of classes that are told one by one, mostGroups what is counted instead.
const (
	mostPairs  = 2000
	mostGroups = 2000
)

// pairOf is two classes.
type pairOf struct{ src, dst *class }

// possible is what two classes could do, and how many pairs of pods that was.
type possible struct {
	ports ports
	pairs int
}

// picture is what is possible for some classes.
type picture struct {
	classes map[*class]string
	cells   map[pairOf]possible
	names   map[*class]ClassName
	// rest is what was only counted, by namespace and direction; everything tells that not even that was done.
	rest       map[side]int
	everything bool
	// left tells from which class pods went, after which classes may differ.
	left  map[uint32]*class
	after []*class
	// last is the number of the last class that there was.
	last uint32
}

// side is the pods of a namespace as sources or as destinations.
type side struct {
	namespace string
	direction policy.Direction
}

func newPicture() *picture {
	return &picture{
		classes: map[*class]string{}, cells: map[pairOf]possible{}, names: map[*class]ClassName{}, rest: map[side]int{},
		left: map[uint32]*class{},
	}
}

func (b *picture) name(c *class) {
	if _, ok := b.names[c]; !ok {
		b.names[c] = ClassName{c.namespace.name, c.text()}
	}
}

// photograph takes what is possible for the classes that the noted changes may concern.
func (a *Analyser) photograph(everything bool) *picture {
	b := newPicture()
	b.last = a.serial
	n := &a.noted
	if b.everything = everything || len(n.pods) > mostListed; b.everything {
		return b
	}
	concerned := map[*class]struct{}{}
	whole := func(name string) {
		if x := a.namespaces[name]; x != nil {
			for _, c := range x.classes {
				concerned[c] = struct{}{}
			}
		}
	}
	for _, d := range n.namespaces {
		whole(d.Ref.Name)
	}
	for _, d := range n.policies {
		if d.Ref.Namespace != "" {
			whole(d.Ref.Namespace)
			continue
		}
		for _, r := range []model.Record{d.Old, d.New} {
			if r == nil {
				continue
			}
			if p, ok := policy.Read(r); ok && !p.Subject.Nothing {
				s := &space{requirements: p.Subject.Namespaces}
				for name, x := range a.namespaces {
					if s.judge(x) != levelNo {
						whole(name)
					}
				}
			}
		}
	}
	for _, d := range n.nodes {
		if x := a.nodes[d.Ref.Name]; x != nil {
			for _, m := range x.pods {
				concerned[a.members[m].class] = struct{}{}
			}
		}
	}
	a.concernedPods(concerned)
	a.expose(b, concerned)
	return b
}

// concernedPods finds the classes that pods may leave or empty.
func (a *Analyser) concernedPods(concerned map[*class]struct{}) {
	for _, d := range a.noted.pods {
		m, ok := a.byName[nameOf(d.Ref)]
		if !ok {
			continue
		}
		c := a.members[m].class
		_, r := cluster.Cast[*record.Pod](d)
		old := a.members[m].record
		if len(c.pods) == 1 || r != nil && (old.Labels != r.Labels || old.Template != r.Template || !slices.Equal(old.IPs, r.IPs) || old.Node() != r.Node()) {
			concerned[c] = struct{}{}
		}
	}
}

// expose fills a picture with what is possible for classes.
func (a *Analyser) expose(b *picture, concerned map[*class]struct{}) {
	if b.everything = b.everything || len(concerned) > mostGroups; b.everything {
		return
	}
	list := make([]*class, 0, len(concerned))
	for c := range concerned {
		list = append(list, c)
	}
	slices.SortFunc(list, func(x, y *class) int { return cmp.Compare(x.id, y.id) })
	work, pairs := 0, 0
	for _, c := range list {
		b.classes[c] = c.namespace.name
		b.name(c)
		for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
			var groups []*group
			a.candidates(c.group, d, func(o *group) { groups = append(groups, o) })
			for _, o := range groups {
				if work++; work > 10*mostGroups {
					b.everything = true
					return
				}
				src, dst := c, o.one()
				if d == policy.Ingress {
					src, dst = dst, src
				}
				ans := a.answer(src, dst, false)
				open := a.ports.union(ans.allow, ans.depends)
				if open == noPorts {
					continue
				}
				if pairs += len(o.classes); pairs > mostPairs {
					b.rest[side{c.namespace.name, d}] += len(c.pods) * o.pods
					continue
				}
				for _, other := range o.classes {
					src, dst := c, other
					if d == policy.Ingress {
						src, dst = other, c
					}
					b.name(other)
					b.cells[pairOf{src, dst}] = possible{open, pairsOf(src, dst)}
				}
			}
		}
	}
}

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
	slices.SortFunc(list, compareShifts)
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
	heirs := map[*class][]*class{}
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
		opened = a.shift(opened, now, at, more, p.pairs)
		closed = a.shift(closed, now, at, less, p.pairs)
	}
	for at, p := range b.cells {
		told := false
		for _, src := range heirs[at.src] {
			for _, dst := range heirs[at.dst] {
				told = true
				if _, still := now.cells[pairOf{src, dst}]; !still {
					closed = a.shift(closed, now, pairOf{src, dst}, p.ports, pairsOf(src, dst))
				}
			}
		}
		if !told {
			closed = a.shift(closed, b, at, p.ports, p.pairs)
		}
	}
	slices.SortFunc(opened, compareShifts)
	slices.SortFunc(closed, compareShifts)
	return slices.CompactFunc(opened, equalShifts), slices.CompactFunc(closed, equalShifts)
}

func (a *Analyser) shift(list []Shift, names *picture, at pairOf, p ports, pairs int) []Shift {
	if p == noPorts || pairs == 0 {
		return list
	}
	return append(list, Shift{names.names[at.src], names.names[at.dst], a.ports.set(p), pairs})
}

// pairsOf counts the pairs of pods of two classes.
func pairsOf(src, dst *class) int {
	n := len(src.pods) * len(dst.pods)
	if src == dst {
		n -= len(src.pods)
	}
	return n
}

func equalShifts(x, y Shift) bool { return compareShifts(x, y) == 0 }

func compareShifts(x, y Shift) int {
	return cmp.Or(cmp.Compare(x.Src.Namespace, y.Src.Namespace), cmp.Compare(x.Src.Labels, y.Src.Labels),
		cmp.Compare(x.Dst.Namespace, y.Dst.Namespace), cmp.Compare(x.Dst.Labels, y.Dst.Labels), cmp.Compare(x.Connections.String(), y.Connections.String()))
}
