package attack

import (
	"canopy/analysis/attack/digraph"
	"canopy/analysis/rbac"
	"canopy/model"
)

// standing keeps the searches that every report rests on: who leads to the cluster, to a node, to Secrets or to a crown jewel, and who is
// led to from the internet and from any account. What changes in one of them is taken to what is published.
type standing struct {
	a *Analyser
	// node and secrets go back from goals; outside and anyone go on from sources, and end at the cluster: whoever holds that holds
	// everything, which says nothing of what he came by.
	node, secrets, outside, anyone *digraph.Search
	// cluster counts the sources that lead to the cluster, jewels those that lead to each crown jewel.
	cluster *aim
	jewels  []*aim
	// turned counts up for sources that came to lead to the cluster, and down for those that no longer do, since somebody looked.
	turned map[Node]int
	shelf  shelf
	// came are the sources that came since the last update.
	came  []digraph.Vertex
	stale bool
}

// aim is a goal, with the sources that lead to it.
type aim struct {
	name string
	// at is where it is, or what stands for it.
	at     digraph.Vertex
	search *digraph.Search
	// leading tells which sources do, leads counts them.
	leading map[digraph.Vertex]struct{}
}

func (a *Analyser) aimAt(name string, at digraph.Vertex) *aim {
	return &aim{name: name, at: at, search: a.graph.Toward(at), leading: map[digraph.Vertex]struct{}{}}
}

func newStanding(a *Analyser) standing {
	s := standing{a: a, shelf: newShelf(), stale: true, turned: map[Node]int{}}
	top := a.hold(key{kind: admin})
	end := func(v digraph.Vertex) bool { return v == top || a.keys[v].takes() }
	s.cluster = a.aimAt(ClusterAdmin.ID, top)
	s.node = a.graph.Toward(a.hold(all(machines, everywhere)), a.hold(key{kind: anyNode}))
	s.secrets = a.graph.Toward(a.hold(key{kind: anySecrets}))
	s.outside = a.graph.From(end, a.hold(key{kind: internet}))
	var groups []digraph.Vertex
	for _, name := range [...]string{rbac.AllAccounts, rbac.Authenticated} {
		groups = append(groups, a.hold(identityOf(model.Subject{Kind: model.GroupSubject, Name: name})))
	}
	s.anyone = a.graph.From(end, groups...)
	return s
}

// begin notes one reason why paths may begin at a vertex, end that there is one less.
func (a *Analyser) begin(v digraph.Vertex) {
	if a.origins[v]++; a.origins[v] == 1 {
		a.standing.origin(v, true)
	}
}

func (a *Analyser) end(v digraph.Vertex) {
	if a.origins[v]--; a.origins[v] == 0 {
		delete(a.origins, v)
		a.standing.origin(v, false)
	}
}

// origin takes a source that came or went. One that came is looked at with the next update.
func (s *standing) origin(v digraph.Vertex, on bool) {
	s.stale = true
	// What is no source leads on for nobody: see ownWay.
	s.a.moved = append(s.a.moved, s.a.keys[v])
	if !on {
		s.lead(s.cluster, v, false)
		for _, j := range s.jewels {
			s.lead(j, v, false)
		}
		return
	}
	s.came = append(s.came, v)
}

// lead notes whether a source leads to a goal.
func (s *standing) lead(to *aim, v digraph.Vertex, on bool) {
	if _, was := to.leading[v]; was == on {
		return
	}
	s.stale = true
	by := 1
	if on {
		to.leading[v] = struct{}{}
	} else {
		by = -1
		delete(to.leading, v)
	}
	if to == s.cluster {
		n, _ := s.a.keys[v].node()
		if s.turned[n] += by; s.turned[n] == 0 {
			delete(s.turned, n)
		}
	}
}

// update takes in what changed in the graph.
func (s *standing) update() {
	changed := map[digraph.Vertex]struct{}{}
	take := func(list []digraph.Vertex) {
		for _, v := range list {
			changed[v] = struct{}{}
		}
	}
	take(s.aimed(s.cluster))
	for _, j := range s.jewels {
		take(s.aimed(j))
	}
	s.came = s.came[:0]
	for _, one := range [...]*digraph.Search{s.node, s.secrets, s.outside, s.anyone} {
		take(one.Update())
	}
	for v := range changed {
		s.publish(s.a.keys[v])
	}
	// A number may have gone to another key that costs as much.
	for _, k := range s.a.moved {
		s.publish(k)
	}
	s.a.moved = nil
}

// aimed takes in what changed of who leads to a goal.
func (s *standing) aimed(to *aim) []digraph.Vertex {
	changed := to.search.Update()
	for _, list := range [...][]digraph.Vertex{changed, s.came} {
		for _, v := range list {
			if s.a.origins[v] > 0 {
				_, leads := to.search.Cost(v)
				s.lead(to, v, leads && !s.a.is(v, to.at))
			}
		}
	}
	if len(changed) > 0 {
		s.stale = true
	}
	return changed
}

// publish shelves where the object of a vertex stands.
func (s *standing) publish(k key) {
	ref, reached, leads := k.stands()
	if ref.IsZero() {
		return
	}
	now := model.Standing{Exposure: s.exposure(reached), Effect: s.effect(leads)}
	if twin, ok := k.twin(); ok {
		now.Exposure, now.Effect = max(now.Exposure, s.exposure(twin)), max(now.Effect, s.effect(twin))
	}
	if k.kind == binding && k.extra == "" || k.kind == binding && k.takes() {
		// It may be told by another vertex than before.
		other := key{kind: binding, ref: ref}
		if k.extra == "" {
			other.extra = takesAll
		}
		now.Exposure, now.Effect = max(now.Exposure, s.exposure(other)), max(now.Effect, s.effect(other))
	}
	if (k.kind == workload || k.kind == way) && s.ownWay(key{kind: workload, ref: ref}, now.Exposure) {
		now.Effect = model.LeadsNowhere
	}
	if s.shelf.put(ref, now) {
		s.stale = true
	}
}

// ownWay tells a part of the control plane to which nobody gets who does not hold it by name: no path begins there, and what it leads to is what
// it is for. Who may get into its pods has a path of his own, which his binding stands for.
func (s *standing) ownWay(k key, exposure model.Exposed) bool {
	if exposure != model.ExposedToHolders || k.ref.Namespace != "kube-system" {
		return false
	}
	v, ok := s.a.find(k)
	return ok && s.a.origins[v] == 0
}

// stands gives the object that stands where a vertex does, and the vertices that say who gets there and where it leads.
func (k key) stands() (ref model.Ref, reached, leads key) {
	switch k.kind {
	case workload, machine, secret, binding, way:
		return k.ref, k, k
	case identity:
		if s := k.subject(); s.Kind == model.AccountSubject {
			return model.KindByName("ServiceAccount").Ref(s.Namespace, s.Name), k, k
		}
	case role, given:
		return k.ref, key{kind: given, ref: k.ref}, key{kind: role, ref: k.ref}
	case pods, space:
		if k.ref.Namespace != everywhere {
			return model.KindByName("Namespace").Ref("", k.ref.Namespace), all(space, k.ref.Namespace), all(pods, k.ref.Namespace)
		}
	}
	return model.Ref{}, key{}, key{}
}

// twin gives the other vertex of a pod that both stands for itself and opens a way in, by a port of its node.
func (k key) twin() (key, bool) {
	switch {
	case k.ref.Kind != "Pod":
	case k.kind == workload:
		k.kind = way
		return k, true
	case k.kind == way:
		k.kind = workload
		return k, true
	}
	return k, false
}

func (s *standing) exposure(k key) model.Exposed {
	v, ok := s.a.find(k)
	if !ok {
		return model.ExposedToHolders
	}
	if _, ok := s.outside.Cost(v); ok {
		return model.ExposedToInternet
	}
	if _, ok := s.anyone.Cost(v); ok {
		return model.ExposedToAccounts
	}
	return model.ExposedToHolders
}

func (s *standing) effect(k key) model.Effect {
	v, ok := s.a.find(k)
	if !ok {
		return model.LeadsNowhere
	}
	for _, one := range [...]struct {
		search *digraph.Search
		effect model.Effect
	}{{s.cluster.search, model.LeadsToCluster}, {s.node, model.LeadsToNode}, {s.secrets, model.LeadsToSecrets}} {
		if _, ok := one.search.Cost(v); ok {
			return one.effect
		}
	}
	for _, j := range s.jewels {
		if _, ok := j.search.Cost(v); ok {
			return model.LeadsToSecrets
		}
	}
	return model.LeadsNowhere
}
