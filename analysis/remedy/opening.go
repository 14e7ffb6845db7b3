package remedy

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/pod-security-admission/api"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// offence finds what of some rules, granted by a binding, makes the finding of a rule of the catalogue hold: for each way
// that is open one need, without which it is not. Those that name objects are taken before those that do not, since least
// goes with them; then the first, whose binding is at fault.
func (r *rights) offence(b *rbac.Binding, rules []rbacv1.PolicyRule, id string) []*model.Need {
	var list []*model.Need
	for _, e := range r.science.by[id] {
		for i := range e.Ways {
			w := &e.Ways[i]
			if !r.passable(b, w) {
				continue
			}
			if met := r.met(b, w, rules); len(met) > 0 && r.open(b, w, met) {
				list = append(list, cheapest(w, met, rules))
			}
		}
	}
	return list
}

// passable tells whether a way may be open at all in the place of a binding.
func (r *rights) passable(b *rbac.Binding, w *model.Way) bool {
	if r.minor != 0 && (r.minor < w.Since || w.Before != 0 && r.minor >= w.Before) {
		return false
	}
	if len(w.Namespaces) > 0 && !b.Cluster() && !slices.Contains(w.Namespaces, b.Ref.Namespace) {
		return false
	}
	if ref, err := model.ParseRef(w.Exists); err == nil && w.Exists != "" && r.now.c.Get(ref) == nil && r.now.complete(ref) {
		return false
	}
	return w.Admission != "pod-security" || b.Cluster() || !r.enforced(b.Ref.Namespace)
}

// enforced tells whether a namespace refuses privileged pods, as far as Pod Security decides.
func (r *rights) enforced(namespace string) bool {
	ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](r.now.c, "Namespace", "", namespace)
	if !ok {
		return false
	}
	level, set := ns.Labels.Lookup(api.EnforceLevelLabel)
	if !set {
		return false
	}
	parsed, err := api.ParseLevel(level)
	return err != nil || parsed != api.LevelPrivileged
}

// met lists which needs of a way the rules meet in the place of a binding.
func (r *rights) met(b *rbac.Binding, w *model.Way, rules []rbacv1.PolicyRule) []int {
	var met []int
	for i := range w.Needs {
		if (!w.Cluster(i) || b.Cluster()) && len(meeting(&w.Needs[i], rules)) > 0 {
			met = append(met, i)
		}
	}
	return met
}

// open tells whether a subject of the binding holds the rest of a way by others.
func (r *rights) open(b *rbac.Binding, w *model.Way, met []int) bool {
	if len(met) == len(w.Needs) {
		return true
	}
	return slices.ContainsFunc(b.Subjects, func(one rbacv1.Subject) bool {
		s := rbac.SubjectOf(&one, b.Ref.Namespace)
		if s.IsZero() {
			return false
		}
		for i := range w.Needs {
			if slices.Contains(met, i) {
				continue
			}
			own, ok := r.supported(b, w, i, s)
			// Where another binding of the subject itself meets the first need, the finding is there.
			if !ok || i == 0 && own {
				return false
			}
		}
		return true
	})
}

// supported looks for another binding of a subject, or of a group that it is always in, that meets a need.
func (r *rights) supported(b *rbac.Binding, w *model.Way, i int, s model.Subject) (own, ok bool) {
	holders := []model.Subject{s}
	for _, g := range rbac.UserOf(s).Groups {
		if group := (model.Subject{Kind: model.GroupSubject, Name: g}); group != s {
			holders = append(holders, group)
		}
	}
	for _, holder := range holders {
		for other := range r.now.access.BindingsTo(holder) {
			switch {
			case other.Ref == b.Ref, w.Cluster(i) && !other.Cluster(), b.Cluster() && !other.Cluster(),
				!other.Cluster() && other.Ref.Namespace != b.Ref.Namespace && !b.Cluster(),
				len(w.Namespaces) > 0 && !other.Cluster() && !slices.Contains(w.Namespaces, other.Ref.Namespace):
				continue
			}
			if len(meeting(&w.Needs[i], r.now.rules(other.Role))) > 0 {
				ok, own = true, own || holder == s && other.Cluster() == b.Cluster()
			}
		}
	}
	return own, ok
}

// cheapest chooses the need that is to go.
func cheapest(w *model.Way, met []int, rules []rbacv1.PolicyRule) *model.Need {
	for _, i := range met {
		n := &w.Needs[i]
		if len(n.Names) > 0 && !slices.ContainsFunc(meeting(n, rules), func(p *rbacv1.PolicyRule) bool { return len(p.ResourceNames) == 0 }) {
			return n
		}
	}
	return &w.Needs[met[0]]
}

// rules lists what a role grants.
func (s *shadow) rules(role model.Ref) []rbacv1.PolicyRule {
	list, _ := s.access.Rules(role)
	rules := make([]rbacv1.PolicyRule, len(list))
	for i := range list {
		rules[i] = *list[i].PolicyRule
	}
	return rules
}

// complete tells that all objects of a kind were seen in the namespace of one, so that what has no record does not exist.
func (s *shadow) complete(ref model.Ref) bool {
	return s.c.Seen(ref.GroupKind(), ref.Namespace).State == model.Complete
}
