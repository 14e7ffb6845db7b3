package privilege

import (
	"canopy/analysis/rbac"
	"canopy/model"
)

// Reach says who can come to hold the whole cluster, by RBAC step after step. It is immutable.
//
// Somebody holds it to whom a binding gives all rights, or an edge that leads to all of the cluster. Somebody can come to
// hold it who can become an account that does, or can come to: any account of a namespace by making its pods, tokens or
// grants there or by impersonation, one account by a token or impersonation of it by name, and one that runs a pod with a
// token by running commands in its pods. What somebody holds by groups counts. What is not known for certain, what gives its
// holder nothing new, and what is for some requests alone does not.
type Reach struct {
	// steps were found by going up the whole ladder, over are those that changed since then: nil for who does no more.
	steps map[model.Subject]rung
	over  map[model.Subject]*rung
	size  int
	// walk is the number of the walk that found the steps.
	walk uint64
	// crowds tells that a group is among the subjects in which somebody is always, all that every account is a step.
	crowds, all bool
}

// how somebody is led on.
type how uint8

const (
	toCluster how = iota
	toAny
	toRunning
	toName
)

// rung is a step as it is kept.
type rung struct {
	by *bound
	// leads is where the binding led when the step was found.
	leads *climb
	// next is nil at the last step.
	next *model.Subject
	// left counts the steps after it.
	left int
	how  how
}

func (r *rung) step(s model.Subject) Step {
	var edges []string
	switch r.how {
	case toCluster:
		edges = r.leads.sinkEdges
	case toAny:
		edges = r.leads.anyEdges
	case toRunning:
		edges = r.leads.runEdges
	case toName:
		edges = r.leads.nameEdges
	}
	step := Step{Subject: s, Binding: r.by.ref, Edges: edges}
	if r.next != nil {
		step.Next = *r.next
	}
	return step
}

func (r *rung) equal(o *rung) bool {
	if r.how != o.how || r.left != o.left || (r.next != o.next && *r.next != *o.next) {
		return false
	}
	return (r.by == o.by && r.leads == o.leads) || (r.by.ref == o.by.ref && r.leads.equal(o.leads))
}

// Step is one step on the way of a subject to all of the cluster.
type Step struct {
	Subject model.Subject
	// Binding grants it, Edges are the ids by which; none where all is granted.
	Binding model.Ref
	Edges   []string
	// Next is whom the subject becomes; zero at the last step, which gives the whole cluster.
	Next model.Subject
}

// Of gives the way of a subject to the whole cluster, the shortest in steps; nil where there is none.
func (r *Reach) Of(s model.Subject) []Step {
	var way []Step
	for {
		who, one, ok := r.rung(s)
		if !ok {
			return nil
		}
		way = append(way, one.step(who))
		if one.next == nil {
			return way
		}
		s = *one.next
	}
}

// rung gives the next step of a subject: its own, or that of a group which is shorter, and whose it is. Every step is shorter
// than the one before.
func (r *Reach) rung(s model.Subject) (who model.Subject, best rung, ok bool) {
	if r == nil {
		return s, rung{}, false
	}
	who = s
	best, ok = r.own(s)
	if !r.crowds {
		return who, best, ok
	}
	for _, g := range rbac.UserOf(s).Groups {
		group := model.Subject{Kind: model.GroupSubject, Name: g}
		if one, in := r.own(group); in && (!ok || one.left < best.left) {
			who, best, ok = group, one, true
		}
	}
	return who, best, ok
}

// own gives the step that bindings give to a subject itself.
func (r *Reach) own(s model.Subject) (rung, bool) {
	if one, ok := r.over[s]; ok {
		if one == nil {
			return rung{}, false
		}
		return *one, true
	}
	one, ok := r.steps[s]
	return one, ok
}

// each goes through the subjects with their own steps.
func (r *Reach) each(yield func(model.Subject, rung) bool) {
	for s, one := range r.over {
		if one != nil && !yield(s, *one) {
			return
		}
	}
	for s, one := range r.steps {
		if _, ok := r.over[s]; !ok && !yield(s, one) {
			return
		}
	}
}

// Len counts the subjects.
func (r *Reach) Len() int {
	if r == nil {
		return 0
	}
	return r.size
}

// Equal tells whether two say the same.
func (r *Reach) Equal(o *Reach) bool {
	if r == nil || o == nil || r.size != o.size {
		return r == o
	}
	if r.walk == o.walk {
		// Both are what one walk has found, but for what has changed.
		return r.agrees(o, r.over) && r.agrees(o, o.over)
	}
	for s, a := range r.each {
		if b, ok := o.own(s); !ok || !a.equal(&b) {
			return false
		}
	}
	return true
}

// agrees tells whether two say the same of some subjects.
func (r *Reach) agrees(o *Reach, of map[model.Subject]*rung) bool {
	for s := range of {
		a, in := r.own(s)
		b, too := o.own(s)
		if in != too || (in && !a.equal(&b)) {
			return false
		}
	}
	return true
}

// Same tells whether two say the same of one subject.
func (r *Reach) Same(o *Reach, s model.Subject) bool {
	for {
		who, a, in := r.rung(s)
		whom, b, too := o.rung(s)
		if !in || !too {
			return in == too
		}
		if who != whom || !a.equal(&b) {
			return false
		}
		if a.next == nil {
			return true
		}
		s = *a.next
	}
}

// Reach works out who can come to hold the whole cluster. Running lists the accounts whose pods hold a token, sorted. Equal
// input gives equal output: of several shortest ways the first by name counts.
func (a *Analyser) Reach(running []model.Subject) *Reach {
	if now := a.patch(running); now != nil {
		a.last = now
	} else {
		a.last = a.ladder.climb(running, a.last.Len())
	}
	clear(a.ladder.shifted)
	a.ladder.renamed = false
	return a.last
}
