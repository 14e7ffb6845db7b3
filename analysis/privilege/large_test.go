package privilege

import (
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// large makes the RBAC of a large cluster, factor times: 4,491 RoleBindings, 676 ClusterRoleBindings, 1,374 Roles, 721
// ClusterRoles and 3,000 accounts in 300 namespaces. The stock objects are among them once. Roles are those that one meets:
// most read, some write, few are strong.
func large(factor int) []runtime.Object {
	rng := rand.New(rand.NewPCG(uint64(factor), 5))
	table, _ := stock.For(37)
	all := append([]runtime.Object(nil), table.Objects()...)
	have := map[string]int{}
	for _, o := range all {
		switch o.(type) {
		case *rbacv1.ClusterRole:
			have["ClusterRole"]++
		case *rbacv1.ClusterRoleBinding:
			have["ClusterRoleBinding"]++
		case *rbacv1.Role:
			have["Role"]++
		case *rbacv1.RoleBinding:
			have["RoleBinding"]++
		}
	}
	namespaces := 300 * factor
	ns := func(i int) string { return fmt.Sprintf("team-%04d", i%namespaces) }
	for i := range namespaces {
		m := metav1.ObjectMeta{Name: ns(i)}
		if i%3 > 0 {
			m.Labels = map[string]string{"pod-security.kubernetes.io/enforce": "baseline"}
		}
		all = append(all, &corev1.Namespace{ObjectMeta: m})
	}
	account := func(i int) (namespace, name string) { return ns(i), fmt.Sprintf("app-%05d", i%(3000*factor)) }
	for i := range 3000 * factor {
		n, name := account(i)
		all = append(all, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: n, Name: name}})
	}
	clusterRoles := 721*factor - have["ClusterRole"]
	for i := range clusterRoles {
		all = append(all, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("operator-%05d", i)}, Rules: largeRules(rng, 4+rng.IntN(12))})
	}
	roles := 1374*factor - have["Role"]
	for i := range roles {
		all = append(all, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: ns(i), Name: fmt.Sprintf("role-%05d", i)}, Rules: largeRules(rng, 1+rng.IntN(5))})
	}
	subject := func(i int) rbacv1.Subject {
		switch rng.IntN(10) {
		case 0:
			return rbacv1.Subject{Kind: "User", APIGroup: model.GroupRBAC, Name: fmt.Sprintf("user-%04d", rng.IntN(2000))}
		case 1, 2:
			return rbacv1.Subject{Kind: "Group", APIGroup: model.GroupRBAC, Name: fmt.Sprintf("group-%03d", rng.IntN(200))}
		}
		n, name := account(i)
		return rbacv1.Subject{Kind: "ServiceAccount", Namespace: n, Name: name}
	}
	for i := range 676*factor - have["ClusterRoleBinding"] {
		ref := rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: fmt.Sprintf("operator-%05d", i%clusterRoles)}
		if i%97 == 0 {
			ref.Name = "cluster-admin"
		}
		all = append(all, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("operator-%05d", i)}, RoleRef: ref, Subjects: []rbacv1.Subject{subject(i)}})
	}
	for i := range 4491*factor - have["RoleBinding"] {
		b := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: ns(i), Name: fmt.Sprintf("binding-%05d", i)}, Subjects: []rbacv1.Subject{subject(i)}}
		b.RoleRef = rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "Role", Name: fmt.Sprintf("role-%05d", i)}
		if i >= roles {
			b.RoleRef.Kind = "ClusterRole"
			b.RoleRef.Name = [...]string{"view", "edit", "admin", fmt.Sprintf("operator-%05d", rng.IntN(clusterRoles))}[rng.IntN(4)]
		}
		all = append(all, b)
	}
	return all
}

// largeRules makes rules as operators have them.
func largeRules(rng *rand.Rand, n int) []rbacv1.PolicyRule {
	pool := [...]rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"pods", "services", "endpoints"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "watch", "create", "update"}},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments", "statefulsets"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Verbs: []string{"get", "create", "update"}},
		{APIGroups: []string{""}, Resources: []string{"events"}, Verbs: []string{"create", "patch"}},
		{APIGroups: []string{"example.io"}, Resources: []string{"databases", "databases/status", "backups"}, Verbs: []string{"*"}},
		{APIGroups: []string{"networking.k8s.io"}, Resources: []string{"ingresses", "ingresses/status"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"batch"}, Resources: []string{"jobs", "cronjobs"}, Verbs: []string{"get", "list"}},
		{APIGroups: []string{""}, Resources: []string{"nodes", "nodes/metrics"}, Verbs: []string{"get", "list"}},
		{APIGroups: []string{"policy"}, Resources: []string{"poddisruptionbudgets"}, Verbs: []string{"get", "list", "watch"}},
	}
	strong := [...]rbacv1.PolicyRule{
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"create", "update", "patch"}},
		{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: []string{"create", "update", "patch", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"create", "delete"}},
		{APIGroups: []string{""}, Resources: []string{"pods/exec"}, Verbs: []string{"create"}},
		{APIGroups: []string{""}, Resources: []string{"serviceaccounts"}, Verbs: []string{"create", "update"}},
		{APIGroups: []string{"rbac.authorization.k8s.io"}, Resources: []string{"roles", "rolebindings"}, Verbs: []string{"get", "create", "update"}},
		{APIGroups: []string{"admissionregistration.k8s.io"}, Resources: []string{"validatingwebhookconfigurations"}, Verbs: []string{"get", "update"}},
	}
	list := make([]rbacv1.PolicyRule, 0, n)
	for range n {
		one := pool[rng.IntN(len(pool))]
		switch rng.IntN(12) {
		case 0, 1:
			one = strong[rng.IntN(len(strong))]
		case 2:
			one.ResourceNames = []string{fmt.Sprintf("thing-%03d", rng.IntN(500))}
			one.Verbs = []string{"get", "update", "patch"}
		}
		list = append(list, *one.DeepCopy())
	}
	return list
}
