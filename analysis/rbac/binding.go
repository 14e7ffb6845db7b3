package rbac

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// grant is the part of a binding that matters.
type grant struct {
	role     rbacv1.RoleRef
	subjects []rbacv1.Subject
}

// binding is a RoleBinding or a ClusterRoleBinding.
type binding struct {
	ref      model.Ref
	role     *role
	subjects []rbacv1.Subject
	// parties are those whom it speaks of, each once, and firsts the index of the first subject that is one. Subjects that
	// can match nobody are none.
	parties []*party
	firsts  []int32
}

// grants tells whether the binding gives its subjects anything beyond discovery. Non-resource URLs count in cluster-wide
// bindings only (pkg/registry/rbac/validation/rule.go resolves them for no namespace).
func (b *binding) grants() bool {
	return b.role.resources || (b.role.urls && b.ref.Namespace == "")
}

// first finds the first subject that is one of these keys, as appliesTo of pkg/registry/rbac/validation/rule.go does.
func (b *binding) first(keys []key) (int, key) {
	first, found := -1, key{}
	for i, p := range b.parties {
		if at := int(b.firsts[i]); (first < 0 || at < first) && slices.Contains(keys, p.key) {
			first, found = at, p.key
		}
	}
	return first, found
}

// bind takes a binding that is new, changed or gone.
func (a *Analyser) bind(ref model.Ref, old, now *grant, touched *changes) {
	if old != nil && now != nil && old.role == now.role && slices.Equal(old.subjects, now.subjects) && a.bindings[ref] != nil {
		return
	}
	touched.bound(ref)
	if b := a.bindings[ref]; b != nil {
		for _, p := range b.parties {
			touched.key(p.key)
			a.leave(p, b)
		}
		a.depart(b)
		delete(b.role.bindings, b)
		a.forget(b.role)
		delete(a.bindings, ref)
	}
	if now == nil {
		return
	}
	b := &binding{ref: ref, subjects: now.subjects}
	b.role = a.role(roleOf(now.role, ref.Namespace))
	b.role.bindings[b] = struct{}{}
	a.bindings[ref] = b
	a.arrive(b)
	a.join(b)
	for _, p := range b.parties {
		touched.key(p.key)
	}
}

func roleOf(r rbacv1.RoleRef, namespace string) model.Ref {
	if r.Kind == "ClusterRole" {
		namespace = ""
	}
	return model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: r.Kind, Namespace: namespace, Name: r.Name}
}

// keyOf gives the key of a subject; false for one that can match nobody. An account without a namespace is one of the
// binding's own. The group of the subject is not looked at, as appliesToUser does not.
func keyOf(s *rbacv1.Subject, namespace string) (key, bool) {
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		if s.Namespace != "" {
			namespace = s.Namespace
		}
		return key{name: AccountName(namespace, s.Name)}, namespace != ""
	case rbacv1.UserKind:
		return key{name: s.Name}, s.Name != ""
	case rbacv1.GroupKind:
		return key{true, s.Name}, s.Name != ""
	}
	return key{}, false
}

// SubjectOf reads a subject of a binding in a namespace; zero where it can match nobody.
func SubjectOf(s *rbacv1.Subject, namespace string) model.Subject {
	if s.Kind == rbacv1.ServiceAccountKind && s.Namespace != "" {
		namespace = s.Namespace
	}
	k, ok := keyOf(s, namespace)
	if !ok {
		return model.Subject{}
	}
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		return model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: s.Name}
	case rbacv1.GroupKind:
		return model.Subject{Kind: model.GroupSubject, Name: k.name}
	}
	return model.Subject{Kind: model.UserSubject, Name: s.Name}
}
