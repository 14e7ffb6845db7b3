package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// reading is what a role opens to those who are bound to it in one kind of place. Bindings share it.
type reading struct {
	// open lists the edges, byRule the same by the rules whose findings show them.
	open   []opening
	byRule []shown
	// partly lists the ways of which the role gives some needs: other bindings of a subject may give the rest.
	partly []*wayAt
	// sink tells that it gives the whole cluster, by sinkEdges or by all rights. anyEdges let one become any account of the
	// place, runEdges those that run pods there. climbs tells that there is any of these. They are ids.
	sink, climbs                  bool
	sinkEdges, anyEdges, runEdges []string
}

// shown is what a reading says of one rule.
type shown struct {
	rule    *model.Rule
	open    []opening
	verdict model.Verdict
	reason  string
	list    []model.Evidence
}

// wayAt is a way of an edge.
type wayAt struct {
	edge int
	*way
	given opening
}

// readingKey tells apart the kinds of places: the whole cluster, or a namespace, by name where a way is open in some only,
// and by whether privileged pods are admitted.
type readingKey struct {
	cluster, added bool
	namespace      string
	admits         model.Verdict
	objects        objects
}

// objects says of those that ways rest on whether they exist: bits by number.
type objects struct{ there, unsure uint64 }

func (a *Analyser) look(c *cluster.Cluster) (o objects) {
	for i, ref := range a.table.objects {
		switch {
		case c.Get(ref) != nil:
			o.there |= 1 << i
		case !missing(c, ref):
			o.unsure |= 1 << i
		}
	}
	return o
}

// stands tells whether the object of a way exists; sure is false where it was not seen.
func (o objects) stands(w *way) (is, sure bool) {
	if w.object == 0 {
		return true, true
	}
	bit := uint64(1) << (w.object - 1)
	return (o.there|o.unsure)&bit != 0, o.unsure&bit == 0
}

// read gives what a binding opens. What follows from its role and place alone is worked out once.
func (a *Analyser) read(c *cluster.Cluster, access *rbac.Analyser, b *rbac.Binding, r *role, added bool) *reading {
	key := readingKey{cluster: b.Cluster(), added: added, objects: a.look(c)}
	if !key.cluster {
		key.admits = privilegedAdmitted(c, b.Ref.Namespace)
		if _, ok := a.table.namespaces[b.Ref.Namespace]; ok {
			key.namespace = b.Ref.Namespace
		}
	}
	shared := r.readings[key]
	if shared == nil {
		p := &r.profile
		if added {
			p = &r.added
		}
		shared = a.readRole(b, r, p, &key)
		r.readings[key] = shared
	}
	if len(shared.partly) == 0 {
		return shared
	}
	return a.readMore(c, access, b, r, shared)
}

// readRole works out what a role opens by itself.
func (a *Analyser) readRole(b *rbac.Binding, r *role, p *profile, key *readingKey) *reading {
	now := &reading{}
	for e := range a.table.edges {
		edge := &a.table.edges[e]
		sum := opening{edge: e}
		found := false
		for w := range edge.ways {
			way := &edge.ways[w]
			is, sure := way.open(a.minor)
			stands, seen := key.objects.stands(way)
			if !is || !stands || !way.admitted(b, key.admits) {
				continue
			}
			one, missing := way.given(b, p)
			one.limited = way.Limited
			switch {
			case !sure:
				one.unsure = "the version of the server decides, and is not known"
			case !seen:
				one.unsure = "whether " + way.Exists + " exists was not seen"
			}
			switch {
			case missing == 0:
				sum.join(&one, found)
				found = true
			case missing < len(way.needs):
				now.partly = append(now.partly, &wayAt{e, way, one})
			}
		}
		if found {
			now.open = append(now.open, sum)
		}
	}
	a.finish(b, r, now)
	return now
}

// readMore adds to a shared reading what subjects of a binding hold by other bindings too.
func (a *Analyser) readMore(c *cluster.Cluster, access *rbac.Analyser, b *rbac.Binding, r *role, shared *reading) *reading {
	now := &reading{partly: shared.partly, open: shared.open}
	own := false
	for _, w := range shared.partly {
		one := w.given
		one.edge = w.edge
		for _, s := range subjectsOf(b) {
			if with, ok := a.rest(c, access, b, w.way, &one, s); ok {
				one.with = append(one.with, with...)
			}
		}
		if len(one.with) == 0 {
			continue
		}
		if !own {
			now.open, own = slices.Clone(now.open), true
		}
		i, ok := slices.BinarySearchFunc(now.open, w.edge, func(o opening, e int) int { return o.edge - e })
		if ok {
			now.open[i].with = slices.Clone(now.open[i].with)
			now.open[i].join(&one, true)
		} else {
			now.open = slices.Insert(now.open, i, one)
		}
	}
	if !own {
		return shared
	}
	a.finish(b, r, now)
	return now
}

// finish sorts what is open by rule.
func (a *Analyser) finish(b *rbac.Binding, r *role, now *reading) {
	byRule := map[string][]opening{}
	for _, o := range now.open {
		id := a.table.edges[o.edge].Rule
		byRule[id] = append(byRule[id], o)
	}
	for _, id := range sortedKeys(byRule) {
		rule := a.rule(id)
		if rule == nil {
			continue
		}
		s := shown{rule: rule, open: byRule[id], verdict: model.Yes, list: a.proofOf(r, byRule[id])}
		if !slices.ContainsFunc(s.open, func(o opening) bool { return o.unsure == "" }) {
			s.verdict, s.reason = model.Depends, s.open[0].unsure
		}
		now.byRule = append(now.byRule, s)
	}
	now.sinkEdges, now.anyEdges, now.runEdges = nil, nil, nil
	for _, o := range now.open {
		e := a.table.edges[o.edge]
		if o.limited || o.named {
			continue
		}
		if (b.Cluster() && a.takesOver(o)) || a.takesOverHere(o) {
			now.sinkEdges = append(now.sinkEdges, e.ID)
		}
		switch {
		case become(e.Class):
			now.anyEdges = append(now.anyEdges, e.ID)
		case e.Class == "pods-exec":
			now.runEdges = append(now.runEdges, e.ID)
		}
	}
	now.sink = (b.Cluster() && (r.all || slices.ContainsFunc(now.open, a.takesOver))) || slices.ContainsFunc(now.open, a.takesOverHere)
	now.climbs = now.sink || len(now.anyEdges) > 0 || len(now.runEdges) > 0
}

// admitted tells whether the way is open where a binding grants it: in its namespaces, and where admission lets it pass.
// Where all namespaces are concerned, one that admits is enough, and who may create pods may wait for one.
func (w *way) admitted(b *rbac.Binding, admits model.Verdict) bool {
	if len(w.Namespaces) > 0 && !b.Cluster() && !slices.Contains(w.Namespaces, b.Ref.Namespace) {
		return false
	}
	return w.Admission != "pod-security" || b.Cluster() || admits != model.No
}

// given tells which needs of the way a profile meets in the place of a binding, and how many it does not.
func (w *way) given(b *rbac.Binding, p *profile) (o opening, missing int) {
	for i, n := range w.needs {
		if (w.cluster[i] && !b.Cluster()) || !p.has(n) {
			missing++
			continue
		}
		o.needs.add(n)
		o.named = o.named || p.named.has(n)
	}
	return o, missing
}

// join adds another way of the same edge.
func (o *opening) join(one *opening, more bool) {
	if !more {
		e := o.edge
		*o = *one
		o.edge = e
		return
	}
	for i := range o.needs {
		o.needs[i] |= one.needs[i]
	}
	o.named, o.limited = o.named && one.named, o.limited && one.limited
	if one.unsure == "" {
		o.unsure = ""
	}
	o.with = append(o.with, one.with...)
}
