// Package rbactest makes RBAC objects for the benchmarks and tests of other packages.
package rbactest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
)

// What a large cluster has, the stock objects among them.
const (
	Namespaces          = 300
	Accounts            = 3000
	Roles               = 1374
	ClusterRoles        = 721
	RoleBindings        = 4491
	ClusterRoleBindings = 676
)

// Large makes the namespaces, service accounts, roles and bindings of a large cluster, factor times as many: the stock
// objects, filled in as the controllers do, teams that are bound to view, edit and admin, operators with roles of their own,
// some of which add to the aggregated ones. It gives the same objects every time; the caller owns them.
func Large(factor int) []runtime.Object {
	m := &maker{Rand: rand.New(rand.NewPCG(uint64(factor), 7)), factor: factor, count: map[string]int{}}
	for _, o := range newest().Objects() {
		m.add(o.DeepCopyObject())
	}
	for i := range Namespaces * factor {
		m.add(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: m.namespace(i)}})
	}
	for i := range Accounts * factor {
		m.add(m.account(i))
	}
	for i := 0; m.count["*v1.ClusterRole"] < ClusterRoles*factor; i++ {
		m.add(m.clusterRole(i))
	}
	for i := 0; m.count["*v1.Role"] < Roles*factor; i++ {
		m.add(&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: m.namespace(i), Name: fmt.Sprint("role-", i)}, Rules: m.rules(1+m.IntN(6), false)})
	}
	for i := 0; m.count["*v1.ClusterRoleBinding"] < ClusterRoleBindings*factor; i++ {
		m.add(m.clusterBinding(i))
	}
	for i := 0; m.count["*v1.RoleBinding"] < RoleBindings*factor; i++ {
		m.add(m.roleBinding(i))
	}
	m.aggregate()
	return m.list
}

func newest() *stock.Table {
	table, _ := stock.For(0)
	return table
}

type maker struct {
	*rand.Rand
	factor int
	list   []runtime.Object
	count  map[string]int
	// operators counts the ClusterRoles that are not stock.
	operators int
}

func (m *maker) add(o runtime.Object) {
	m.list = append(m.list, o)
	m.count[fmt.Sprintf("%T", o)]++
}

func (m *maker) pick(list ...string) string { return list[m.IntN(len(list))] }

func (m *maker) namespace(i int) string { return fmt.Sprint("team-", i%(Namespaces*m.factor)) }

func (m *maker) accountName(i int) (namespace, name string) {
	return m.namespace(i), fmt.Sprint("app-", i/(Namespaces*m.factor))
}

func (m *maker) account(i int) *corev1.ServiceAccount {
	namespace, name := m.accountName(i)
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

// clusterRole makes the role of an operator; every tenth adds to what view, edit or admin grant.
func (m *maker) clusterRole(i int) *rbacv1.ClusterRole {
	m.operators++
	r := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("operator-", i)}, Rules: m.rules(1+m.IntN(14), true)}
	if i%10 == 0 {
		custom := fmt.Sprintf("widgets-%d", i)
		r.Labels = map[string]string{"rbac.authorization.k8s.io/aggregate-to-" + m.pick("view", "edit", "admin"): "true"}
		r.Rules = []rbacv1.PolicyRule{{Verbs: []string{"get", "list", "watch", "create", "delete"}, APIGroups: []string{fmt.Sprintf("op%d.example.com", i)}, Resources: []string{custom, custom + "/status"}}}
	}
	return r
}

// rules makes rules such as operators and teams write.
func (m *maker) rules(n int, cluster bool) []rbacv1.PolicyRule {
	list := make([]rbacv1.PolicyRule, n)
	for i := range list {
		r := &list[i]
		switch k := m.IntN(20); {
		case k == 0 && cluster:
			*r = rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}}
			continue
		case k == 1 && m.IntN(6) == 0:
			*r = rbacv1.PolicyRule{Verbs: []string{"*"}, APIGroups: []string{m.pick("*", "", "apps")}, Resources: []string{"*"}}
			continue
		case k < 8:
			r.APIGroups, r.Resources = []string{""}, m.some(3, "pods", "services", "configmaps", "secrets", "events", "endpoints", "serviceaccounts", "persistentvolumeclaims", "pods/log", "pods/exec", "nodes", "namespaces")
		case k < 11:
			r.APIGroups, r.Resources = []string{"apps"}, m.some(3, "deployments", "statefulsets", "daemonsets", "replicasets", "deployments/scale", "deployments/status")
		case k < 13:
			r.APIGroups, r.Resources = []string{m.pick("batch", "policy", "networking.k8s.io", "coordination.k8s.io", "rbac.authorization.k8s.io")}, m.some(2, "jobs", "cronjobs", "poddisruptionbudgets", "ingresses", "networkpolicies", "leases", "roles", "rolebindings")
		default:
			n := m.IntN(60)
			r.APIGroups, r.Resources = []string{fmt.Sprintf("op%d.example.com", n)}, []string{fmt.Sprintf("widgets-%d", n), fmt.Sprintf("widgets-%d/status", n), fmt.Sprintf("widgets-%d/finalizers", n)}
		}
		switch m.IntN(4) {
		case 0:
			r.Verbs = []string{"get", "list", "watch"}
		case 1:
			r.Verbs = []string{"get", "list", "watch", "create", "update", "patch", "delete"}
		case 2:
			r.Verbs = m.some(3, "get", "list", "create", "update", "patch")
		case 3:
			if r.Verbs = []string{"*"}; m.IntN(2) == 0 {
				r.Verbs, r.ResourceNames = []string{"get", "update"}, m.some(2, "leader", "config", "token", "tls")
			}
		}
	}
	return list
}

// some picks one to n words, each once, in their order.
func (m *maker) some(n int, list ...string) []string {
	chosen := map[int]bool{}
	for range 1 + m.IntN(n) {
		chosen[m.IntN(len(list))] = true
	}
	var words []string
	for i, w := range list {
		if chosen[i] {
			words = append(words, w)
		}
	}
	return words
}

func (m *maker) subjects(namespace string) []rbacv1.Subject {
	list := make([]rbacv1.Subject, 1+m.IntN(2)*m.IntN(3))
	for i := range list {
		switch m.IntN(8) {
		case 0:
			list[i] = rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: fmt.Sprintf("user-%d@example.com", m.IntN(600*m.factor))}
		case 1, 2, 3:
			list[i] = rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: fmt.Sprint("oidc:team-", m.IntN(200*m.factor))}
		default:
			in, name := m.accountName(m.IntN(Accounts * m.factor))
			if namespace != "" && m.IntN(5) > 0 {
				in = namespace
			}
			list[i] = rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: in, Name: name}
		}
	}
	// Few bind everybody, and hardly anybody in a namespace.
	if often := map[bool]int{true: 300, false: 3000}[namespace == ""]; m.IntN(often) == 0 {
		list = append(list, rbacv1.Subject{Kind: rbacv1.GroupKind, APIGroup: rbacv1.GroupName, Name: m.pick("system:authenticated", "system:serviceaccounts", "system:serviceaccounts:"+m.namespace(m.IntN(Namespaces)))})
	}
	return list
}

func (m *maker) clusterBinding(i int) *rbacv1.ClusterRoleBinding {
	role := fmt.Sprint("operator-", m.IntN(m.operators))
	switch m.IntN(20) {
	case 0:
		role = m.pick("cluster-admin", "view", "edit", "admin")
	case 1:
		role = m.pick("gone", "system:auth-delegator")
	}
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("binding-", i)}, Subjects: m.subjects(""), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}}
}

// roleBinding makes a binding: every second one is of view, edit or admin.
func (m *maker) roleBinding(i int) *rbacv1.RoleBinding {
	namespace := m.namespace(i)
	role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: m.pick("view", "edit", "edit", "admin")}
	switch {
	case i%2 == 0:
	case m.IntN(3) == 0:
		role.Name = fmt.Sprint("operator-", m.IntN(m.operators))
	default:
		// A Role of the namespace: role-j stands in namespace j modulo their number.
		role.Kind, role.Name = "Role", fmt.Sprint("role-", i%(Namespaces*m.factor)+Namespaces*m.factor*m.IntN(4))
	}
	return &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprint("binding-", i)}, Subjects: m.subjects(namespace), RoleRef: role}
}

// aggregate fills the aggregated roles as pkg/controller/clusterroleaggregation does, view before edit and edit before
// admin, which gather each other in this order.
func (m *maker) aggregate() {
	var roles []*rbacv1.ClusterRole
	for _, o := range m.list {
		if r, ok := o.(*rbacv1.ClusterRole); ok {
			roles = append(roles, r)
		}
	}
	slices.SortFunc(roles, func(a, b *rbacv1.ClusterRole) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	for _, name := range [...]string{"view", "edit", "admin"} {
		for _, whole := range roles {
			if whole.Name == name && whole.AggregationRule != nil {
				whole.Rules = gather(whole, roles)
			}
		}
	}
}

func gather(whole *rbacv1.ClusterRole, roles []*rbacv1.ClusterRole) []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	for i := range whole.AggregationRule.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&whole.AggregationRule.ClusterRoleSelectors[i])
		if err != nil {
			panic(err) // the stock roles have none such
		}
		for _, part := range roles {
			if part == whole || !selector.Matches(labels.Set(part.Labels)) {
				continue
			}
			for _, rule := range part.Rules {
				if !slices.ContainsFunc(rules, func(o rbacv1.PolicyRule) bool { return equality.Semantic.DeepEqual(o, rule) }) {
					rules = append(rules, rule)
				}
			}
		}
	}
	return rules
}
