package privilege

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// systemOf lists the identities of the control plane: those to which Kubernetes itself binds roles, but for the groups that
// everybody is in.
func systemOf(t *stock.Table) map[model.Subject]struct{} {
	all := map[model.Subject]struct{}{}
	add := func(list []rbacv1.Subject, namespace string) {
		for i := range list {
			if s := rbac.SubjectOf(&list[i], namespace); !s.IsZero() && !everybody(s) {
				all[s] = struct{}{}
			}
		}
	}
	for _, o := range t.Objects() {
		switch b := o.(type) {
		case *rbacv1.ClusterRoleBinding:
			add(b.Subjects, "")
		case *rbacv1.RoleBinding:
			add(b.Subjects, b.Namespace)
		}
	}
	return all
}
