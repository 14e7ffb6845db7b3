package remedy

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// cast makes the shadows in which is planned and in which the asked findings are judged. They leave out the bindings that have no
// say in them: those that share neither role nor subject with what was asked about. Where a finding does not hold then, all are
// looked at.
func (r *rights) cast() {
	looking := func(keep func(model.Record) bool) {
		r.now = newShadowOf(r.p.c, nil, "", r.science.edges, keep)
		r.proof = newShadowOf(r.p.c, privilege.New(r.science.rules, r.science.edges), r.p.server, r.science.edges, keep)
	}
	looking(r.concerned())
	for _, list := range r.p.grants {
		for _, f := range list {
			if r.proof.held[f.ID] == nil {
				looking(func(model.Record) bool { return true })
				return
			}
		}
	}
}

// concerned tells which objects count for what was asked about.
func (r *rights) concerned() func(model.Record) bool {
	roles, subjects := map[model.Ref]bool{}, map[model.Subject]bool{}
	for ref := range r.p.grants {
		role, bound, ok := boundBy(r.p.c.Get(ref))
		if !ok {
			role = ref
		}
		roles[role] = true
		if _, _, meta := roleOf(r.p.c, role); meta != nil {
			if whole := feeds(r.p.c, role, meta); whole != "" {
				roles[model.KindByName("ClusterRole").Ref("", whole)] = true
			}
		}
		for i := range bound {
			s := rbac.SubjectOf(&bound[i], ref.Namespace)
			subjects[oneName(s)] = true
			for _, g := range rbac.UserOf(s).Groups {
				subjects[model.Subject{Kind: model.GroupSubject, Name: g}] = true
			}
		}
	}
	return func(one model.Record) bool {
		role, bound, ok := boundBy(one)
		return !ok || roles[role] || r.p.grants[one.Ref()] != nil || slices.ContainsFunc(bound, func(s rbacv1.Subject) bool {
			return subjects[oneName(rbac.SubjectOf(&s, one.GetNamespace()))]
		})
	}
}

// boundBy gives the role and the subjects of a binding; false for what is none.
func boundBy(one model.Record) (role model.Ref, subjects []rbacv1.Subject, ok bool) {
	var to rbacv1.RoleRef
	switch b := one.(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		to, subjects = b.Object.RoleRef, b.Object.Subjects
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		to, subjects = b.Object.RoleRef, b.Object.Subjects
	default:
		return role, nil, false
	}
	role = model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: to.Kind, Name: to.Name}
	if to.Kind != "ClusterRole" {
		role.Namespace = one.GetNamespace()
	}
	return role, subjects, true
}

// oneName gives an account that is bound under its name as a user as the account.
func oneName(s model.Subject) model.Subject {
	if name, ok := accountUser(s.Name); ok && s.Kind == model.UserSubject {
		return model.Subject{Kind: model.AccountSubject, Namespace: name.Namespace, Name: name.Name}
	}
	return s
}

// feeds names a ClusterRole that gathers the rules of a role.
func feeds(c *cluster.Cluster, role model.Ref, meta *record.Meta) string {
	if role.Kind != "ClusterRole" {
		return ""
	}
	first := ""
	for one := range c.All(role.GroupKind()) {
		whole, ok := one.(*record.Typed[*rbacv1.ClusterRole])
		if !ok || whole.Object.AggregationRule == nil || whole.Name == role.Name || first != "" && whole.Name > first {
			continue
		}
		for i := range whole.Object.AggregationRule.ClusterRoleSelectors {
			s, err := metav1.LabelSelectorAsSelector(&whole.Object.AggregationRule.ClusterRoleSelectors[i])
			if err == nil && s.Matches(labels.Set(meta.Labels.Map())) {
				first = whole.Name
			}
		}
	}
	return first
}
