package rbac

import (
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

func TestPoint13ImplicitGroups(t *testing.T) {
	for who, want := range map[string][]string{
		"sa:shop/web":                   {"system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"},
		"user:alice":                    {"system:authenticated"},
		"user:system:anonymous":         {"system:unauthenticated"},
		"user:system:node:n1":           {"system:nodes", "system:authenticated"},
		"user:system:bootstrap:abcdef":  {"system:bootstrappers", "system:authenticated"},
		"group:system:unauthenticated":  {"system:unauthenticated"},
		"group:dev":                     {"dev", "system:authenticated"},
		"group:system:serviceaccounts":  {"system:serviceaccounts", "system:authenticated"},
		"group:system:serviceaccounts:": {"system:serviceaccounts:", "system:serviceaccounts", "system:authenticated"},
		"group:system:authenticated":    {"system:authenticated"},
		"user:system:serviceaccount::x": {"system:authenticated"}, // names no account
	} {
		s, err := model.ParseSubject(who)
		if err != nil {
			t.Fatal(err)
		}
		if got := UserOf(s).Groups; !slices.Equal(got, want) {
			t.Errorf("%s is in %v, want %v", who, got, want)
		}
	}
}

func TestPoint14Masters(t *testing.T) {
	b := newBench(t)
	b.check("group:system:masters", model.Yes, "get pods", "* *", "delete /anything", "educate dolphins @sea")
	if got := b.a.Can(b.c, User{"root", []string{Masters}}, question("get pods"), Provider{}); got.Reason != byMasters || len(got.Via) != 0 {
		t.Errorf("without any binding: %+v", got)
	}
}

func TestPoint15Aggregation(t *testing.T) {
	b := newBench(t).complete()
	part := func(name, label, rule string) *rbacv1.ClusterRole {
		return clusterRole(name, map[string]string{"to": label}, policy(rule))
	}
	b.put(part("p2", "sum", "get secrets"), part("p1", "sum", "get pods"), part("p3", "sum", "get pods"), part("other", "no", "get nodes"),
		aggregate("sum", map[string]string{"to": "sum"}, map[string]string{"to": "sum"}), bound("", "b", "ClusterRole/sum", "User:alice"))
	b.check("user:alice", model.Yes, "get pods", "get secrets")
	b.check("user:alice", model.No, "get nodes")
	rules, _ := b.a.Rules(model.KindByName("ClusterRole").Ref("", "sum"))
	if len(rules) != 2 || rules[0].Role.Name != "p1" || rules[1].Role.Name != "p2" {
		t.Errorf("the union is %v", rules)
	}
	// What a controller has filled in counts as it stands, whatever the parts are.
	filled := aggregate("sum", nil, map[string]string{"to": "sum"})
	filled.Rules = []rbacv1.PolicyRule{policy("get pods"), policy("get configmaps")}
	b.put(filled)
	b.check("user:alice", model.Yes, "get pods", "get configmaps")
	b.check("user:alice", model.No, "get secrets")
	got := b.a.Can(b.c, User{Name: "alice"}, question("get pods"), Provider{})
	if len(got.Via) != 1 || got.Via[0].AggregatedFrom == nil || got.Via[0].AggregatedFrom.Name != "p1" || got.Via[0].Computed || got.Via[0].RuleObject().Name != "sum" {
		t.Errorf("origin: %+v", got.Via)
	}
	if got := b.a.Can(b.c, User{Name: "alice"}, question("get configmaps"), Provider{}); got.Via[0].AggregatedFrom != nil {
		t.Errorf("nobody has that rule: %+v", got.Via)
	}
	// A selector without requirements takes all; with one that cannot be read among them a role takes nothing.
	all := aggregate("all", nil, nil)
	all.AggregationRule.ClusterRoleSelectors = []metav1.LabelSelector{{}}
	bad := aggregate("bad", nil, nil)
	bad.AggregationRule.ClusterRoleSelectors = []metav1.LabelSelector{{MatchLabels: map[string]string{"to": "sum"}}, {MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "to", Operator: "Odd"}}}}
	b.put(all, bad, bound("", "c", "ClusterRole/all", "User:bob"), bound("", "d", "ClusterRole/bad", "User:carol"))
	b.check("user:bob", model.Yes, "get nodes", "get secrets", "get configmaps")
	b.check("user:carol", model.No, "get pods")
}

func TestPoint16OriginOfWhatAggregationAdds(t *testing.T) {
	b := newBench(t).complete()
	edit := aggregate("edit", map[string]string{"to": "admin"}, map[string]string{"to": "edit"})
	edit.Rules = []rbacv1.PolicyRule{policy("get pods"), policy("* widgets.example.com")}
	admin := aggregate("admin", nil, map[string]string{"to": "admin"})
	admin.Rules = edit.Rules
	b.put(edit, admin, clusterRole("stock", map[string]string{"to": "edit"}, policy("get pods")),
		clusterRole("widgets", map[string]string{"to": "edit"}, policy("* widgets.example.com")), bound("shop", "b", "ClusterRole/admin", "User:alice"))
	got := b.a.Can(b.c, User{Name: "alice"}, question("delete widgets.example.com @shop"), Provider{})
	if len(got.Via) != 1 || got.Via[0].Role.Name != "admin" || got.Via[0].AggregatedFrom == nil || got.Via[0].AggregatedFrom.Name != "widgets" {
		t.Errorf("origin of what was added: %+v", got.Via)
	}
}

func TestPoint17DuplicatesAndOrder(t *testing.T) {
	rules := []string{"get pods", "get,get pods,pods", "* *", "get pods web"}
	var want []Granted
	for i := range rules {
		turned := slices.Concat(rules[i:], rules[:i], rules[:1])
		b := newBench(t).complete()
		b.put(roleObject("ClusterRole/r", turned...), bound("", "b", "ClusterRole/r", "User:alice", "User:alice", "Group:system:authenticated"))
		got := b.a.Permissions(UserOf(model.Subject{Kind: model.UserSubject, Name: "alice"}), nil)
		for j := range got {
			got[j].Via = nil
		}
		if want == nil {
			want = got
		}
		if !slices.EqualFunc(got, want, func(x, y Granted) bool { return x.Permission == y.Permission }) || len(got) != 3 {
			t.Errorf("turned by %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestPoint18BindIsOfANamespace(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "bind clusterroles.rbac.authorization.k8s.io view"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	// The check of a RoleBinding in shop that names the ClusterRole view asks in shop, that of a ClusterRoleBinding in none.
	b.check("user:alice", model.Yes, "bind clusterroles.rbac.authorization.k8s.io view @shop")
	b.check("user:alice", model.No, "bind clusterroles.rbac.authorization.k8s.io admin @shop", "bind clusterroles.rbac.authorization.k8s.io view @ops", "bind clusterroles.rbac.authorization.k8s.io view")
}

func TestPoint22ImpersonationIsOfTheCluster(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "impersonate users,groups,serviceaccounts,userextras.authentication.k8s.io/scopes"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	d := NewDiscovery(stock.Resources())
	var have []string
	for _, g := range b.a.Permissions(User{Name: "alice"}, d) {
		have = append(have, g.Group+"/"+g.Resource)
	}
	// The rule names each resource in both groups.
	if want := []string{"/serviceaccounts", "/userextras/scopes", "authentication.k8s.io/serviceaccounts"}; !slices.Equal(have, want) {
		t.Errorf("effective in a namespace: %v, want %v", have, want)
	}
	for _, words := range []Words{{"impersonate", "users", "root", "shop"}, {"impersonate", "userextras/scopes", "x", "shop"}} {
		at, warnings, err := d.Request(words)
		if err != nil || len(warnings) != 1 || b.a.Allows(User{Name: "alice"}, &at) {
			t.Errorf("%v: asked as %+v, %v, %v", words, at, warnings, err)
		}
	}
	b.check("user:alice", model.Yes, "impersonate serviceaccounts web @shop")
}

func TestPoint23NodesAreDecidedElsewhere(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get pods"), bound("", "b", "ClusterRole/r", "Group:system:nodes"))
	b.check("user:system:node:n1", model.Yes, "get pods")
	for _, who := range []string{"user:system:node:n1", "group:system:nodes"} {
		s, _ := model.ParseSubject(who)
		if got := b.a.Can(b.c, UserOf(s), question("get secrets db @shop"), Provider{}); got.Verdict != model.Unknown || got.Reason != nodeDecides {
			t.Errorf("%s: %+v", who, got)
		}
	}
}

func TestPoint24OtherAuthorizers(t *testing.T) {
	eks := Provider{"EKS", "an EKS access entry"}
	b := newBench(t).complete()
	for who, want := range map[string]model.Verdict{
		"user:alice": model.Unknown, "group:dev": model.Unknown, "sa:shop/web": model.No, "group:system:serviceaccounts": model.No,
		"group:system:serviceaccounts:shop": model.No, "user:system:anonymous": model.No, "group:system:authenticated": model.Unknown,
	} {
		s, _ := model.ParseSubject(who)
		if got := b.a.Can(b.c, UserOf(s), question("get pods @shop"), eks); got.Verdict != want {
			t.Errorf("%s on EKS: %+v", who, got)
		}
	}
	if ok, reason := b.a.Everyone(b.c, "shop", eks); ok || !strings.HasPrefix(reason, eks.Authorizer) {
		t.Errorf("who can on EKS is complete: %v %q", ok, reason)
	}
}

func TestPoint26WordsAreExact(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "GET pods", "educate dolphins.sea"), bound("", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.No, "get pods", "get PODS")
	b.check("user:alice", model.Yes, "GET pods", "educate dolphins.sea")
	_, warnings, err := NewDiscovery(stock.Resources()).Request(Words{Verb: "educate", Resource: "dolphins.sea"})
	if err != nil || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "no such resource: dolphins.sea") {
		t.Errorf("%v, %v", warnings, err)
	}
}

func TestPoint28UnknownWhereDenied(t *testing.T) {
	type cover struct {
		kind, namespace string
		state           model.CoverState
	}
	objects := []runtime.Object{roleObject("ClusterRole/r", "get pods"), bound("shop", "b", "ClusterRole/r", "User:alice"), bound("shop", "c", "Role/r", "User:bob"), bound("", "d", "ClusterRole/x", "User:carol"),
		aggregate("sum", nil, map[string]string{"to": "sum"}), bound("", "e", "ClusterRole/sum", "User:dave")}
	for _, tt := range []struct {
		name           string
		cover          []cover
		who, ask       string
		want           model.Verdict
		reason         string
		whole, somebod bool
	}{
		{"all was seen", nil, "user:alice", "get secrets @shop", model.No, rbacOnly + groupsHidden, true, true},
		{"what grants was seen", []cover{{"ClusterRoleBinding", "", model.Denied}}, "user:alice", "get pods @shop", model.Yes, "", false, false},
		{"ClusterRoleBindings denied", []cover{{"ClusterRoleBinding", "", model.Denied}}, "user:alice", "get secrets @shop", model.Unknown, "not every ClusterRoleBinding was seen: denied", false, false},
		{"RoleBindings denied", []cover{{"RoleBinding", "", model.Denied}}, "user:alice", "get secrets @shop", model.Unknown, "not every RoleBinding of namespace shop was seen: denied", false, false},
		{"RoleBindings do not matter outside namespaces", []cover{{"RoleBinding", "", model.Denied}}, "user:alice", "get nodes", model.No, rbacOnly + groupsHidden, false, true},
		{"nor for URLs", []cover{{"RoleBinding", "", model.Denied}}, "user:alice", "get /metrics @shop", model.No, rbacOnly + groupsHidden, false, true},
		{"denied but in one namespace", []cover{{"RoleBinding", "", model.Denied}, {"RoleBinding", "shop", model.Complete}}, "user:alice", "get secrets @shop", model.No, rbacOnly + groupsHidden, false, true},
		{"denied in one namespace", []cover{{"RoleBinding", "ops", model.Partial}}, "user:alice", "get secrets @ops", model.Unknown, "not every RoleBinding of namespace ops was seen: partial", true, false},
		{"denied in another", []cover{{"RoleBinding", "ops", model.Partial}}, "user:alice", "get secrets @shop", model.No, rbacOnly + groupsHidden, true, true},
		{"a Role that was not seen", []cover{{"Role", "", model.Denied}}, "user:bob", "get secrets @shop", model.Unknown, "Role r, bound by shop/RoleBinding/c, was not seen: denied", false, false},
		{"seen in its namespace", []cover{{"Role", "", model.Denied}, {"Role", "shop", model.Complete}}, "user:bob", "get secrets @shop", model.No, rbacOnly + groupsHidden, true, true},
		{"a Role of another namespace", []cover{{"Role", "", model.Denied}}, "user:bob", "get secrets @ops", model.No, rbacOnly + groupsHidden, false, true},
		{"a ClusterRole that was not seen", []cover{{"ClusterRole", "", model.Absent}}, "user:carol", "get secrets @shop", model.Unknown, "ClusterRole x, bound by ClusterRoleBinding/d, was not seen: absent", false, false},
		{"ClusterRoles that nothing speaks of", []cover{{"ClusterRole", "", model.Absent}}, "user:erin", "get secrets @shop", model.No, rbacOnly + groupsHidden, true, false},
		{"parts that were not seen", []cover{{"ClusterRole", "", model.Partial}}, "user:dave", "get secrets @shop", model.Unknown,
			"ClusterRole sum, bound by ClusterRoleBinding/e, gathers the rules of others, and not every ClusterRole was seen: partial", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t).complete()
			for _, c := range tt.cover {
				b.c.Cover(model.Coverage{Kind: model.KindByName(c.kind).GroupKind(), Namespace: c.namespace, State: c.state})
			}
			b.put(objects...)
			s, _ := model.ParseSubject(tt.who)
			at := question(tt.ask)
			if got := b.a.Can(b.c, UserOf(s), at, Provider{}); got.Verdict != tt.want || got.Reason != tt.reason {
				t.Errorf("%s %q", got.Verdict, got.Reason)
			}
			if whole, why := b.a.Complete(b.c, UserOf(s), Provider{}); whole != tt.whole {
				t.Errorf("all of it is complete: %v %q", whole, why)
			}
			if whole, why := b.a.Everyone(b.c, at.place(), Provider{}); whole != tt.somebod {
				t.Errorf("of everyone it is complete: %v %q", whole, why)
			}
		})
	}
}

func TestPoint30DeletingABindingActsAtOnce(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get pods"), bound("", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "get pods")
	b.apply(model.Drop(model.KindByName("ClusterRole").Ref("", "r")))
	b.check("user:alice", model.No, "get pods")
	b.put(roleObject("ClusterRole/r", "get secrets"))
	b.check("user:alice", model.Yes, "get secrets")
	b.apply(model.Drop(model.KindByName("ClusterRoleBinding").Ref("", "b")))
	b.check("user:alice", model.No, "get secrets")
}
