package privilege

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/model"
)

// bound is what is known of one binding. What it says never changes: a binding that does is another bound. What follows from
// it does.
type bound struct {
	ref model.Ref
	// refers is the role that it names, role what is known of it; nil where it does not exist.
	refers model.Ref
	role   *role
	// subjects are those that it lists, names those of them that can match somebody, sorted, each once.
	subjects []rbacv1.Subject
	names    []model.Subject
	// gives are the shared needs that it meets.
	gives set

	// reading is what it opens; nil where its role does not exist, or nobody is bound. waits tells that other bindings of its
	// subjects decide what else it opens.
	reading *reading
	waits   bool
	// nodes are its subjects on the ladder, while it leads on.
	nodes []*node
	// grant is what its findings point to.
	grant    *grant
	findings []*model.Finding
}

func (b *bound) cluster() bool { return b.ref.Namespace == "" }

// leads gives where a binding leads.
func (b *bound) leads() *climb {
	if b == nil || b.reading == nil {
		return new(climb)
	}
	return &b.reading.climb
}

// enter takes a binding as it is now.
func (r *round) enter(ref model.Ref) {
	old := r.bindings[ref]
	found, ok := r.access.Binding(ref)
	if !ok {
		if old != nil {
			r.announce(old)
			r.leave(old)
			r.reopen(ref)
			r.replace(old.findings, nil)
			delete(r.bindings, ref)
		}
		return
	}
	b := &bound{ref: ref, refers: found.Role, role: r.role(found.Role), subjects: found.Subjects}
	if old != nil && old.role == b.role && old.refers == b.refers && sameSlice(old.subjects, b.subjects) {
		r.work[old] = struct{}{}
		return
	}
	r.reopen(ref)
	b.names = subjectsOf(b.subjects, ref.Namespace)
	if b.role != nil {
		has := b.role.any()
		b.gives = both(&has, &r.table.shared)
	}
	r.announce(old)
	r.announce(b)
	if old != nil {
		r.leave(old)
		b.findings = old.findings
	}
	if !b.gives.empty() {
		r.people.give(b)
	}
	r.rebind(b)
	r.bindings[ref] = b
	r.work[b] = struct{}{}
}

// leave takes a binding out of all that looks for it.
func (r *round) leave(b *bound) {
	delete(r.work, b)
	if !b.gives.empty() {
		r.people.ungive(b)
	}
	r.wait(b, false)
	r.hold(b, -1)
	delete(r.naming, b)
	r.forget(b.ref)
	if b.leads().climbs() {
		r.ladder.remove(b)
		r.gone[b.ref] = b
	}
	r.rebind(b)
}

// announce notes that the subjects of a binding may come to hold other shared needs than before.
func (r *round) announce(b *bound) {
	if b == nil || b.gives.empty() {
		return
	}
	for _, s := range b.names {
		at := whereabouts{s, b.ref.Namespace}
		if _, ok := r.news[at]; !ok {
			r.news[at] = r.people.first(s, b.ref.Namespace)
		}
	}
}

// rebind notes that a role is bound otherwise, where that says how bad it is.
func (r *round) rebind(b *bound) {
	if b.role != nil && b.role.wild {
		r.rebound[b.refers] = struct{}{}
	}
}

// wait notes whether other bindings decide what a binding opens.
func (r *round) wait(b *bound, waits bool) {
	switch {
	case waits && !b.waits:
		r.people.wait(b)
		r.waiting[b] = struct{}{}
	case !waits && b.waits:
		r.people.unwait(b)
		delete(r.waiting, b)
	}
	b.waits = waits
}

// subjectsOf lists the subjects that can match somebody, each once.
func subjectsOf(list []rbacv1.Subject, namespace string) []model.Subject {
	names := make([]model.Subject, 0, len(list))
	for i := range list {
		if s := subjectOf(&list[i], namespace); !s.IsZero() {
			names = append(names, s)
		}
	}
	slices.SortFunc(names, model.Subject.Compare)
	return slices.Compact(names)
}

// subjectOf reads a subject of a binding in a namespace; zero where it can match nobody. A user with the name of a service
// account is that account to the API server.
func subjectOf(one *rbacv1.Subject, namespace string) model.Subject {
	s := rbac.SubjectOf(one, namespace)
	if s.Kind == model.UserSubject && strings.HasPrefix(s.Name, model.AccountUserPrefix) {
		if account, err := model.ParseSubject(s.Name); err == nil {
			return account
		}
	}
	return s
}

func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
