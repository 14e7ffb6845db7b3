package exposure

import (
	"iter"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model/cluster"
	"canopy/model/record"
)

// Ways lists the ways into a namespace, whether or not they get there, sorted. It costs what the namespace's Services and
// routes are, and remakes only what has changed.
func (a *Analyser) Ways(c *cluster.Cluster, namespace string) []*Way {
	p := a.places[namespace]
	if p == nil {
		return nil
	}
	var ways []*Way
	for _, f := range p.fronts {
		a.make(f)
		ways = append(ways, f.own()...)
	}
	if p.taken > 0 {
		for _, m := range p.hosts.sorted((*member).takes) {
			ways = append(ways, m.hosted()...)
		}
	}
	for d := range p.doors {
		for _, w := range a.open(c, d) {
			if w.Namespace() == namespace {
				ways = append(ways, w)
			}
		}
	}
	slices.SortFunc(ways, (*Way).compare)
	return ways
}

// own are the ways that the Service opens by itself.
func (f *front) own() []*Way {
	if f.service == nil {
		return nil
	}
	return f.ways
}

// All goes through the ways into all namespaces, one namespace after another.
func (a *Analyser) All(c *cluster.Cluster) iter.Seq[*Way] {
	return func(yield func(*Way) bool) {
		for _, name := range slices.Sorted(maps.Keys(a.places)) {
			for _, w := range a.Ways(c, name) {
				if !yield(w) {
					return
				}
			}
		}
	}
}

// Of lists the ways that get to a pod, sorted. It asks only the Services that select the pod, or name its address, and what
// leads to those.
func (a *Analyser) Of(c *cluster.Cluster, pod *record.Pod) []*Way {
	m := a.members[types.NamespacedName{Namespace: pod.Namespace, Name: pod.Name}]
	if m == nil {
		return nil
	}
	behind := a.behind(c, m.group)
	ways := make([]*Way, 0, len(behind)+len(m.shape.hosts))
	leads := leader(m.pod)
	for _, w := range behind {
		if leads(w) {
			ways = append(ways, w)
		}
	}
	sorted := len(ways)
	ways = append(ways, m.hosted()...)
	var named map[*front]struct{}
	a.known(m, func(x *address) {
		for f := range x.fronts {
			if f.place != m.group.place || len(f.selector) == 0 || !f.selects(m.group.labels) {
				if named == nil {
					named = map[*front]struct{}{}
				}
				named[f] = struct{}{}
			}
		}
	})
	for _, w := range a.by(c, maps.Keys(named)) {
		if leads(w) {
			ways = append(ways, w)
		}
	}
	if len(ways) > sorted {
		slices.SortFunc(ways, (*Way).compare)
	}
	return ways
}

// behind lists the ways of the Services that select a group of pods, sorted.
func (a *Analyser) behind(c *cluster.Cluster, g *group) []*Way {
	if g.waysAt != a.epoch {
		g.ways, g.waysAt = a.by(c, slices.Values(g.fronts)), a.epoch
		slices.SortFunc(g.ways, (*Way).compare)
	}
	return g.ways
}

// by lists the ways by Services: their own, and those of what leads to them, which is asked once however many it leads to.
func (a *Analyser) by(c *cluster.Cluster, fronts iter.Seq[*front]) []*Way {
	var ways []*Way
	doors := map[*door]struct{}{}
	among := map[types.NamespacedName]struct{}{}
	for f := range fronts {
		if !f.opens() {
			continue
		}
		a.make(f)
		ways = append(ways, f.own()...)
		for d := range f.doors {
			doors[d] = struct{}{}
		}
		if len(f.doors) > 0 {
			among[types.NamespacedName{Namespace: f.place.name, Name: f.name}] = struct{}{}
		}
	}
	for d := range doors {
		for _, w := range a.open(c, d) {
			if in(among, types.NamespacedName{Namespace: w.Service.Namespace, Name: w.Service.Name}) {
				ways = append(ways, w)
			}
		}
	}
	return ways
}

// leader tells of one way after another whether it gets to a pod. Many share their targets.
func leader(p *record.Pod) func(*Way) bool {
	var last []Target
	leads := false
	return func(w *Way) bool {
		if !sameTargets(last, w.Targets) {
			last, leads = w.Targets, w.Leads(p)
		}
		return leads
	}
}

// sameTargets tells that two lists are one.
func sameTargets(a, b []Target) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// Exposed goes through the pods to which a way leads, by namespace and name. It looks at every way.
func (a *Analyser) Exposed(c *cluster.Cluster) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		seen := map[*record.Pod]struct{}{}
		for w := range a.All(c) {
			for _, t := range w.Targets {
				seen[t.Pod] = struct{}{}
			}
		}
		for _, p := range slices.SortedFunc(maps.Keys(seen), comparePods) {
			if !yield(p) {
				return
			}
		}
	}
}

// search finds the place of a pod among targets.
func search(list []Target, p *record.Pod) (int, bool) {
	return slices.BinarySearchFunc(list, p, func(t Target, p *record.Pod) int { return comparePods(t.Pod, p) })
}
