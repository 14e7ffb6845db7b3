package privilege

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// Match tells how somebody is among the subjects of a binding: direct, or by a group that they are always in, such as
// group:system:serviceaccounts:shop, the narrowest that is listed; and the index of the subject that stands for them. It is -1
// where none does.
func (a *Analyser) Match(access *rbac.Analyser, binding model.Ref, subject model.Subject) (match string, index int) {
	found, ok := access.Binding(binding)
	if !ok {
		return "", -1
	}
	return matchOf(found.Subjects, binding.Namespace, subject)
}

func matchOf(list []rbacv1.Subject, namespace string, s model.Subject) (match string, index int) {
	find := func(s model.Subject) int {
		return slices.IndexFunc(list, func(one rbacv1.Subject) bool { return subjectOf(&one, namespace) == s })
	}
	if i := find(s); i >= 0 {
		return "direct", i
	}
	groups := rbac.UserOf(s).Groups
	if s.Kind == model.AccountSubject {
		groups = []string{rbac.AllAccounts + ":" + s.Namespace, rbac.AllAccounts, rbac.Authenticated}
	}
	for _, g := range groups {
		if i := find(model.Subject{Kind: model.GroupSubject, Name: g}); i >= 0 {
			return "group:" + g, i
		}
	}
	return "", -1
}

// Stock tells that a binding is as Kubernetes ships it, by content, and its role too, in this version or an earlier one.
func (a *Analyser) Stock(_ *rbac.Analyser, binding model.Ref) bool {
	b := a.bindings[binding]
	if b == nil || b.role == nil || !asShipped(b.role.state) {
		return false
	}
	state, _ := a.stock.JudgeBinding(binding, rbacv1.RoleRef{APIGroup: b.refers.Group, Kind: b.refers.Kind, Name: b.refers.Name}, b.subjects)
	return asShipped(state)
}

func asShipped(state stock.State) bool { return state == stock.Unchanged || state == stock.Earlier }

// Creators tells whether a binding lets its subjects make any service account in its place: they claim what is granted there to
// accounts that do not exist (I-06).
func (a *Analyser) Creators(_ *rbac.Analyser, binding model.Ref) bool {
	b := a.bindings[binding]
	return b != nil && b.role != nil && len(b.names) > 0 && b.role.full.has(a.table.maker)
}

// Own tells an account that Kubernetes makes by itself, so that nobody can claim it: the default one of each namespace, and those
// of its controllers, where it may still be missing.
func (a *Analyser) Own(s model.Subject) bool {
	_, system := a.system[s]
	return s.Kind == model.AccountSubject && (s.Name == "default" || system)
}
