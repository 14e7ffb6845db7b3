package privilege

import (
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// TestNeedsOfTwoBindings holds that what a subject holds by several bindings counts together: where they meet, through groups
// too, and as the fault of the binding that meets the first need.
func TestNeedsOfTwoBindings(t *testing.T) {
	const rbacGroup, certificates = "rbac.authorization.k8s.io:", "certificates.k8s.io:"
	law := newCourt(t)
	web, everyone, neighbours, authenticated := sa("shop", "web"), group("system:serviceaccounts"), group("system:serviceaccounts:shop"), group("system:authenticated")
	role := wide
	create, get := role("first", rule("create", "secrets")), role("second", rule("get", "secrets"))
	in := func(role string, s ...rbacv1.Subject) *rbacv1.RoleBinding {
		return bind("shop", role, "ClusterRole", role, s...)
	}
	all := func(role string, s ...rbacv1.Subject) *rbacv1.ClusterRoleBinding { return bindWide(role, role, s...) }
	for _, tt := range []struct {
		name    string
		edge    string
		objects []runtime.Object
		// at is the binding that has the edge, with the evidence of another; "" where nobody has it.
		at    string
		named bool
	}{
		{"S-03, both in the namespace", "S-03", these(create, get, in("first", web), in("second", web)), "shop/RoleBinding/first", false},
		{"S-03, both cluster-wide", "S-03", these(create, get, all("first", web), all("second", web)), "ClusterRoleBinding/first", false},
		{"S-03, the first cluster-wide: they meet in the namespace", "S-03", these(create, get, all("first", web), in("second", web)), "shop/RoleBinding/second", false},
		{"S-03, the second cluster-wide", "S-03", these(create, get, in("first", web), all("second", web)), "shop/RoleBinding/first", false},
		{"S-03, the first by a group", "S-03", these(create, get, in("first", neighbours), in("second", web)), "shop/RoleBinding/second", false},
		{"S-03, the second by a group", "S-03", these(create, get, in("first", web), in("second", neighbours)), "shop/RoleBinding/first", false},
		{"S-03, the second by the group of all accounts", "S-03", these(create, get, in("first", web), in("second", everyone)), "shop/RoleBinding/first", false},
		{"S-03, the second by all who have a token, everywhere", "S-03", these(create, get, in("first", web), all("second", authenticated)), "shop/RoleBinding/first", false},
		{"S-03, a group that is in a group", "S-03", these(create, get, in("first", neighbours), in("second", everyone)), "shop/RoleBinding/first", false},
		{"S-03, as an account and as a user", "S-03", these(create, get, in("first", web), in("second", user("system:serviceaccount:shop:web"))), "shop/RoleBinding/first", false},
		{"S-03, the other only by name", "S-03", these(create, role("second", rule("get", "secrets", "db")), in("first", web), in("second", web)), "shop/RoleBinding/first", true},
		{"S-03, two subjects", "S-03", these(create, get, in("first", web), in("second", user("eve"))), "", false},
		{"S-03, a group of another namespace", "S-03", these(create, get, in("first", web), in("second", group("system:serviceaccounts:ops"))), "", false},
		{"S-03, another namespace", "S-03", these(create, get, in("first", web), bind("ops", "second", "ClusterRole", "second", web)), "", false},
		{"S-03, a group that the authenticator alone knows", "S-03", these(create, get, in("first", user("eve")), in("second", group("dev"))), "", false},
		{"R-01", "R-01", these(role("first", rule("create", rbacGroup+"rolebindings")), role("second", rule("bind", rbacGroup+"clusterroles")), in("first", web), in("second", web)), "shop/RoleBinding/first", false},
		{"R-02, bind cluster-wide", "R-02", these(role("first", rule("create", rbacGroup+"clusterrolebindings")), role("second", rule("bind", rbacGroup+"clusterroles")), all("first", web), all("second", everyone)), "ClusterRoleBinding/first", false},
		{"R-02, bind of named roles and of all", "R-02", these(role("first", rule("create", rbacGroup+"clusterrolebindings"), rule("bind", rbacGroup+"clusterroles", "view")), role("second", rule("bind", rbacGroup+"clusterroles")),
			all("first", web), all("second", web)), "ClusterRoleBinding/first", false},
		{"A-01, three bindings", "A-01", these(role("first", rule("update", certificates+"certificatesigningrequests/approval")), role("second", rule("create", certificates+"certificatesigningrequests")),
			role("third", rule("approve", certificates+"signers", "kubernetes.io/*")), all("first", web), all("second", authenticated), all("third", neighbours)), "ClusterRoleBinding/first", false},
		{"A-01, the third in a namespace", "A-01", these(role("first", rule("update", certificates+"certificatesigningrequests/approval")), role("second", rule("create", certificates+"certificatesigningrequests")),
			role("third", rule("approve", certificates+"signers", "kubernetes.io/*")), all("first", web), all("second", authenticated), in("third", web)), "", false},
		{"N-05, nodes everywhere and pods in a namespace", "N-05", these(role("first", rule("patch", "nodes")), role("second", rule("delete", "pods")), all("first", web), in("second", web)), "shop/RoleBinding/second", false},
		{"N-05, nodes in a namespace", "N-05", these(role("first", rule("patch", "nodes")), role("second", rule("delete", "pods")), in("first", web), all("second", web)), "", false},
		{"A-12, the volume everywhere", "A-12", these(role("first", rule("create", "persistentvolumes")), role("second", rule("create", "persistentvolumeclaims"), rule("create", "pods")), all("first", web), in("second", web)), "shop/RoleBinding/second", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// In the order of the list, and the other way round: each binding may be the one that completes it.
			for _, turned := range []bool{false, true} {
				b := law.again().complete("v1.37.2")
				objects := slices.Clone(tt.objects)
				if turned {
					slices.Reverse(objects)
				}
				for _, o := range objects {
					b.put(o)
				}
				b.checkEdge(tt.edge, tt.at, tt.named)
				// The edge goes with each of them.
				for _, o := range tt.objects {
					if tt.at == "" || tt.edge == "R-02" {
						break
					}
					b.drop(o)
					b.checkEdge(tt.edge, "", false)
					b.put(o)
					b.checkEdge(tt.edge, tt.at, tt.named)
				}
			}
		})
	}
}

// checkEdge holds that one binding alone has an edge for good, or for named objects, with evidence of others, or that none has.
func (b *court) checkEdge(edge, at string, byName bool) {
	b.t.Helper()
	found := ""
	for ref, have := range b.a.bindings {
		if have.reading == nil {
			continue
		}
		for i := range have.reading.open {
			o := &have.reading.open[i]
			if b.a.table.edges[o.edge].ID != edge || !o.without(limited) || len(o.with) == 0 {
				continue
			}
			if found != "" {
				b.t.Errorf("%s is at %s too", edge, ref)
			}
			if found = ref.String(); o.whole() == byName {
				b.t.Errorf("%s is for all objects: %t", edge, o.whole())
			}
			f := b.find(b.a.table.edges[o.edge].Rule, found)
			if f == nil || !slices.ContainsFunc(f.Proof.Evidence(), func(e model.Evidence) bool { return e.Object == o.with[0].binding && e.Path == "roleRef.name" }) {
				b.t.Errorf("no evidence of the other binding:\n%s", b.text())
			}
		}
	}
	if found != at {
		b.t.Errorf("%s is at %q, want %q:\n%s", edge, found, at, b.text())
	}
}
