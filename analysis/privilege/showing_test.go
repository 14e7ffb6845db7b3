package privilege

import (
	"fmt"
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

func accountOf(namespace, name string) model.Subject {
	return model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name}
}

func userOf(name string) model.Subject { return model.Subject{Kind: model.UserSubject, Name: name} }
func groupCalled(name string) model.Subject {
	return model.Subject{Kind: model.GroupSubject, Name: name}
}

// TestMatch holds who is among the subjects of a binding, and by which of them.
func TestMatch(t *testing.T) {
	b := newCourt(t).complete("v1.37.2")
	b.put(bind("shop", "b", "ClusterRole", "r", user("eve"), sa("", "near"), group("system:serviceaccounts"), user("system:serviceaccount:shop:web"), group("system:serviceaccounts:ops"), group("system:nodes"), group("system:authenticated"), sa("shop", "web")))
	b.put(bindWide("b", "r", rbacv1.Subject{Kind: "ServiceAccount", Name: "web"}, group("dev")))
	for _, tt := range []struct {
		binding model.Ref
		who     model.Subject
		match   string
		index   int
	}{
		{nearRef, userOf("eve"), "direct", 0},
		{nearRef, accountOf("shop", "near"), "direct", 1},
		{nearRef, accountOf("shop", "web"), "direct", 3},
		{nearRef, accountOf("shop", "other"), "group:system:serviceaccounts", 2},
		{nearRef, accountOf("ops", "near"), "group:system:serviceaccounts:ops", 4},
		{nearRef, userOf("system:node:n1"), "group:system:nodes", 5},
		{nearRef, userOf("bob"), "group:system:authenticated", 6},
		{nearRef, groupCalled("system:serviceaccounts:x"), "group:system:serviceaccounts", 2},
		{nearRef, groupCalled("dev"), "group:system:authenticated", 6},
		{nearRef, userOf("system:anonymous"), "", -1},
		{wideRef, groupCalled("dev"), "direct", 1},
		{wideRef, accountOf("", "web"), "", -1},
		{wideRef, userOf("eve"), "", -1},
		{model.KindByName("RoleBinding").Ref("shop", "none"), userOf("eve"), "", -1},
	} {
		if match, index := b.a.Match(b.access, tt.binding, tt.who); match != tt.match || index != tt.index {
			t.Errorf("%s in %s: %q %d, want %q %d", tt.who, tt.binding, match, index, tt.match, tt.index)
		}
	}
}

// TestShown holds what proves an opening to somebody: rules, roleRef, subject.
func TestShown(t *testing.T) {
	b := newCourt(t).complete("v1.37.2")
	b.put(
		wide("r", rule("get", "pods"), rule("create,delete", "secrets,pods/exec"), rule("create", "serviceaccounts"), rule("list", "secrets")),
		bind("shop", "b", "ClusterRole", "r", user("eve"), group("system:serviceaccounts:shop")),
		wide("q", rule("get", "pods,secrets")), bind("shop", "q", "ClusterRole", "q", user("eve")),
		wide("t", rule("create", "secrets")), bind("shop", "t", "ClusterRole", "t", user("eve"), user("bob")),
		wide("all", rule("*", "*:*")), bindWide("b", "all", user("root")),
		wide("c", rule("create", "rbac.authorization.k8s.io:rolebindings")), bind("ops", "c", "ClusterRole", "c", user("eve")),
	)
	at := func(namespace, name string) model.Ref { return model.KindByName("RoleBinding").Ref(namespace, name) }
	for _, tt := range []struct {
		binding model.Ref
		edge    string
		to      model.Subject
		want    []string
	}{
		{nearRef, "W-07", userOf("eve"), []string{"ClusterRole/r rules[1] create pods/exec (W-07)", "shop/RoleBinding/b roleRef.name r", "shop/RoleBinding/b subjects[0] user:eve"}},
		{nearRef, "W-07", accountOf("shop", "web"), []string{"ClusterRole/r rules[1] create pods/exec (W-07)", "shop/RoleBinding/b roleRef.name r", "shop/RoleBinding/b subjects[1] group:system:serviceaccounts:shop"}},
		{nearRef, "W-07", accountOf("ops", "web"), nil},
		{nearRef, "W-08", userOf("eve"), nil},
		{nearRef, "X-99", userOf("eve"), nil},
		{nearRef, "I-06", userOf("eve"), []string{"ClusterRole/r rules[2] create serviceaccounts (I-06)", "shop/RoleBinding/b roleRef.name r", "shop/RoleBinding/b subjects[0] user:eve"}},
		{nearRef, "S-03", userOf("eve"), []string{"ClusterRole/r rules[1] create secrets (S-03)", "ClusterRole/r rules[3] list secrets (S-03)", "shop/RoleBinding/b roleRef.name r", "shop/RoleBinding/b subjects[0] user:eve"}},
		{at("shop", "t"), "S-03", userOf("eve"), []string{"ClusterRole/t rules[0] create secrets (S-03)", "ClusterRole/r rules[3] list secrets (S-03)", "shop/RoleBinding/b roleRef.name r",
			"shop/RoleBinding/t roleRef.name t", "shop/RoleBinding/t subjects[0] user:eve"}},
		{at("shop", "t"), "S-03", userOf("bob"), nil},
		{nearRef, "", userOf("eve"), nil},
		{wideRef, "", userOf("root"), []string{"ClusterRole/all rules[0] * *", "ClusterRoleBinding/b roleRef.name all", "ClusterRoleBinding/b subjects[0] user:root"}},
		{wideRef, "I-06", userOf("root"), []string{"ClusterRole/all rules[0] * * (I-06)", "ClusterRoleBinding/b roleRef.name all", "ClusterRoleBinding/b subjects[0] user:root"}},
		{at("ops", "c"), "R-01", userOf("eve"), nil},
		{at("ops", "none"), "R-01", userOf("eve"), nil},
	} {
		var got []string
		for _, e := range b.a.Shown(b.access, tt.binding, tt.edge, tt.to) {
			got = append(got, fmt.Sprint(e.Object, " ", e.Path, " ", e.Value))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %s to %s:\ngot  %q\nwant %q", tt.binding, tt.edge, tt.to, got, tt.want)
		}
	}
}

// TestStock holds which bindings are as Kubernetes ships them, and their roles too.
func TestStock(t *testing.T) {
	b := shipped(newCourt(t), 37, true)
	for ref := range b.a.bindings {
		if !b.a.Stock(b.access, ref) {
			t.Errorf("%s is stock", ref)
		}
	}
	admin, basic := model.KindByName("ClusterRoleBinding").Ref("", "cluster-admin"), model.KindByName("ClusterRoleBinding").Ref("", "system:basic-user")
	b.put(bindWide("cluster-admin", "cluster-admin", group("system:masters"), user("eve")))
	b.put(wide("system:basic-user", rule("*", "*:*")))
	b.put(bindWide("mine", "cluster-admin", group("system:masters")))
	for _, ref := range []model.Ref{admin, basic, model.KindByName("ClusterRoleBinding").Ref("", "mine"), model.KindByName("ClusterRoleBinding").Ref("", "none")} {
		if b.a.Stock(b.access, ref) {
			t.Errorf("%s is not stock", ref)
		}
	}
	// A stock binding opens what it opens.
	b = shipped(newCourt(t), 37, true)
	if _, all := b.a.Openings(b.access, admin); !all {
		t.Error("cluster-admin is not all")
	}
	if b.agrees(); b.openings(model.KindByName("ClusterRoleBinding").Ref("", "system:controller:replicaset-controller")) == nil {
		t.Error("a controller makes no pods")
	}
}

// TestCreators holds who can make any account of a place, and which accounts nobody has to make.
func TestCreators(t *testing.T) {
	for _, tt := range []struct {
		rule rbacv1.PolicyRule
		who  []rbacv1.Subject
		want bool
	}{
		{rule("create", "serviceaccounts"), []rbacv1.Subject{user("eve")}, true},
		{rule("*", "*:*"), []rbacv1.Subject{user("eve")}, true},
		{rule("create", "serviceaccounts"), nil, false},
		{rule("create", "serviceaccounts/token"), []rbacv1.Subject{user("eve")}, false},
		{rule("patch", "serviceaccounts"), []rbacv1.Subject{user("eve")}, false},
		{rule("create", "apps:serviceaccounts"), []rbacv1.Subject{user("eve")}, false},
		{rule("create,patch", "serviceaccounts", "web"), []rbacv1.Subject{user("eve")}, false},
	} {
		b := newCourt(t).complete("v1.37.2").put(wide("r", tt.rule), bind("shop", "b", "ClusterRole", "r", tt.who...))
		if got := b.a.Creators(b.access, nearRef); got != tt.want {
			t.Errorf("%v to %v: %t", tt.rule, tt.who, got)
		}
	}
	b := newCourt(t).complete("v1.37.2")
	for s, want := range map[model.Subject]bool{accountOf("shop", "default"): true, accountOf("kube-system", "replicaset-controller"): true, accountOf("shop", "web"): false, userOf("default"): false, userOf("system:kube-scheduler"): false} {
		if b.a.Own(s) != want {
			t.Errorf("%s: %t", s, !want)
		}
	}
}
