package load

import (
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// rbac adds that many RBAC objects: 40 % Roles, 45 % RoleBindings, 5 % ClusterRoles, 10 % ClusterRoleBindings.
func (g *generator) rbac(count int) {
	var accounts []*item
	for _, made := range g.stages[stageAccounts] {
		if made.object.GetName() != "default" {
			accounts = append(accounts, made)
		}
	}
	roles := map[string][]string{}
	clusterRoles := []string{"view", "edit", "admin"}
	for i := range count {
		switch share := i * 100 / count; {
		case share < 40:
			namespace := pick(g, g.namespaces)
			name := fmt.Sprintf("%s-role-%d", pick(g, appNouns()), i)
			g.add(stageAccounts, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Rules: g.rules()}, nil, author, "")
			roles[namespace] = append(roles[namespace], name)
		case share < 45:
			name := fmt.Sprintf("%s-cluster-role-%d", pick(g, appNouns()), i)
			g.add(stageBase, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: g.rules()}, nil, author, "")
			clusterRoles = append(clusterRoles, name)
		case share < 90:
			namespace := pick(g, g.namespaces)
			reference := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: pick(g, clusterRoles)}
			if len(roles[namespace]) > 0 && g.chance(80) {
				reference.Kind, reference.Name = "Role", pick(g, roles[namespace])
			}
			g.add(stageConfig, &rbacv1.RoleBinding{
				ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("binding-%d", i), Namespace: namespace}, RoleRef: reference, Subjects: g.subjects(accounts),
			}, nil, author, "")
		default:
			role := pick(g, clusterRoles)
			if g.chance(2) {
				role = "cluster-admin"
			}
			g.add(stageConfig, &rbacv1.ClusterRoleBinding{
				ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("cluster-binding-%d", i)},
				RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}, Subjects: g.subjects(accounts),
			}, nil, author, "")
		}
	}
}

// rules draws what a role allows: mostly reading, now and then something that leads further.
func (g *generator) rules() []rbacv1.PolicyRule {
	read := []string{"get", "list", "watch"}
	rules := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"configmaps", "services", "endpoints"}, Verbs: read}}
	if g.chance(50) {
		rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{"apps", "batch"}, Resources: []string{"deployments", "jobs"}, Verbs: append(read, "update", "patch")})
	}
	if g.chance(12) {
		rules = append(rules, pick(g, []rbacv1.PolicyRule{
			{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: read},
			{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"create", "delete"}},
			{APIGroups: []string{""}, Resources: []string{"pods/exec"}, Verbs: []string{"create", "get"}},
			{APIGroups: []string{""}, Resources: []string{"serviceaccounts/token"}, Verbs: []string{"create"}},
			{APIGroups: []string{""}, Resources: []string{"serviceaccounts"}, Verbs: []string{"impersonate"}},
			{APIGroups: []string{rbacv1.GroupName}, Resources: []string{"roles"}, Verbs: []string{"bind", "escalate", "update"}},
			{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"*"}},
		}))
	}
	return rules
}

func (g *generator) subjects(accounts []*item) []rbacv1.Subject {
	subjects := make([]rbacv1.Subject, 0, 3)
	for range 1 + g.IntN(3) {
		switch {
		case g.chance(15):
			subjects = append(subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: fmt.Sprintf("user-%d@example", g.IntN(200))})
		case g.chance(20):
			subjects = append(subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: fmt.Sprintf("team-%d", g.IntN(30))})
		case len(accounts) > 0:
			account := pick(g, accounts).object
			subjects = append(subjects, rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: account.GetNamespace(), Name: account.GetName()})
		}
	}
	return subjects
}
