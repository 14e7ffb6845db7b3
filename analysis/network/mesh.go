package network

import (
	"cmp"
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
)

// Mesh says who may open connections to whom in the cluster, by crowds of pods: never by pairs of pods or workloads. What is outside of
// the cluster is no part of it.
type Mesh struct {
	Crowds []Crowd
	// Strands lead from one crowd to another, Hubs from many to many: a pair may have both, and several hubs.
	Strands []Strand
	Hubs    []Hub
}

// Crowd is pods that no answer tells apart, whatever their namespaces, by their top owners, sorted. An owner is in several where policies
// tell its pods apart. Pods that are still to come are left out.
type Crowd struct{ Owners []model.Ref }

// Strand says that pods of one crowd may connect to pods of another, or to others of their own. Its verdict is Allow or Depends.
type Strand struct {
	From, To   int
	Verdict    Verdict
	Assumption string
}

// Hub says that pods of each crowd in From may connect to those of each in To, other than themselves. Its verdict is Allow, Depends or
// NotEvaluated.
type Hub struct {
	From, To []Spoke
	Verdict  Verdict
}

// Spoke is one crowd at a hub. The assumption of a pair is that of the one or of the other spoke; none is where the verdict is Allow.
type Spoke struct {
	Crowd      int
	Assumption string
}

// OnlyNear is the assumption of what is possible between pods on one node alone.
const OnlyNear = "from the network of the pod's own node alone"

// Mesh works out who may open connections to whom. It costs what is open among the groups, and one look at each pod: where no policy has a
// say at both ends nothing is worked out at all.
func (a *Analyser) Mesh(c *cluster.Cluster) *Mesh {
	a.tidy()
	b := meshing{a: a, Mesh: &Mesh{}, number: map[*group]int{}}
	b.gather(c)
	b.hubs()
	for i, g := range b.groups {
		if !g.unknown {
			b.strands(i, g)
		}
	}
	return b.Mesh
}

// meshing is a Mesh in the making.
type meshing struct {
	*Mesh
	a      *Analyser
	groups []*group
	number map[*group]int
}

// gather makes the crowds, in an order that rests on what they are.
func (b *meshing) gather(c *cluster.Cluster) {
	type head struct {
		of     *group
		first  *class
		owners []model.Ref
	}
	var heads []*head
	for _, g := range b.a.groups {
		h := &head{of: g, first: g.classes[0]}
		seen := map[model.Ref]struct{}{}
		for _, x := range g.classes {
			if compareEverywhere(x, h.first) < 0 {
				h.first = x
			}
			for _, m := range x.pods {
				p := b.a.members[m].record
				if p.StandIn {
					continue
				}
				owner := c.TopOwner(p)
				if _, ok := seen[owner]; !ok {
					seen[owner] = struct{}{}
					h.owners = append(h.owners, owner)
				}
			}
		}
		if len(h.owners) > 0 {
			slices.SortFunc(h.owners, model.Ref.Compare)
			heads = append(heads, h)
		}
	}
	slices.SortFunc(heads, func(x, y *head) int { return compareEverywhere(x.first, y.first) })
	for i, h := range heads {
		b.number[h.of] = i
		b.groups, b.Crowds = append(b.groups, h.of), append(b.Crowds, Crowd{h.owners})
	}
}

// compareEverywhere orders classes by namespace, then by what they are.
func compareEverywhere(x, y *class) int {
	if n := cmp.Compare(x.namespace.name, y.namespace.name); n != 0 {
		return n
	}
	return compareClasses(x, y)
}

// hubs tells what holds between many and many: where no policy has a say, where the plug-in obeys none, and what is not evaluated.
func (b *meshing) hubs() {
	var all, unknown []Spoke
	for i, g := range b.groups {
		all = append(all, Spoke{Crowd: i})
		if g.unknown {
			first := slices.MinFunc(g.classes, compareEverywhere)
			unknown = append(unknown, Spoke{i, b.a.unknown(first)})
		}
	}
	open := func(d policy.Direction) func(g *group) bool {
		return func(g *group) bool { return g.programs[d].open }
	}
	b.families(Allow, "", open(policy.Egress), open(policy.Ingress))
	if b.a.state.Enforcement == None {
		anybody := func(*group) bool { return true }
		b.families(Depends, b.a.whyText(whyUnenforced), anybody, anybody)
	}
	b.hub(Hub{unknown, all, NotEvaluated})
	b.hub(Hub{all, unknown, NotEvaluated})
}

func (b *meshing) hub(h Hub) {
	if len(h.From) > 0 && len(h.To) > 0 {
		b.Hubs = append(b.Hubs, h)
	}
}

// families makes a hub for each family of addresses by which alone two of its crowds can talk.
func (b *meshing) families(v Verdict, assumption string, from, to func(*group) bool) {
	var only [2]bool
	for _, g := range b.groups {
		for f := range only {
			only[f] = only[f] || g.site.families[f] && !g.site.families[1-f]
		}
	}
	for f := range only {
		if f == 1 && !only[f] {
			// Who has addresses of the second family has some of the first.
			continue
		}
		h := Hub{Verdict: v}
		for i, g := range b.groups {
			if g.unknown || !g.site.families[f] && !g.site.unknown() {
				continue
			}
			if from(g) {
				h.From = append(h.From, Spoke{i, assumption})
			}
			if to(g) {
				h.To = append(h.To, Spoke{Crowd: i})
			}
		}
		b.hub(h)
	}
}

// strands works out what rules of policies let one crowd do.
func (b *meshing) strands(from int, g *group) {
	a, begin := b.a, len(b.Strands)
	a.spokenOf(g, func(h *group) {
		to, ok := b.number[h]
		if !ok || h.unknown || g.programs[policy.Egress].open && h.programs[policy.Ingress].open || g == h && g.pods < 2 {
			return
		}
		ans := a.answer(g.one(), h.one(), false)
		switch v := ans.verdict(); {
		case v == Allow:
			b.Strands = append(b.Strands, Strand{From: from, To: to, Verdict: v})
		case v == Depends && a.state.Enforcement != None:
			b.Strands = append(b.Strands, Strand{from, to, v, a.because(a.decide(g.one(), h.one(), false), v)})
		}
	})
	if g.host && a.state.Enforcement != None {
		b.near(from, begin, g)
	}
	slices.SortFunc(b.Strands[begin:], func(x, y Strand) int { return cmp.Compare(x.To, y.To) })
}

// near adds what pods on the network of a node can do to those on the same node, from where everything comes in.
func (b *meshing) near(from, begin int, g *group) {
	a := b.a
	have := map[int]struct{}{}
	for _, s := range b.Strands[begin:] {
		have[s.To] = struct{}{}
	}
	for to, h := range b.groups {
		if _, ok := have[to]; ok || h.unknown || h.programs[policy.Ingress].open {
			continue
		}
		if ans := a.answer(g.one(), h.one(), true); !ans.nothing() && a.meet(g, h) {
			b.Strands = append(b.Strands, Strand{from, to, Depends, OnlyNear})
		}
	}
}

// meet tells that a pod of a crowd is on the network of the node of a pod of another.
func (a *Analyser) meet(g, h *group) bool {
	for _, y := range h.classes {
		for _, m := range y.pods {
			at := a.nodes[a.members[m].record.Node()]
			if at == nil {
				continue
			}
			for _, o := range at.pods {
				if o != m && a.members[o].class.group == g {
					return true
				}
			}
		}
	}
	return false
}

// spokenOf goes through the groups to which one may connect since rules say so, and some more; but not through all of those to which it may
// since no policy has a say.
func (a *Analyser) spokenOf(g *group, visit func(*group)) {
	out := g.programs[policy.Egress]
	// Whom the group connects to has rules that speak of it, or lets in whom no rule speaks of.
	lets := map[*program]struct{}{}
	a.speakers(g.one(), policy.Ingress, func(p *program) { lets[p] = struct{}{} })
	if !out.wide {
		a.stamp++
		stamp := a.stamp
		out.mayAllow(func(p *peer) {
			a.behind(p, func(c *class) {
				h := c.group
				if h == nil || h.stamp == stamp {
					return
				}
				h.stamp = stamp
				in := h.programs[policy.Ingress]
				if _, ok := lets[in]; ok || in.wide {
					visit(h)
				}
			})
		})
		return
	}
	for p := range a.widePrograms[policy.Ingress] {
		// Where neither side has a policy a hub says so.
		if !out.open || !p.open {
			lets[p] = struct{}{}
		}
	}
	for p := range lets {
		for _, h := range p.groups {
			visit(h)
		}
	}
}
