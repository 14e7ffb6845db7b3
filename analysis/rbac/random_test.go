package rbac

import (
	"math/rand/v2"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func randomObject(r *rand.Rand) runtime.Object {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	rules := slices.Concat(randomRules(r), randomRules(r))
	for i := range rules {
		fill := func(list *[]string, word string) {
			if len(*list) == 0 && r.IntN(5) > 0 {
				*list = []string{word}
			}
		}
		fill(&rules[i].Verbs, pick("get", "*", "list"))
		if len(rules[i].NonResourceURLs) == 0 {
			fill(&rules[i].APIGroups, pick("", "*"))
			fill(&rules[i].Resources, pick("pods", "*", "nodes", "*/exec"))
		}
	}
	var who []rbacv1.Subject
	for range r.IntN(4) {
		who = append(who, rbacv1.Subject{Kind: pick("User", "User", "Group", "Group", "ServiceAccount", "ServiceAccount", "user"), APIGroup: pick("", "rbac.authorization.k8s.io"), Namespace: pick("", "shop", "ops"),
			Name: pick("alice", "bob", "web", "*", "dev", "system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated", "system:serviceaccount:shop:web")})
	}
	role := rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: pick("Role", "ClusterRole"), Name: pick("a", "b", "c", "sum", "gone")}
	switch r.IntN(6) {
	case 0:
		return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: pick("shop", "ops"), Name: pick("a", "b")}, Rules: rules}
	case 1, 2:
		o := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: pick("a", "b", "c", "sum"), Labels: map[string]string{"to": pick("x", "y", "z")}}, Rules: rules}
		if r.IntN(3) == 0 {
			o.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"to": pick("x", "y", "z")}}, {MatchLabels: map[string]string{"to": pick("x", "y")}}}[r.IntN(2):]}
			if r.IntN(3) > 0 {
				o.Rules = nil
			}
		}
		return o
	case 3, 4:
		return &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: pick("shop", "ops"), Name: pick("a", "b", "c")}, RoleRef: role, Subjects: who}
	}
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: pick("a", "b", "c")}, RoleRef: role, Subjects: who}
}

func randomQuestion(r *rand.Rand) (User, Attributes) {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	u := User{Name: pick("alice", "bob", "*", "system:serviceaccount:shop:web", "system:serviceaccount:ops:web", ""), Groups: some(r, 2, "dev", "system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated")}
	at := Attributes{Verb: pick("get", "list", "*", "other"), Group: pick("", "apps", "*"), Resource: pick("pods", "nodes", "*", "a"), Subresource: pick("", "", "exec", "*", "b/c"), Name: pick("", "web", "other", "*"), Namespace: pick("", "shop", "ops", "none", "*")}
	if r.IntN(5) == 0 {
		at = Attributes{Verb: at.Verb, URL: pick("/", "/a", "/a/", "/a/b", "/ab", "/c"), Namespace: at.Namespace}
	}
	return u, at
}
