package rbac

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// subject is one service account, or a group that every account, or every account of a namespace, belongs to.
type subject struct {
	group           bool
	namespace, name string
}

// The groups that the token authenticator puts a service account in (k8s.io/apiserver
// pkg/authentication/serviceaccount/util.go and pkg/authentication/group).
const (
	allAccounts   = "system:serviceaccounts"
	authenticated = "system:authenticated"
	accountPrefix = "system:serviceaccount:"
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
	subjects []subject
}

// grants tells whether the binding gives its subjects anything beyond discovery. Non-resource URLs count in cluster-wide
// bindings only (pkg/registry/rbac/validation/rule.go resolves them for no namespace).
func (b *binding) grants() bool {
	return b.role.resources || (b.role.urls && b.ref.Namespace == "")
}

func (a *Analyser) bind(ref model.Ref, old, now *grant, touched *changes) {
	if old != nil && now != nil && old.role == now.role && slices.Equal(old.subjects, now.subjects) {
		return
	}
	if b := a.bindings[ref]; b != nil {
		for _, s := range b.subjects {
			touched.add(s)
			delete(a.subjects[s], b)
			if len(a.subjects[s]) == 0 {
				delete(a.subjects, s)
			}
		}
		delete(b.role.bindings, b)
		a.forget(b.role)
		delete(a.bindings, ref)
	}
	if now == nil {
		return
	}
	b := &binding{ref: ref, subjects: accounts(now.subjects, ref.Namespace)}
	if len(b.subjects) == 0 {
		return
	}
	b.role = a.role(roleOf(now.role, ref.Namespace))
	b.role.bindings[b] = struct{}{}
	a.bindings[ref] = b
	for _, s := range b.subjects {
		if a.subjects[s] == nil {
			a.subjects[s] = map[*binding]struct{}{}
		}
		a.subjects[s][b] = struct{}{}
		touched.add(s)
	}
}

func roleOf(r rbacv1.RoleRef, namespace string) model.Ref {
	if r.Kind == "ClusterRole" {
		namespace = ""
	}
	return model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: r.Kind, Namespace: namespace, Name: r.Name}
}

// accounts picks the subjects that service accounts can be, each once, as appliesToUser of
// pkg/registry/rbac/validation/rule.go matches them: an account without a namespace is one of the binding's own.
func accounts(list []rbacv1.Subject, namespace string) []subject {
	var found []subject
	for i := range list {
		var s subject
		switch l := &list[i]; l.Kind {
		case rbacv1.ServiceAccountKind:
			s = subject{namespace: l.Namespace, name: l.Name}
			if s.namespace == "" {
				s.namespace = namespace
			}
		case rbacv1.UserKind:
			full, ok := strings.CutPrefix(l.Name, accountPrefix)
			if !ok {
				continue
			}
			s.namespace, s.name, _ = strings.Cut(full, ":")
		case rbacv1.GroupKind:
			if l.Name == allAccounts || l.Name == authenticated {
				s = subject{group: true, name: l.Name}
			} else if ns, ok := strings.CutPrefix(l.Name, allAccounts+":"); ok && ns != "" {
				s = subject{group: true, namespace: ns, name: allAccounts}
			}
		}
		if s.name != "" && (s.group || s.namespace != "") && !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	return found
}
