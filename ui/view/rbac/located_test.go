package rbac_test

import (
	"testing"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

// files is a session on files: it knows where everything is written.
type files struct{ *viewtest.Session }

func (files) Locate(r model.Ref, path string) (string, int, bool) {
	lines := map[string]int{"subjects[0]": 9, "roleRef": 5, "rules[1]": 17}
	line, ok := lines[path]
	return r.Name + ".yaml", line, ok
}

// TestEveryGrantNamesItsLines holds that a grant says in which file and line its parts stand.
func TestEveryGrantNamesItsLines(t *testing.T) {
	session := viewtest.Cluster(t)
	look := shared(session)
	look.Session = files{session}
	web := model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}
	s := show(session, t, look, rbac.NewGrants(look, &rbac.Keeper{}, view.Place{Screen: view.Grants, Subject: web, Query: "secrets named web-tls -n shop"}), 140, 60)
	s.has("subjects[0]: sa:shop/web", "deployer.yaml:9", "deployer.yaml:5", "rules[1] of Role shop/deployer", "deployer.yaml:17", "get secrets named web-tls", "it says that it is managed by Helm")
	w := show(session, t, look, rbac.NewWhoCan(look, &rbac.Keeper{}, "get secrets web-tls -n shop"), 140, 60)
	w.run(w.Screen.(view.Filtered).SetFilter("shop/web"))
	w.has("deployer.yaml:9", "deployer.yaml:17")
}

// TestAggregation holds that a rule names the role from which an aggregated one has it.
func TestAggregation(t *testing.T) {
	session := viewtest.Cluster(t)
	objects := func(filled string) string {
		return `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: part, labels: {team: a}}
rules: [{apiGroups: [""], resources: [services], verbs: [delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {team: a}}]}
rules: ` + filled + `
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: whole, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: whole}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: bob}]
`
	}
	look := shared(session)
	bob := model.Subject{Kind: model.UserSubject, Name: "bob"}
	for filled, want := range map[string][]string{
		"[]": {"rules[0] of ClusterRole part", "no controller has filled it in"},
		`[{apiGroups: [""], resources: [services], verbs: [delete]}]`: {"rules[0] of ClusterRole whole", "this one comes from ClusterRole part"},
	} {
		session.Apply(viewtest.Objects(t, []byte(objects(filled)))...)
		s := show(session, t, look, rbac.NewGrants(look, &rbac.Keeper{}, view.Place{Screen: view.Grants, Subject: bob, Query: "services -n shop"}), 200, 60)
		s.has(append(want, "ClusterRole whole", "RoleBinding shop/whole")...)
	}
}
