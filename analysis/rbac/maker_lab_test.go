package rbac_test

import (
	"math/rand/v2"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac"
)

var namespaces = [...]string{"blue", "green", "red", "shop"}

// maker makes what an API server takes: odd, but valid.
type maker struct{ *rand.Rand }

func (m *maker) pick(list ...string) string { return list[m.IntN(len(list))] }

func (m *maker) some(n int, list ...string) []string {
	chosen := []string{m.pick(list...)}
	for range m.IntN(n) {
		chosen = append(chosen, m.pick(list...))
	}
	return chosen
}

func (m *maker) rules(urls bool) []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	for range m.IntN(4) {
		r := rbacv1.PolicyRule{Verbs: m.some(3, "*", "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "GET", "")}
		if urls && m.IntN(4) == 0 {
			r.NonResourceURLs = m.some(3, "*", "/", "/*", "/healthz", "/healthz*", "/healthz/*", "/logs/*", "/logs", "/logs/*/x", "/metrics", "metrics", "**", "/openapi/*")
		} else {
			r.APIGroups = m.some(2, "", "", "", "apps", "*", "example.com", "rbac.authorization.k8s.io")
			r.Resources = m.some(3, "pods", "pods", "pods/exec", "pods/*", "*/scale", "*/exec", "*", "*/*", "deployments", "deployments/scale", "secrets", "nodes", "nodes/proxy", "namespaces", "Pods", "widgets", "a/b/c", "*/b/c", "")
			if m.IntN(3) == 0 {
				r.ResourceNames = m.some(3, "web", "db", "", "*", "web*", "Web")
			}
		}
		rules = append(rules, r)
	}
	return rules
}

func (m *maker) labels() map[string]string {
	if m.IntN(2) == 0 {
		return nil
	}
	return map[string]string{"to": m.pick("x", "y", "z"), "rbac.authorization.k8s.io/aggregate-to-" + m.pick("view", "edit", "admin", "none"): m.pick("true", "true", "false")}
}

// object makes a role or a binding. There are so many names that some are dangling, and few enough that some are made anew.
func (m *maker) object() runtime.Object {
	roles := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "view", "edit", "gone"}
	switch m.IntN(10) {
	case 0, 1:
		return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: m.pick(namespaces[:]...), Name: m.pick("a", "b", "c", "d", "e", "view", "a:b")}, Rules: m.rules(false)}
	case 2, 3:
		o := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: m.pick(roles[:10]...), Labels: m.labels()}, Rules: m.rules(true)}
		if m.IntN(4) == 0 {
			o.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"to": m.pick("x", "y", "z", "nothing")}}}}
		}
		return o
	case 4, 5, 6, 7:
		return &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: m.pick(namespaces[:]...), Name: m.pick("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")},
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: m.pick("Role", "ClusterRole"), Name: m.pick(roles...)}, Subjects: m.subjects(true)}
	}
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: m.pick("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16")},
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: m.pick(roles...)}, Subjects: m.subjects(false)}
}

func (m *maker) subjects(namespaced bool) []rbacv1.Subject {
	var list []rbacv1.Subject
	for range m.IntN(4) {
		switch m.IntN(3) {
		case 0:
			list = append(list, rbacv1.Subject{Kind: "User", APIGroup: m.pick("", rbacv1.GroupName), Name: m.pick("alice", "bob", "*", "system:serviceaccount:blue:web", "system:serviceaccount:red:db", "system:kube-scheduler", "Alice", "system:node:n1")})
		case 1:
			list = append(list, rbacv1.Subject{Kind: "Group", APIGroup: m.pick("", rbacv1.GroupName), Name: m.pick("dev", "ops", "*", "system:serviceaccounts:blue", "system:serviceaccounts:red", "system:nodes", "alice")})
		case 2:
			s := rbacv1.Subject{Kind: "ServiceAccount", Namespace: m.pick("blue", "green", "red", "kube-system", "nowhere"), Name: m.pick("web", "db", "default", "namespace-controller", "alice")}
			if namespaced && m.IntN(2) == 0 {
				s.Namespace = ""
			}
			list = append(list, s)
		}
	}
	if m.IntN(30) == 0 {
		list = append(list, rbacv1.Subject{Kind: "Group", APIGroup: rbacv1.GroupName, Name: m.pick("system:authenticated", "system:serviceaccounts", "system:unauthenticated")})
	}
	return list
}

func (m *maker) user() rbac.User {
	if m.IntN(3) == 0 {
		account := m.pick("blue", "green", "red", "kube-system")
		name := m.pick("web", "db", "default", "namespace-controller", "generic-garbage-collector", "clusterrole-aggregation-controller", "alice")
		return rbac.User{Name: rbac.AccountName(account, name), Groups: []string{rbac.AllAccounts, rbac.AllAccounts + ":" + account, rbac.Authenticated}}
	}
	u := rbac.User{Name: m.pick("alice", "bob", "carol", "*", "Alice", "system:anonymous", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy", "system:node:n1", "system:serviceaccount:blue", "system:serviceaccount:blue:web:x", "")}
	for range m.IntN(4) {
		u.Groups = append(u.Groups, m.pick("dev", "ops", "*", "system:authenticated", "system:serviceaccounts", "system:serviceaccounts:blue", "system:unauthenticated", "system:monitoring", "system:bootstrappers", "alice", ""))
	}
	if m.IntN(200) == 0 {
		u.Groups = append(u.Groups, "system:masters")
	}
	return u
}

func (m *maker) question() (rbac.User, rbac.Attributes) {
	at := rbac.Attributes{
		Verb:        m.pick("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "bind", "*", "GET", "educate", ""),
		Group:       m.pick("", "", "", "apps", "example.com", "rbac.authorization.k8s.io", "batch", "*"),
		Resource:    m.pick("pods", "pods", "pods", "deployments", "secrets", "nodes", "namespaces", "clusterroles", "widgets", "Pods", "a", "dolphins", "*", ""),
		Subresource: m.pick("", "", "", "exec", "scale", "status", "b/c", "proxy", "*"), Name: m.pick("", "", "web", "db", "*", "Web", "kube-system", "blue"),
		Namespace: m.pick("", "blue", "green", "red", "shop", "kube-system", "kube-public", "nowhere", "*"),
	}
	if m.IntN(8) == 0 {
		at = rbac.Attributes{Verb: m.pick("get", "post", "*", "GET"), URL: m.pick("/", "/healthz", "/healthz/", "/healthz/etcd", "/healthzy", "/logs", "/logs/x", "/metrics", "/version", "/api", "/apis/apps", "/openapi/v3", "/readyz", "/x")}
	}
	return m.user(), at
}
