package disruption

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// place is a namespace. Pods that carry the same labels are one class, and classes that the same budgets select one group, so that a pod
// that comes or goes costs what its own budgets cost, and no selector is ever matched against every pod.
type place struct {
	name    string
	budgets map[string]*budget
	// paired finds budgets by a label that they demand, loose are those that demand none.
	paired map[pair][]*budget
	loose  []*budget

	classes map[record.Labels]*class
	groups  map[string]*group
}

// pair is a label.
type pair struct{ key, value string }

// class is the pods of a namespace, and the templates for pods, with the same labels.
type class struct {
	labels  record.Labels
	group   *group
	tallies map[*owner]tally
}

// group is the classes that the same budgets select; a class without budgets is in one too.
type group struct {
	place *place
	key   string
	// budgets are sorted by name.
	budgets []*budget
	classes map[*class]struct{}
	tallies map[*owner]tally
}

// tally counts what an owner has somewhere: templates and pods of any state, pods that have not run to their end, and those that are ready
// and stay.
type tally struct{ members, pods, healthy int }

func (t tally) plus(o tally) tally {
	return tally{t.members + o.members, t.pods + o.pods, t.healthy + o.healthy}
}

func (t tally) negative() tally { return tally{-t.members, -t.pods, -t.healthy} }

// owner is what answers for pods, as cluster.TopOwner says.
type owner struct {
	ref model.Ref
	tally
	// groups are those that it has members in.
	groups map[*group]struct{}
	// scarce is how few replicas it has, as somebody last asked; fresh tells that it still is.
	scarce scarcity
	fresh  bool
}

// guarded tells that a budget selects something of it.
func (o *owner) guarded() bool {
	for g := range o.groups {
		if len(g.budgets) > 0 {
			return true
		}
	}
	return false
}

func (a *Analyser) place(name string) *place {
	p := a.places[name]
	if p == nil {
		p = &place{name: name, budgets: map[string]*budget{}, paired: map[pair][]*budget{}, classes: map[record.Labels]*class{}, groups: map[string]*group{}}
		a.places[name] = p
	}
	return p
}

// leave forgets a namespace with nothing in it.
func (a *Analyser) leave(p *place) {
	if len(p.budgets)+len(p.classes) == 0 {
		delete(a.places, p.name)
	}
}

// selecting gives the budgets that select pods with these labels, by name.
func (p *place) selecting(labels record.Labels) []*budget {
	var found []*budget
	take := func(list []*budget) {
		for _, b := range list {
			if b.selector.Matches(labels) {
				found = append(found, b)
			}
		}
	}
	if len(p.paired) > 0 {
		for k, v := range labels.All() {
			take(p.paired[pair{k, v}])
		}
	}
	take(p.loose)
	slices.SortFunc(found, func(x, y *budget) int { return strings.Compare(x.ref.Name, y.ref.Name) })
	return found
}

func (p *place) class(labels record.Labels) *class {
	cl := p.classes[labels]
	if cl == nil {
		cl = &class{labels: labels, tallies: map[*owner]tally{}}
		cl.group = p.group(p.selecting(labels))
		cl.group.classes[cl] = struct{}{}
		p.classes[labels] = cl
	}
	return cl
}

// group finds the group of classes that just these budgets select.
func (p *place) group(budgets []*budget) *group {
	var s strings.Builder
	for _, b := range budgets {
		// No name holds a slash.
		s.WriteString(b.ref.Name + "/")
	}
	g := p.groups[s.String()]
	if g == nil {
		g = &group{place: p, key: s.String(), budgets: budgets, classes: map[*class]struct{}{}, tallies: map[*owner]tally{}}
		p.groups[g.key] = g
		for _, b := range budgets {
			b.groups[g] = struct{}{}
		}
	}
	return g
}

// count adds to what an owner has in a group, and notes whom that concerns.
func (a *Analyser) count(g *group, o *owner, by tally) {
	now := g.tallies[o].plus(by)
	if now.members == 0 {
		delete(g.tallies, o)
		delete(o.groups, g)
	} else {
		g.tallies[o] = now
		o.groups[g] = struct{}{}
	}
	for _, b := range g.budgets {
		b.stale = true
		a.dirty.budgets[b.ref] = struct{}{}
	}
	a.dirty.owners[o.ref] = struct{}{}
}

// add adds to what an owner has in a class, and forgets what has become empty.
func (a *Analyser) add(cl *class, o *owner, by tally) {
	now := cl.tallies[o].plus(by)
	if now.members == 0 {
		delete(cl.tallies, o)
	} else {
		cl.tallies[o] = now
	}
	a.count(cl.group, o, by)
	o.fresh = false
	if o.tally = o.plus(by); o.members == 0 {
		delete(a.owners, o.ref)
	}
	if len(cl.tallies) == 0 {
		p := cl.group.place
		cl.group.drop(cl)
		delete(p.classes, cl.labels)
		a.leave(p)
	}
}

// drop takes a class out of a group, and forgets the group where it was the last.
func (g *group) drop(cl *class) {
	delete(g.classes, cl)
	if len(g.classes) > 0 {
		return
	}
	delete(g.place.groups, g.key)
	for _, b := range g.budgets {
		delete(b.groups, g)
	}
}

// regroup puts a class where it belongs after a budget came, went, or selects other pods.
func (a *Analyser) regroup(p *place, cl *class) {
	to := p.group(p.selecting(cl.labels))
	from := cl.group
	if from == to {
		return
	}
	a.forget()
	to.classes[cl] = struct{}{}
	cl.group = to
	for o, t := range cl.tallies {
		a.count(to, o, t)
		a.count(from, o, t.negative())
	}
	from.drop(cl)
}
