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
	ways := slices.Clone(m.hosted())
	ask := func(f *front) {
		if !f.opens() {
			return
		}
		a.make(f)
		for _, w := range f.own() {
			if w.Leads(m.pod) {
				ways = append(ways, w)
			}
		}
		for d := range f.doors {
			for _, w := range a.open(c, d) {
				if w.Service.Name == f.name && w.Service.Namespace == f.place.name && w.Leads(m.pod) {
					ways = append(ways, w)
				}
			}
		}
	}
	for _, f := range m.group.fronts {
		ask(f)
	}
	a.known(m, func(x *address) {
		for f := range x.fronts {
			if !slices.Contains(m.group.fronts, f) {
				ask(f)
			}
		}
	})
	slices.SortFunc(ways, (*Way).compare)
	// A pod may have two addresses that one Service names.
	return slices.Compact(ways)
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
