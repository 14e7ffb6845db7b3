package demo

import (
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const created = "kubectl-create"

// bindRunner lets ci/runner become every account of shop.
func (s *stage) bindRunner() {
	s.create(&rbacv1.RoleBinding{TypeMeta: typeMeta(rbacv1.SchemeGroupVersion, "RoleBinding"),
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "ci"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "ci", Name: "runner"}},
	}, created)
}

func (s *stage) unbindRunner() { s.remove(find[object](s, "RoleBinding", "shop", "ci")) }

// openPayments deletes the one policy that isolates payments/worker.
func (s *stage) openPayments() {
	s.remove(edit[*networkingv1.NetworkPolicy](s, "NetworkPolicy", "payments", "deny"))
}

func (s *stage) closePayments() { s.restore("NetworkPolicy", "payments", "deny") }

// narrowOperator gives the operator a role of its own, and takes cluster-admin away.
func (s *stage) narrowOperator() {
	s.create(&rbacv1.ClusterRole{TypeMeta: typeMeta(rbacv1.SchemeGroupVersion, "ClusterRole"),
		ObjectMeta: metav1.ObjectMeta{Name: "operator"},
		Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{"apps"}, Resources: []string{"deployments", "statefulsets"}, Verbs: []string{"get", "list", "watch"}},
			{APIGroups: []string{""}, Resources: []string{"services"}, Verbs: []string{"get", "list", "watch"}},
		}}, created)
	s.create(&rbacv1.ClusterRoleBinding{TypeMeta: typeMeta(rbacv1.SchemeGroupVersion, "ClusterRoleBinding"),
		ObjectMeta: metav1.ObjectMeta{Name: "operator"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "operator"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: "ops", Name: "operator"}},
	}, created)
	s.remove(edit[*rbacv1.ClusterRoleBinding](s, "ClusterRoleBinding", "", "operator-cluster-admin"))
}

func (s *stage) widenOperator() {
	s.restore("ClusterRoleBinding", "", "operator-cluster-admin")
	s.remove(find[object](s, "ClusterRoleBinding", "", "operator"))
	s.remove(find[object](s, "ClusterRole", "", "operator"))
}
