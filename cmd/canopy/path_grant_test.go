package main

import (
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// subject is the attacker as bindings name it.
func (a *attacker) subject() rbacv1.Subject {
	if a.scheme.by == person {
		return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User", Name: a.ns}
	}
	return rbacv1.Subject{Kind: "ServiceAccount", Namespace: a.ns, Name: "attacker"}
}

// bindSelf binds a ClusterRole to the attacker in the vault.
func bindSelf(role string) func(*attacker) error {
	return func(a *attacker) error {
		_, err := a.client.RbacV1().RoleBindings(a.vault).Create(a.ctx, &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "mine"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{a.subject()},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		return a.seizes()
	}
}

func bindSelfToAll(a *attacker) error {
	_, err := a.client.RbacV1().ClusterRoleBindings().Create(a.ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: a.ns + "-mine"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects:   []rbacv1.Subject{a.subject()},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return a.rules()
}

// join adds the attacker to the subjects of a binding.
func join(a *attacker) error {
	s := a.subject()
	patch := fmt.Sprintf(`{"subjects":[{"kind":%q,"apiGroup":%q,"namespace":%q,"name":%q}]}`, s.Kind, s.APIGroup, s.Namespace, s.Name)
	if _, err := a.client.RbacV1().RoleBindings(a.vault).Patch(a.ctx, "owners", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		return err
	}
	return a.seizes()
}

// all is the rules of everything.
const all = `{"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}`

// widen writes into the role that the attacker has.
func widen(a *attacker) error {
	if _, err := a.client.RbacV1().Roles(a.vault).Patch(a.ctx, "held-0", types.MergePatchType, []byte(all), metav1.PatchOptions{}); err != nil {
		return err
	}
	return a.seizes()
}

func widenAll(a *attacker) error {
	if _, err := a.client.RbacV1().ClusterRoles().Patch(a.ctx, a.ns+"-held-0", types.MergePatchType, []byte(all), metav1.PatchOptions{}); err != nil {
		return err
	}
	return a.rules()
}

// createRole makes a role of everything that nobody binds to the attacker.
func createRole(a *attacker) error {
	_, err := a.client.RbacV1().Roles(a.vault).Create(a.ctx, &rbacv1.Role{
		ObjectMeta: metav1.ObjectMeta{Name: "mine"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("it may not be created: %s", err.Error())
	}
	return a.seizes()
}

// createClusterRole does the same in the cluster.
func createClusterRole(a *attacker) error {
	_, err := a.client.RbacV1().ClusterRoles().Create(a.ctx, &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: a.ns + "-mine"},
		Rules:      []rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("it may not be created: %s", err.Error())
	}
	return a.rules()
}

// joinAll adds the attacker to those who may do all.
func joinAll(a *attacker) error {
	s := a.subject()
	patch := fmt.Sprintf(`{"subjects":[{"kind":%q,"apiGroup":%q,"namespace":%q,"name":%q}]}`, s.Kind, s.APIGroup, s.Namespace, s.Name)
	if _, err := a.client.RbacV1().ClusterRoleBindings().Patch(a.ctx, a.ns+"-root", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		return err
	}
	return a.rules()
}

// owners is a binding to a role of the vault that has no subjects.
const owners = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: "{vault}", name: owners}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: []
`

func grantSchemes() []scheme {
	const rbac = ".rbac.authorization.k8s.io"
	const write, bind = "create rolebindings" + rbac, "bind clusterroles" + rbac + " cluster-admin"
	const writeAll, bindAll = "create clusterrolebindings" + rbac, "bind clusterroles" + rbac + " cluster-admin"
	return []scheme{
		{name: "a role bound in a namespace", hops: "R-01", held: []right{{"vault", write}, {"vault", bind}}, walk: bindSelf("cluster-admin"), near: []neighbour{
			{"another verb", may(1, "get clusterroles"+rbac+" cluster-admin")},
			{"another name", may(1, "bind clusterroles"+rbac+" view")},
			{"another kind of role", may(1, "bind roles"+rbac+" cluster-admin")},
			{"bind in another namespace", at(1, "ns")},
			{"bindings in another namespace", at(0, "ns")},
		}},
		{name: "a role bound in a namespace by a person", hops: "R-01", by: person, held: []right{{"vault", write}, {"", bind}}, walk: bindSelf("cluster-admin"), near: []neighbour{
			{"a role that reads no Secrets", func(s *scheme) { s.held[1].may, s.walk = "bind clusterroles"+rbac+" view", bindSelf("view") }},
		}},
		{name: "a role bound in the cluster", hops: "R-02", to: "cluster-admin", held: []right{{"", writeAll}, {"", bindAll}}, walk: bindSelfToAll, near: []neighbour{
			{"bind by a binding of one namespace", at(1, "ns")},
			{"bindings by a binding of one namespace", at(0, "ns")},
			{"another verb", may(1, "use clusterroles"+rbac+" cluster-admin")},
			{"another name", may(1, "bind clusterroles"+rbac+" view")},
		}},
		{name: "a subject added to a binding", hops: "R-03/R-01", open: "missing-data", objects: owners, held: []right{{"vault", "patch rolebindings" + rbac + " owners"}, {"vault", bind}}, walk: join, near: []neighbour{
			{"another binding", open("patch rolebindings"+rbac+" owner", "missing-data")},
			{"another role", may(1, "bind clusterroles"+rbac+" view")},
			{"another verb", may(0, "create rolebindings"+rbac+" owners")},
		}},
		{name: "a subject added to a binding of the cluster", hops: "R-03/R-02", open: "missing-data", to: "cluster-admin", objects: root, held: []right{{"", "patch clusterrolebindings" + rbac + " {ns}-root"}, {"", bind}}, walk: joinAll, near: []neighbour{
			{"another binding", open("patch clusterrolebindings"+rbac+" root", "missing-data")},
			{"bind by a binding of one namespace", at(1, "ns")},
		}},
		{name: "rules written into any role", hops: "R-04", held: []right{{"vault", "escalate,patch roles" + rbac}}, walk: widen, near: []neighbour{
			{"no right to escalate", may(0, "bind,patch roles"+rbac)},
			{"no right to patch", may(0, "escalate,get,delete roles"+rbac)},
		}},
		{name: "rules written into any role of the cluster", hops: "R-05", to: "cluster-admin", held: []right{{"", "escalate,patch clusterroles" + rbac}}, walk: widenAll, near: []neighbour{
			{"no right to escalate", may(0, "bind,patch clusterroles"+rbac)},
			{"a binding of one namespace", at(0, "ns")},
		}},
		{name: "a subject added to any binding", hops: "R-03/R-01", objects: owners, held: []right{{"vault", "patch rolebindings" + rbac}, {"vault", bind}}, walk: join, near: []neighbour{
			{"no right to bind", may(1, "use clusterroles"+rbac+" cluster-admin")},
		}},
		{name: "rules written into a role", hops: "R-04", open: "missing-data", held: []right{{"vault", "escalate,patch roles" + rbac + " held-0"}}, walk: widen, near: []neighbour{
			{"no right to escalate", may(0, "bind,patch roles"+rbac+" held-0")},
			{"another name", open("escalate,patch roles"+rbac+" reader", "missing-data")},
			{"new roles only, which nothing binds", func(s *scheme) { s.held[0].may, s.walk = "escalate,create roles"+rbac, createRole }},
			{"roles of the cluster", may(0, "escalate,patch clusterroles"+rbac+" held-0")},
		}},
		{name: "rules written into a role of the cluster", hops: "R-05", open: "missing-data", to: "cluster-admin", held: []right{{"", "escalate,patch clusterroles" + rbac + " {ns}-held-0"}}, walk: widenAll, near: []neighbour{
			{"no right to escalate", may(0, "bind,patch clusterroles"+rbac+" {ns}-held-0")},
			{"another name", open("escalate,patch clusterroles"+rbac+" held-0", "missing-data")},
			{"new roles only, which nothing binds", func(s *scheme) { s.held[0].may, s.walk = "escalate,create clusterroles"+rbac, createClusterRole }},
			{"a binding of one namespace", at(0, "ns")},
		}},
	}
}
