package privilege

import (
	"maps"
	"slices"

	"canopy/analysis"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// round brings the findings up to date with what was touched: roles are read, then bindings entered, then it is worked out
// what each opens, and last all is judged that rests on it.
type round struct {
	*Analyser
	c      *cluster.Cluster
	access *rbac.Analyser
	out    analysis.Findings
	// objects says which of those that ways rest on exist.
	objects objects
	crowds  map[crowdKey]*means
	groups  map[string][]string
	// news are the subjects who may hold other shared needs than before, and where, with the best bindings by which they did.
	news map[whereabouts]map[int]provider
	// work are the bindings to be read, and then judged.
	work map[*bound]struct{}
	// rebound are roles that are to be judged: they changed, or are bound otherwise.
	rebound map[model.Ref]struct{}
	// gone are bindings as they were, where they led on.
	gone map[model.Ref]*bound
	// powerful says of the namespaces in which the number of accounts that hold the cluster changed whether any did.
	powerful map[string]bool
	// moved tells that some account came to hold the cluster, or does no more.
	moved   bool
	climbed bool
}

// whereabouts is a subject in a place.
type whereabouts struct {
	model.Subject
	namespace string
}

// Flush judges what was touched. An account that comes to hold the cluster makes all who can become it worse.
//
// It tells whether who can come to hold the cluster may have changed.
func (a *Analyser) Flush(c *cluster.Cluster, access *rbac.Analyser, out analysis.Findings) bool {
	if a.Idle() {
		return false
	}
	r := &round{
		Analyser: a, c: c, access: access, out: out, objects: a.table.look(c), crowds: map[crowdKey]*means{}, groups: map[string][]string{}, news: map[whereabouts]map[int]provider{},
		work: map[*bound]struct{}{}, rebound: map[model.Ref]struct{}{}, gone: map[model.Ref]*bound{}, powerful: map[string]bool{},
	}
	r.admitting()
	r.standGuard()
	for ref := range a.dirtyRoles {
		for binding := range a.of[ref] {
			a.reopen(binding)
		}
		delete(a.roles, ref)
		r.rebound[ref] = struct{}{}
		for b := range access.BindingsOf(ref) {
			a.dirtyBindings[b.Ref] = struct{}{}
		}
	}
	for ref := range a.dirtyBindings {
		r.enter(ref)
	}
	r.touchWaiting()
	for b := range r.work {
		r.open(b)
	}
	r.settle()
	for ref := range r.rebound {
		r.judgeRole(ref)
	}
	for ref := range a.dirtyOthers {
		r.judgeOther(ref)
	}
	for b := range r.work {
		r.judge(b)
	}
	a.ladder.sweep()
	clear(a.dirtyRoles)
	clear(a.dirtyBindings)
	clear(a.dirtyOthers)
	return r.climbed
}

// touchWaiting takes up the bindings that wait for what others give to their subjects: to the subject itself, or to a group
// that it is always in.
func (r *round) touchWaiting() {
	crowds := map[string][]string{}
	for at, before := range r.news {
		if maps.EqualFunc(before, r.people.first(at.Subject, at.namespace), provider.same) {
			continue
		}
		if at.Kind == model.GroupSubject {
			crowds[at.Name] = append(crowds[at.Name], at.namespace)
		}
		who := r.people[at.Subject]
		if who == nil {
			continue
		}
		for _, s := range *who {
			if at.namespace == "" || at.namespace == s.namespace {
				for _, b := range s.takers {
					r.work[b] = struct{}{}
				}
			}
		}
	}
	if len(crowds) == 0 {
		return
	}
	for b := range r.waiting {
		if slices.ContainsFunc(b.names, func(s model.Subject) bool {
			return slices.ContainsFunc(r.groupsOf(s), func(group string) bool {
				return slices.ContainsFunc(crowds[group], func(ns string) bool { return ns == "" || ns == b.ref.Namespace })
			})
		}) {
			r.work[b] = struct{}{}
		}
	}
}

// groupsOf gives the groups that a subject is always in. All accounts of a namespace are in the same.
func (r *round) groupsOf(s model.Subject) []string {
	if s.Kind != model.AccountSubject {
		return rbac.UserOf(s).Groups
	}
	groups, ok := r.groups[s.Namespace]
	if !ok {
		groups = rbac.UserOf(s).Groups
		r.groups[s.Namespace] = groups
	}
	return groups
}

// open works out what a binding opens.
func (r *round) open(b *bound) {
	before := b.reading
	r.hold(b, -1)
	var now *reading
	waits := false
	if b.role != nil && len(b.names) > 0 {
		shared := r.read(b.role, r.place(b.ref, false))
		now, waits = r.readMore(b, shared), len(shared.partly) > 0
	}
	r.wait(b, waits)
	if b.leads().climbs() {
		r.ladder.remove(b)
	}
	if now != before {
		r.reopen(b.ref)
	}
	b.reading = now
	r.hold(b, 1)
	if b.leads().climbs() {
		r.ladder.add(b)
	}
	if now != nil && now.naming {
		r.naming[b] = struct{}{}
	} else {
		delete(r.naming, b)
	}
	old := &bound{ref: b.ref, names: b.names, reading: before}
	if was := r.gone[b.ref]; was != nil {
		old = was
		delete(r.gone, b.ref)
	}
	if !old.leads().equal(b.leads()) || (b.leads().climbs() && !slices.Equal(old.names, b.names)) {
		r.climbed = r.ladder.shift(old) || r.climbed
		r.climbed = r.ladder.shift(b) || r.climbed
	}
}

// settle looks at what came of it all: bindings that led on and are gone, and namespaces in which accounts hold the cluster
// or do no more.
func (r *round) settle() {
	for _, old := range r.gone {
		r.climbed = r.ladder.shift(old) || r.climbed
	}
	if r.moved {
		maps.Copy(r.work, r.naming)
	}
	for ns, was := range r.powerful {
		if was == (r.power[ns] > 0) {
			continue
		}
		bindings := r.access.BindingsIn(ns)
		if ns == everywhere {
			bindings = r.access.Bindings()
		}
		for one := range bindings {
			if b := r.bindings[one.Ref]; b != nil && !b.cluster() && b.reading != nil && b.reading.deep {
				r.work[b] = struct{}{}
			}
		}
	}
}
