package stock

import (
	"cmp"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model/inorder"
)

// withGroup sets the group of a subject that names none, as the API does (pkg/apis/rbac/v1/defaults.go).
func withGroup(s rbacv1.Subject) rbacv1.Subject {
	if s.APIGroup == "" && (s.Kind == rbacv1.UserKind || s.Kind == rbacv1.GroupKind) {
		s.APIGroup = rbacv1.GroupName
	}
	return s
}

// otherSubjects lists those subjects that are not among others, each once, by kind, namespace and name.
func otherSubjects(subjects, others []rbacv1.Subject) []rbacv1.Subject {
	known := map[rbacv1.Subject]bool{}
	for _, s := range others {
		known[whom(s)] = true
	}
	var list []rbacv1.Subject
	for _, s := range subjects {
		if w := whom(s); !known[w] {
			known[w] = true
			list = append(list, w)
		}
	}
	inorder.Sort(list, func(a, b rbacv1.Subject) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.APIGroup, b.APIGroup))
	})
	return list
}

// whom leaves out the namespace of a user or group, which has none: the authorizer does not look at it.
func whom(s rbacv1.Subject) rbacv1.Subject {
	s = withGroup(s)
	if s.Kind == rbacv1.UserKind || s.Kind == rbacv1.GroupKind {
		s.Namespace = ""
	}
	return s
}
