package exposure

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model/record"
)

// member is a pod that has not ended.
type member struct {
	pod   *record.Pod
	shape *shape
	group *group
	// ways are those by ports of its node, made for the record.
	ways    []*Way
	waysFor *record.Pod
}

// group is the pods of a namespace that have the same labels: a Service selects all of them or none.
type group struct {
	place  *place
	labels record.Labels
	pods   roll
	count  int
	fronts []*front
	// crews says whose controllers they are.
	crews []string
	// ways are those of the Services, sorted, as of waysAt; which of the pods each leads to is another question.
	ways   []*Way
	waysAt uint64
}

func (g *group) has(m *member) bool { return m.group == g }

func (g *group) members() []*member { return g.pods.sorted(g.has) }

// takes tells that the pod takes a port of its node.
func (m *member) takes() bool { return m.group != nil && len(m.shape.hosts) > 0 }

// pod files a pod that is new, changed or gone. One that has ended is gone: its address may be another's.
func (a *Analyser) pod(key types.NamespacedName, after *record.Pod) {
	m := a.members[key]
	if after == nil || after.Finished() {
		if m != nil {
			a.leave(m)
			delete(a.members, key)
		}
		return
	}
	if m == nil {
		m = &member{}
		a.members[key] = m
	}
	old := m.pod
	if old != nil && old.Labels == after.Labels && old.Template == after.Template && slices.Equal(old.IPs, after.IPs) {
		m.pod = after
		a.touch(m, old.Node() != after.Node() || old.Deleted != after.Deleted || old.UID != after.UID)
		return
	}
	// The shape before the old one is let go, which is most often the same.
	s := a.acquire(after.Template)
	if old != nil {
		a.leave(m)
	}
	m.pod, m.shape = after, s
	a.join(m)
}

// join puts a pod into its group.
func (a *Analyser) join(m *member) {
	p := a.place(m.pod.Namespace)
	g := p.groups[m.pod.Labels]
	if g == nil {
		g = a.newGroup(p, m.pod.Labels)
	}
	m.group = g
	g.pods.add(m)
	g.count++
	if m.takes() {
		p.hosts.add(m)
		p.taken++
	}
	a.locate(m)
	a.touch(m, true)
}

// leave takes a pod out of its group.
func (a *Analyser) leave(m *member) {
	g := m.group
	a.touch(m, true)
	a.unlocate(m)
	takes := m.takes()
	m.group = nil
	if takes {
		g.place.taken--
		g.place.hosts.drop((*member).takes)
	}
	g.pods.drop(g.has)
	a.release(m.pod.Template)
	if g.count--; g.count == 0 {
		a.dropGroup(g)
	}
}

func (a *Analyser) newGroup(p *place, labels record.Labels) *group {
	g := &group{place: p, labels: labels}
	p.groups[labels] = g
	for k, v := range labels.All() {
		for _, f := range p.pairs[pair{k, v}] {
			// Those that wait meet all groups later.
			if _, waits := p.pending[f]; !waits && f.selects(labels) {
				f.groups = append(f.groups, g)
				g.fronts = append(g.fronts, f)
			}
		}
	}
	g.crews = crewsOf(p.name, labels)
	for _, key := range g.crews {
		if a.crews[key] == nil {
			a.crews[key] = map[*group]struct{}{}
		}
		a.crews[key][g] = struct{}{}
	}
	return g
}

func (a *Analyser) dropGroup(g *group) {
	delete(g.place.groups, g.labels)
	for _, f := range g.fronts {
		f.groups = without(f.groups, g)
	}
	for _, key := range g.crews {
		if delete(a.crews[key], g); len(a.crews[key]) == 0 {
			delete(a.crews, key)
		}
	}
	a.tidy(g.place)
}

// touch marks what rests on a pod; really tells that more than its state has changed.
func (a *Analyser) touch(m *member, really bool) {
	for _, f := range m.group.fronts {
		f.tick = a.tick
		if really && f.opens() {
			a.changed[f.place.name] = struct{}{}
		}
	}
	if really && len(m.shape.hosts) > 0 {
		a.changed[m.pod.Namespace] = struct{}{}
	}
	a.touchCrews(m.group, really)
	a.touchAddresses(m, really)
}

func (a *Analyser) touchCrews(g *group, really bool) {
	if len(g.crews) == 0 {
		return
	}
	a.crewTick = a.tick
	if really {
		for _, key := range g.crews {
			a.crewed[key] = struct{}{}
		}
	}
}

// without takes one out of a list whose order does not matter.
func without[E comparable](list []E, e E) []E {
	if i := slices.Index(list, e); i >= 0 {
		last := len(list) - 1
		var none E
		list[i], list[last] = list[last], none
		list = list[:last]
	}
	return list
}
