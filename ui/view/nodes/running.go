package nodes

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// running is what the inventory says of pods that have not finished, and of what nodes can give. It is immutable.
type running struct {
	version uint64
	pods    []*pod
	byName  map[types.NamespacedName]*pod
	// count is the number of pods of each node, gives what pods may take of it.
	count map[string]int
	gives map[string]usage.Limits
}

// pod is one of them.
type pod struct {
	record *record.Pod
	name   types.NamespacedName
	facts  usage.Facts
}

// inventory gives what runs as of a report: what was before where nothing has changed.
func (k *Keeper) inventory(set model.RecordSet) *running {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if set == nil {
		return &running{}
	}
	if k.running != nil && k.running.version == set.Version() {
		return k.running
	}
	r := &running{version: set.Version(), byName: map[types.NamespacedName]*pod{}, count: map[string]int{}, gives: map[string]usage.Limits{}}
	if k.reader == nil {
		k.reader = usage.NewReader(usage.Lookups{Owner: func(p *record.Pod) model.Ref { return cluster.TopOwner(k.owners.Get, p) }})
	}
	k.owners = set
	for one := range set.All() {
		switch t := one.(type) {
		case *record.Typed[*corev1.Node]:
			r.gives[t.Name] = capacity(&t.Object.Status)
		case *record.Pod:
			if !t.Finished() && !t.StandIn {
				r.add(t, k.reader)
			}
		}
	}
	k.running = r
	return r
}

// add takes a pod in.
func (r *running) add(p *record.Pod, reader *usage.Reader) {
	one := &pod{record: p, name: types.NamespacedName{Namespace: p.Namespace, Name: p.Name}, facts: reader.Of(p)}
	r.pods = append(r.pods, one)
	r.byName[one.name] = one
	if p.Node() != "" {
		r.count[p.Node()]++
	}
}

// factsOf tells of a pod what signals rest on. Whether it may talk to anywhere is asked only where one hangs on that.
func (r *running) factsOf(name types.NamespacedName, outward func(types.NamespacedName) bool) (usage.Facts, bool) {
	p := r.byName[name]
	if p == nil {
		return usage.Facts{}, false
	}
	f := p.facts
	f.NodeCPU = r.gives[f.Node].CPULimit
	f.Egress = func() bool { return outward(name) }
	return f, true
}

// containers lists those that run or may, sorted: what has initialised the pod and ended uses nothing, and what uses something may be in
// no spec.
func (p *pod) containers(u *model.Usage) []string {
	names := make([]string, 0, len(p.facts.Containers))
	ended := map[string]bool{}
	for i := range p.record.Containers {
		if c := &p.record.Containers[i]; c.Type != record.Ordinary && c.State == record.Terminated {
			ended[c.Name] = true
		}
	}
	var used map[string]*model.Series
	if of := u.Pods[p.name]; of != nil {
		used = of.Containers
	}
	for name := range p.facts.Containers {
		if !ended[name] || used[name].Len() > 0 {
			names = append(names, name)
		}
	}
	for name := range used {
		if _, ok := p.facts.Containers[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// capacity is what pods may take of a node.
func capacity(s *corev1.NodeStatus) usage.Limits {
	list := s.Allocatable
	if len(list) == 0 {
		list = s.Capacity
	}
	l := usage.Limits{}
	if q, ok := list[corev1.ResourceCPU]; ok {
		l.CPULimit = q.MilliValue()
	}
	if q, ok := list[corev1.ResourceMemory]; ok {
		l.MemoryLimit = q.Value()
	}
	return l
}
