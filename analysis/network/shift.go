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
		m, ok := a.find(d.Ref.Namespace, d.Ref.Name)
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

func compareShifts(x, y Shift) int {
	return cmp.Or(cmp.Compare(x.Src.Namespace, y.Src.Namespace), cmp.Compare(x.Src.Labels, y.Src.Labels),
		cmp.Compare(x.Dst.Namespace, y.Dst.Namespace), cmp.Compare(x.Dst.Labels, y.Dst.Labels), cmp.Compare(x.Connections.String(), y.Connections.String()))
}
