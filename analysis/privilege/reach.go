package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Reach says who can come to hold the whole cluster, by RBAC step after step. It is immutable.
type Reach struct {
	steps map[model.Subject]Step
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
	if r == nil {
		return nil
	}
	var way []Step
	for !s.IsZero() {
		step, ok := r.steps[s]
		if !ok {
			// What an account cannot, a group may that it is in.
			for _, g := range rbac.UserOf(s).Groups {
				if step, ok = r.steps[model.Subject{Kind: model.GroupSubject, Name: g}]; ok {
					break
				}
			}
		}
		if !ok {
			return nil
		}
		way = append(way, step)
		s = step.Next
	}
	return way
}

// Len counts the subjects.
func (r *Reach) Len() int { return len(r.steps) }

// Equal tells whether two say the same.
func (r *Reach) Equal(o *Reach) bool {
	if r == nil || o == nil || len(r.steps) != len(o.steps) {
		return r == o
	}
	for s, a := range r.steps {
		b, ok := o.steps[s]
		if !ok || a.Binding != b.Binding || a.Next != b.Next || !slices.Equal(a.Edges, b.Edges) {
			return false
		}
	}
	return true
}

// Same tells whether two say the same of one subject.
func (r *Reach) Same(o *Reach, s model.Subject) bool {
	a, b := r.Of(s), o.Of(s)
	return slices.EqualFunc(a, b, func(x, y Step) bool {
		return x.Subject == y.Subject && x.Binding == y.Binding && x.Next == y.Next && slices.Equal(x.Edges, y.Edges)
	})
}

// climb is one power that lets subjects become accounts: any of a namespace, or those that run pods there.
type climb struct {
	subject model.Subject
	binding model.Ref
	edges   []string
}

// Reach works out who can come to hold the whole cluster. Running lists the accounts whose pods hold a token. Equal input
// gives equal output: of several shortest ways the first by name counts.
func (a *Analyser) Reach(access *rbac.Analyser, running []model.Subject) *Reach {
	w := a.climbs(access)
	runs := map[model.Subject]struct{}{}
	for _, s := range running {
		runs[s] = struct{}{}
	}
	r := &Reach{steps: map[model.Subject]Step{}}
	var level []model.Subject
	for _, c := range w.sinks {
		if _, ok := r.steps[c.subject]; !ok {
			r.steps[c.subject] = Step{Subject: c.subject, Binding: c.binding, Edges: c.edges}
			level = append(level, c.subject)
		}
	}
	done := map[string]struct{}{}
	for len(level) > 0 {
		slices.SortFunc(level, model.Subject.Compare)
		var next []model.Subject
		join := func(key string, list []climb, target model.Subject) {
			if _, ok := done[key]; ok {
				return
			}
			done[key] = struct{}{}
			for _, c := range list {
				if _, ok := r.steps[c.subject]; !ok {
					r.steps[c.subject] = Step{c.subject, c.binding, c.edges, target}
					next = append(next, c.subject)
				}
			}
		}
		for _, s := range level {
			for _, target := range a.accountsOf(s, w, running) {
				join("any/"+target.Namespace, w.any[target.Namespace], target)
				join("any/*", w.any["*"], target)
				if _, ok := runs[target]; ok {
					join("run/"+target.Namespace, w.run[target.Namespace], target)
					join("run/*", w.run["*"], target)
				}
			}
		}
		level = next
	}
	return r
}

// accountsOf lists the accounts that are as powerful as a subject: itself, or those that a group stands for, of which one for
// each namespace is enough, and all that run pods.
func (a *Analyser) accountsOf(s model.Subject, w *climbs, running []model.Subject) []model.Subject {
	switch s.Kind {
	case model.AccountSubject:
		return []model.Subject{s}
	case model.UserSubject:
		return nil
	}
	var list []model.Subject
	for _, ns := range w.namespaces {
		one := model.Subject{Kind: model.AccountSubject, Namespace: ns, Name: "default"}
		if slices.Contains(rbac.UserOf(one).Groups, s.Name) {
			list = append(list, one)
		}
	}
	for _, one := range running {
		if slices.Contains(rbac.UserOf(one).Groups, s.Name) {
			list = append(list, one)
		}
	}
	return list
}

// climbs are the powers of all bindings, by namespace, "*" for those of the whole cluster.
type climbs struct {
	sinks      []climb
	any, run   map[string][]climb
	namespaces []string
}

func (a *Analyser) climbs(access *rbac.Analyser) *climbs {
	w := &climbs{any: map[string][]climb{}, run: map[string][]climb{}}
	var refs []model.Ref
	for ref, have := range a.bindings {
		if have.reading != nil && have.reading.climbs {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, model.Ref.Compare)
	for _, ref := range refs {
		have := a.bindings[ref]
		b, ok := access.Binding(ref)
		if !ok {
			continue
		}
		where := ref.Namespace
		if where == "" {
			where = "*"
		}
		for _, s := range subjectsOf(&b) {
			c := climb{subject: s, binding: ref}
			if have.reading.sink {
				c.edges = have.reading.sinkEdges
				w.sinks = append(w.sinks, c)
				continue
			}
			if c.edges = have.reading.anyEdges; len(c.edges) > 0 {
				w.any[where] = append(w.any[where], c)
			}
			if c.edges = have.reading.runEdges; len(c.edges) > 0 {
				w.run[where] = append(w.run[where], c)
			}
		}
	}
	for ns := range w.any {
		if ns == "*" {
			continue
		}
		w.namespaces = append(w.namespaces, ns)
	}
	slices.Sort(w.namespaces)
	return w
}
