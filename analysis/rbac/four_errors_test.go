package rbac

import (
	"slices"
	"testing"

	"canopy/model"
)

// The four errors of another program's RBAC view.

func TestSameRoleInTwoNamespaces(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get pods"), bound("shop", "b", "ClusterRole/r", "User:alice"), bound("ops", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "get pods @shop", "get pods @ops")
	b.check("user:alice", model.No, "get pods @data", "get pods")
	var in []string
	for _, g := range b.a.Permissions(UserOf(model.Subject{Kind: model.UserSubject, Name: "alice"}), nil) {
		in = append(in, g.Namespace)
	}
	if !slices.Equal(in, []string{"ops", "shop"}) {
		t.Errorf("permissions in %v", in)
	}
	if h := b.a.WhoCan(Attributes{Verb: "get", Resource: "pods", Namespace: "*"}); len(h) != 1 || !slices.Equal(h[0].Namespaces, []string{"ops", "shop"}) {
		t.Errorf("who can: %+v", h)
	}
}

func TestRoleOfAnotherNamespace(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("shop/Role/r", "get pods"), roleObject("ops/Role/r", "* *"), bound("shop", "b", "Role/r", "User:alice"))
	b.check("user:alice", model.Yes, "get pods @shop")
	b.check("user:alice", model.No, "delete pods @shop", "get secrets @shop", "get pods @ops", "delete pods @ops")
	if got := b.a.Permissions(UserOf(model.Subject{Kind: model.UserSubject, Name: "alice"}), nil); len(got) != 1 || got[0].Verb != "get" || got[0].Via[0].Role.Namespace != "shop" {
		t.Errorf("permissions: %+v", got)
	}
}

func TestNamedRuleIsNotForAll(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get secrets db"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "get secrets db @shop")
	b.check("user:alice", model.No, "get secrets @shop", "get secrets web @shop")
	got := b.a.Permissions(UserOf(model.Subject{Kind: model.UserSubject, Name: "alice"}), nil)
	if len(got) != 1 || got[0].Permission != (Permission{Verb: "get", Resource: "secrets", Name: "db", Namespace: "shop"}) {
		t.Errorf("permissions: %+v", got)
	}
}

func TestImplicitGroupsAndUserForm(t *testing.T) {
	for _, subject := range []string{"Group:system:serviceaccounts", "Group:system:serviceaccounts:shop", "Group:system:authenticated", "User:system:serviceaccount:shop:web", "ServiceAccount:shop/web"} {
		b := newBench(t).complete()
		b.put(roleObject("ClusterRole/r", "get pods"), bound("", "b", "ClusterRole/r", subject))
		b.check("sa:shop/web", model.Yes, "get pods @shop", "get pods @ops", "get pods")
		want := map[string]string{
			"Group:system:serviceaccounts": "group:system:serviceaccounts", "Group:system:serviceaccounts:shop": "group:system:serviceaccounts:shop",
			"Group:system:authenticated": "group:system:authenticated", "User:system:serviceaccount:shop:web": "user:system:serviceaccount:shop:web", "ServiceAccount:shop/web": "direct",
		}[subject]
		for _, who := range []string{"sa:shop/web", "user:system:serviceaccount:shop:web"} {
			s, err := model.ParseSubject(who)
			if err != nil {
				t.Fatal(err)
			}
			got := b.a.Permissions(UserOf(s), nil)
			if len(got) != 1 || len(got[0].Via) != 1 || got[0].Via[0].Match != want {
				t.Errorf("%s as %s: %+v", subject, who, got)
			}
		}
	}
}
