package rbac_test

import (
	"slices"
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view/viewtest"
)

// TestFourErrorsOfOthers holds what a well-known tool gets wrong in its own view of RBAC (internal/dao/rbac_policy.go and
// internal/dao/rbac.go of k9s v0.51.0).
func TestFourErrorsOfOthers(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Apply(viewtest.Objects(t, []byte(`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: by-user-name, namespace: a-namespace-with-a-name-of-forty-letters}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "system:serviceaccount:shop:default"}]
`))...)
	s := on(session, t, 160, 40)
	for _, c := range []struct {
		name, subject string
		has, lacks    []string
	}{
		{
			"one role in two namespaces is held in both", "group:dev",
			[]string{"pods | get list watch | data, shop", "deployments.apps | get list watch | data, shop"}, nil,
		},
		{
			"a Role of the same name in another namespace grants nothing", "sa:shop/web",
			[]string{"deployments.apps | get list watch create update patch | shop"}, []string{"secrets | * | data", "secrets | * | shop"},
		},
		{
			"resource names limit a rule", "sa:shop/web",
			[]string{"secrets named web-tls | get | shop"}, []string{"secrets | get | shop"},
		},
		{
			"an account is in the groups of all accounts", "sa:data/default",
			[]string{"pods/exec | create | data", "selfsubjectreviews.authentication.k8s.io | create | all"}, nil,
		},
		{
			"an account may be bound by its user name", "sa:shop/default",
			[]string{"deployments.apps | get list watch | a-namespace-with-a-name-of-forty-letters"}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			s.reveal(c.subject)
			got := s.rights()
			for _, want := range c.has {
				if !slices.Contains(got, want) {
					t.Errorf("%s lacks %q in\n%s", c.subject, want, strings.Join(got, "\n"))
				}
			}
			for _, not := range c.lacks {
				if slices.Contains(got, not) {
					t.Errorf("%s has %q", c.subject, not)
				}
			}
		})
	}
	s.t = t
	s.reveal("sa:shop/default")
	s.press(keys.Open)
	s.has("as a user")
	// Both bindings of the one role are listed, each with its own namespace.
	s.reveal("group:dev")
	s.press(keys.Open)
	if rows := strings.Join(s.rows()[:2], " "); !strings.Contains(rows, "data/readers") || !strings.Contains(rows, "shop/readers") {
		t.Errorf("the bindings begin with %q", rows)
	}
}

// TestRoleOfTheSameName holds that a ClusterRole and Roles of one name are told apart.
func TestRoleOfTheSameName(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Apply(viewtest.Objects(t, []byte(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: deployer}
rules: [{apiGroups: [""], resources: [nodes], verbs: [list]}]
`))...)
	s := on(session, t, 160, 40)
	s.reveal("sa:shop/web")
	if got := s.rights(); slices.ContainsFunc(got, func(r string) bool { return strings.HasPrefix(r, "nodes") }) {
		t.Errorf("the ClusterRole grants: %q", got)
	}
	// And a RoleBinding grants nothing on what belongs to the cluster.
	session.Apply(viewtest.Objects(t, []byte(`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: no-nodes, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deployer}
subjects: [{kind: ServiceAccount, name: web}]
`))...)
	s.refresh()
	if got := s.rights(); slices.ContainsFunc(got, func(r string) bool { return strings.HasPrefix(r, "nodes") }) {
		t.Errorf("the RoleBinding grants: %q", got)
	}
}
