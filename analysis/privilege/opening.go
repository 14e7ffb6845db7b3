package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// opening is an edge that a binding opens to its subjects.
type opening struct {
	edge int
	// needs are those that the role of the binding meets.
	needs set
	// named tells that it opens for named objects alone, limited that nothing is gained which the holder has not.
	named, limited bool
	// unsure says what decides and is not known; "" for nothing.
	unsure string
	// with are other bindings of a subject that are needed too.
	with []support
}

// support is a grant through another binding.
type support struct {
	binding model.Ref
	role    *role
	need    int
	subject model.Subject
}

// rest finds the other bindings through which a subject holds what a binding does not give of a way. The first need says
// whose fault it is: where another binding of the subject itself meets that one, the finding is there.
func (a *Analyser) rest(c *cluster.Cluster, access *rbac.Analyser, b *rbac.Binding, w *way, o *opening, s model.Subject) ([]support, bool) {
	var with []support
	for i, n := range w.needs {
		if o.needs.has(n) {
			continue
		}
		one, own, ok := a.supported(c, access, b, w, i, s)
		if !ok || (i == 0 && own) {
			return nil, false
		}
		with = append(with, one)
	}
	return with, true
}

// supported looks for a binding of a subject, or of a group that it is always in, that meets a need; the smallest counts.
func (a *Analyser) supported(c *cluster.Cluster, access *rbac.Analyser, b *rbac.Binding, w *way, i int, s model.Subject) (best support, own, ok bool) {
	try := func(holder model.Subject) {
		for other := range access.BindingsTo(holder) {
			if other.Ref == b.Ref || (w.cluster[i] && !other.Cluster()) || (!other.Cluster() && !b.Cluster() && other.Ref.Namespace != b.Ref.Namespace) {
				continue
			}
			// What holds cluster-wide and what holds in a namespace meet in the namespace, which is the other's fault.
			if b.Cluster() && !other.Cluster() {
				continue
			}
			if len(w.Namespaces) > 0 && !other.Cluster() && !slices.Contains(w.Namespaces, other.Ref.Namespace) {
				continue
			}
			r := a.role(c, access, other.Role)
			if r == nil || !r.has(w.needs[i]) {
				continue
			}
			if !ok || other.Ref.Compare(best.binding) < 0 {
				best, ok = support{other.Ref, r, w.needs[i], s}, true
			}
			own = own || (holder == s && other.Cluster() == b.Cluster())
		}
	}
	try(s)
	for _, g := range rbac.UserOf(s).Groups {
		if group := (model.Subject{Kind: model.GroupSubject, Name: g}); group != s {
			try(group)
		}
	}
	return best, own, ok
}

// subjectsOf lists the subjects of a binding that can match somebody, each once.
func subjectsOf(b *rbac.Binding) []model.Subject {
	list := make([]model.Subject, 0, len(b.Subjects))
	for i := range b.Subjects {
		if s := rbac.SubjectOf(&b.Subjects[i], b.Ref.Namespace); !s.IsZero() {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, model.Subject.Compare)
	return slices.Compact(list)
}
