package privilege

import (
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// TestSeverities goes through what the package's documentation says of severities.
func TestSeverities(t *testing.T) {
	const info, low, medium, high, critical = model.Info, model.Low, model.Medium, model.High, model.Critical
	law := newCourt(t)
	secrets, pods, tokens, admin := rule("get,list", "secrets"), rule("create", "pods"), rule("create", "serviceaccounts/token"), rule("*", "*:*")
	named := rule("get", "secrets", "db")
	bindings, roles := rule("create", "rbac.authorization.k8s.io:rolebindings"), rule("bind", "rbac.authorization.k8s.io:clusterroles")
	someRoles := rule("bind", "rbac.authorization.k8s.io:clusterroles", "view")
	eve := user("eve")
	operator := these(wide("admin", admin), bindWide("admin", "admin", sa("shop", "operator")), account("shop", "operator"))
	operators := these(wide("admin", admin), bindWide("admin", "admin", group("system:serviceaccounts:shop")))
	everyone := these(wide("admin", admin), bindWide("admin", "admin", group("system:serviceaccounts")))
	abroad := these(wide("admin", admin), bindWide("admin", "admin", sa("ops", "operator")), account("ops", "operator"))
	restricted, open := namespace("shop", "restricted"), namespace("shop", "")
	for _, tt := range []struct {
		name    string
		rule    string
		rules   []rbacv1.PolicyRule
		cluster bool
		to      []rbacv1.Subject
		others  []runtime.Object
		want    model.Severity
	}{
		{"cluster-wide", "LP06", []rbacv1.PolicyRule{secrets}, true, nil, nil, high},
		{"in a namespace", "LP06", []rbacv1.PolicyRule{secrets}, false, nil, nil, medium},
		{"in a namespace with an account that holds the cluster, which reading does not become", "LP06", []rbacv1.PolicyRule{secrets}, false, nil, operator, medium},
		{"named objects", "LP06", []rbacv1.PolicyRule{named}, true, nil, nil, medium},
		{"named objects in a namespace", "LP06", []rbacv1.PolicyRule{named}, false, nil, nil, low},
		{"named objects and all", "LP06", []rbacv1.PolicyRule{named, secrets}, true, nil, nil, high},
		{"everybody", "LP06", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{group("system:authenticated")}, nil, critical},
		{"every account", "LP06", []rbacv1.PolicyRule{secrets}, false, []rbacv1.Subject{group("system:serviceaccounts")}, nil, high},
		{"strangers", "LP06", []rbacv1.PolicyRule{named}, false, []rbacv1.Subject{user("system:anonymous")}, nil, medium},
		{"every account of a namespace is no crowd", "LP06", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{group("system:serviceaccounts:shop")}, nil, high},
		{"the control plane", "LP06", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{user("system:kube-scheduler"), group("system:masters")}, nil, info},
		{"the control plane and somebody", "LP06", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{user("system:kube-scheduler"), eve}, nil, high},
		{"never milder than low", "LP17", []rbacv1.PolicyRule{rule("delete", "pods", "x")}, false, nil, nil, low},
		{"never worse than critical", "LP12", []rbacv1.PolicyRule{rule("get", "nodes/proxy")}, true, []rbacv1.Subject{group("system:authenticated")}, nil, critical},

		{"tokens where no account is strong", "LP13", []rbacv1.PolicyRule{tokens}, false, nil, abroad, medium},
		{"tokens where an account holds the cluster", "LP13", []rbacv1.PolicyRule{tokens}, false, nil, operator, high},
		{"tokens where all accounts of the namespace do", "LP13", []rbacv1.PolicyRule{tokens}, false, nil, operators, high},
		{"tokens where all accounts do", "LP13", []rbacv1.PolicyRule{tokens}, false, nil, everyone, high},
		{"tokens of named accounts there", "LP13", []rbacv1.PolicyRule{rule("create", "serviceaccounts/token", "web")}, false, nil, operator, low},
		{"tokens of the very account", "LP13", []rbacv1.PolicyRule{rule("create", "serviceaccounts/token", "operator")}, false, nil, operator, high},
		{"tokens of accounts of that name", "LP13", []rbacv1.PolicyRule{rule("create", "serviceaccounts/token", "operator")}, true, nil, abroad, high},
		{"tokens of accounts of that name elsewhere", "LP13", []rbacv1.PolicyRule{rule("create", "serviceaccounts/token", "operator")}, false, nil, abroad, low},
		{"tokens of a named one of all accounts that do", "LP13", []rbacv1.PolicyRule{rule("create", "serviceaccounts/token", "web")}, false, nil, everyone, high},
		{"tokens of a named one where a group of accounts does", "LP13", []rbacv1.PolicyRule{rule("create", "serviceaccounts/token", "web")}, true, nil, operators, high},
		{"impersonating the very account", "LP08", []rbacv1.PolicyRule{rule("impersonate", "serviceaccounts", "operator")}, false, nil, operator, critical},
		{"exec where an account holds the cluster", "LP09", []rbacv1.PolicyRule{rule("create", "pods/exec")}, false, nil, operator, high},
		{"exec where none does", "LP09", []rbacv1.PolicyRule{rule("create", "pods/exec")}, false, nil, abroad, medium},

		{"pods where privileged ones are refused", "LP07", []rbacv1.PolicyRule{pods}, false, nil, these(restricted), medium},
		{"pods where privileged ones are admitted", "LP07", []rbacv1.PolicyRule{pods}, false, nil, these(open), high},
		{"pods where an account holds the cluster", "LP07", []rbacv1.PolicyRule{pods}, false, nil, append(these(restricted), operator...), high},
		{"pods everywhere, whatever the level", "LP07", []rbacv1.PolicyRule{pods}, true, nil, these(restricted), high},

		{"bindings, and nothing is gained", "LP08", []rbacv1.PolicyRule{bindings}, true, nil, nil, high},
		{"bindings in a namespace, and nothing is gained", "LP08", []rbacv1.PolicyRule{bindings}, false, nil, operator, medium},
		{"bindings to any role", "LP08", []rbacv1.PolicyRule{bindings, roles}, true, nil, nil, critical},
		{"bindings to any role in a namespace", "LP08", []rbacv1.PolicyRule{bindings, roles}, false, nil, abroad, high},
		{"bindings to any role where an account holds the cluster", "LP08", []rbacv1.PolicyRule{bindings, roles}, false, nil, operator, critical},
		{"bindings to named roles", "LP08", []rbacv1.PolicyRule{bindings, someRoles}, true, nil, nil, high},

		{"all rights", "LP01", []rbacv1.PolicyRule{admin}, true, nil, nil, critical},
		{"all rights in a namespace, its label among them", "LP01", []rbacv1.PolicyRule{admin}, false, nil, these(restricted), critical},
		{"all rights where privileged pods are admitted", "LP01", []rbacv1.PolicyRule{admin}, false, nil, these(open), critical},
		{"all rights where an account holds the cluster", "LP01", []rbacv1.PolicyRule{admin}, false, nil, append(these(restricted), operator...), critical},
		{"all rights for the control plane", "LP01", []rbacv1.PolicyRule{admin}, true, []rbacv1.Subject{user("system:kube-scheduler")}, nil, info},

		{"system:masters", "LP02", []rbacv1.PolicyRule{named}, false, []rbacv1.Subject{group("system:masters")}, nil, critical},
		{"strangers, cluster-wide", "LP03", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{user("system:anonymous")}, nil, critical},
		{"strangers, in a namespace", "LP03", []rbacv1.PolicyRule{secrets}, false, []rbacv1.Subject{user("system:anonymous")}, nil, high},
		{"strangers, named objects", "LP03", []rbacv1.PolicyRule{named}, false, []rbacv1.Subject{group("system:unauthenticated")}, nil, medium},
		{"everybody, cluster-wide", "LP04", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{group("system:authenticated")}, nil, high},
		{"everybody, in a namespace", "LP04", []rbacv1.PolicyRule{secrets}, false, []rbacv1.Subject{group("system:authenticated")}, nil, medium},

		{"a missing account", "LP24", []rbacv1.PolicyRule{secrets}, true, []rbacv1.Subject{sa("shop", "lost")}, nil, medium},
		{"a missing role", "LP24", nil, true, nil, nil, low},
		{"a missing account and role", "LP24", nil, true, []rbacv1.Subject{sa("shop", "lost")}, nil, low},
	} {
		t.Run(tt.name, func(t *testing.T) {
			to := tt.to
			if to == nil {
				to = []rbacv1.Subject{eve}
			}
			b := law.again().complete("v1.37.2")
			if tt.rules != nil {
				b.put(wide("r", tt.rules...))
			}
			object := "ClusterRoleBinding/b"
			if tt.cluster {
				b.put(bindWide("b", "r", to...))
			} else {
				b.put(bind("shop", "b", "ClusterRole", "r", to...))
				object = "shop/RoleBinding/b"
			}
			// What decides comes last, so that it has to be told.
			b.put(namespace("shop", "restricted")).put(tt.others...)
			if f := b.find(tt.rule, object); f == nil || f.Severity != tt.want {
				t.Errorf("want %s %s:\n%s", tt.rule, tt.want, b.text())
			}
		})
	}
}

// TestWildcardSeverities holds how bad a wildcard is by how its role is bound.
func TestWildcardSeverities(t *testing.T) {
	law := newCourt(t)
	for _, tt := range []struct {
		name   string
		rule   rbacv1.PolicyRule
		others []runtime.Object
		want   string
	}{
		{"bound by nothing", rule("*", "pods"), nil, "low"},
		{"bound in a namespace", rule("*", "pods"), these(bind("shop", "b", "ClusterRole", "r", user("eve"))), "medium"},
		{"bound everywhere", rule("*", "pods"), these(bind("shop", "b", "ClusterRole", "r", user("eve")), bindWide("b", "r", user("eve"))), "high"},
		{"all of it, bound by nothing", rule("*", "*:*"), nil, "low"},
		{"all of it, bound", rule("*", "*:*"), these(bindWide("b", "r", user("eve"))), "none"},
		{"on URLs", rbacv1.PolicyRule{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}, these(bindWide("b", "r", user("eve"))), "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := law.again().complete("v1.37.2").put(wide("r", tt.rule)).put(tt.others...)
			got := "none"
			if f := b.find("LP05", "ClusterRole/r"); f != nil {
				got = f.Severity.String()
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if b.drop(tt.others...); b.find("LP05", "ClusterRole/r") == nil == (tt.name != "on URLs") {
				t.Errorf("once nothing binds it: %v", b.short())
			}
		})
	}
}
