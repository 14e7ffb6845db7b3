package privilege

import (
	"slices"

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
	steps map[model.Subject]rung
	// crowds tells that a group of accounts is among the subjects.
	crowds bool
	// What was found on the way: the namespaces of which some account is a step, and of which one that runs pods is.
	joined, ran map[string]struct{}
	// all tells that every account is a step.
	all bool
}

// rung is a step with the number of steps after it.
type rung struct {
	Step
	left int
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

func (s *Step) equal(o *Step) bool {
	return s.Subject == o.Subject && s.Binding == o.Binding && s.Next == o.Next && slices.Equal(s.Edges, o.Edges)
}

// Of gives the way of a subject to the whole cluster, the shortest in steps; nil where there is none.
func (r *Reach) Of(s model.Subject) []Step {
	var way []Step
	for !s.IsZero() {
		step, ok := r.step(s)
		if !ok {
			return nil
		}
		way = append(way, step.Step)
		s = step.Next
	}
	return way
}

// step gives the next step of a subject: its own, or that of a group which is shorter. Every step is shorter than the one
// before.
func (r *Reach) step(s model.Subject) (best rung, ok bool) {
	if r == nil {
		return rung{}, false
	}
	best, ok = r.steps[s]
	if !r.crowds {
		return best, ok
	}
	for _, g := range rbac.UserOf(s).Groups {
		if one, in := r.steps[model.Subject{Kind: model.GroupSubject, Name: g}]; in && (!ok || one.left < best.left) {
			best, ok = one, true
		}
	}
	return best, ok
}

// Len counts the subjects.
func (r *Reach) Len() int {
	if r == nil {
		return 0
	}
	return len(r.steps)
}

// Equal tells whether two say the same.
func (r *Reach) Equal(o *Reach) bool {
	if r == nil || o == nil || len(r.steps) != len(o.steps) {
		return r == o
	}
	for s, a := range r.steps {
		if b, ok := o.steps[s]; !ok || !a.equal(&b.Step) {
			return false
		}
	}
	return true
}

// Same tells whether two say the same of one subject.
func (r *Reach) Same(o *Reach, s model.Subject) bool {
	for !s.IsZero() {
		a, in := r.step(s)
		b, too := o.step(s)
		if !in || !too {
			return in == too
		}
		if !a.equal(&b.Step) {
			return false
		}
		s = a.Next
	}
	return true
}

// Reach works out who can come to hold the whole cluster. Running lists the accounts whose pods hold a token, sorted. Equal
// input gives equal output: of several shortest ways the first by name counts.
func (a *Analyser) Reach(_ *rbac.Analyser, running []model.Subject) *Reach {
	w := &walk{Reach: &Reach{steps: map[model.Subject]rung{}, joined: map[string]struct{}{}, ran: map[string]struct{}{}}, ladder: &a.ladder, running: running}
	w.climb(a.ladder.sinks, func(c *climb) []string { return c.sinkEdges }, model.Subject{})
	for len(w.next) > 0 {
		level := w.next
		w.next, w.left = nil, w.left+1
		slices.SortFunc(level, model.Subject.Compare)
		for _, s := range level {
			w.follow(s)
		}
	}
	a.last = w.Reach
	return w.Reach
}

// matters tells whether where a binding leads, or led, can change who comes to hold the cluster, as it was last worked out.
func (a *Analyser) matters(b *bound) bool {
	c := b.leads()
	switch {
	case !c.climbs():
		return false
	case a.last == nil, c.sink, len(c.names) > 0:
		return true
	}
	return a.last.all || (len(c.anyEdges) > 0 && hasKey(a.last.joined, b.ref.Namespace)) || (len(c.runEdges) > 0 && hasKey(a.last.ran, b.ref.Namespace))
}

func hasKey(set map[string]struct{}, k string) bool {
	_, ok := set[k]
	return ok
}
