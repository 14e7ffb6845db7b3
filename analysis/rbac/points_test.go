package rbac

import (
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// The points of evaluation, by number.

func TestPoint01ResourcesAndSubresources(t *testing.T) {
	for rule, want := range map[string][2][]string{
		"create pods":                {{"create pods @shop"}, {"create pods/exec @shop", "create pod @shop", "create Pods @shop"}},
		"create pods/exec":           {{"create pods/exec @shop"}, {"create pods @shop", "create pods/attach @shop", "create nodes/exec @shop"}},
		"create pods/*":              {{}, {"create pods @shop", "create pods/exec @shop"}},
		"create */exec":              {{"create pods/exec @shop", "create nodes/exec @shop"}, {"create pods @shop", "create pods/attach @shop", "create exec @shop"}},
		"create *":                   {{"create pods @shop", "create pods/exec @shop", "create nodes/proxy @shop"}, {"create deployments.apps @shop", "get pods @shop"}},
		"create po*":                 {{}, {"create pods @shop"}},
		"create */*":                 {{}, {"create pods @shop", "create pods/exec @shop"}},
		"create pods/exec,pods/exec": {{"create pods/exec @shop"}, {"create pods @shop"}},
	} {
		b := newBench(t).complete()
		b.put(roleObject("ClusterRole/r", rule), bound("", "b", "ClusterRole/r", "User:alice"))
		b.check("user:alice", model.Yes, want[0]...)
		b.check("user:alice", model.No, want[1]...)
	}
}

func TestPoint02WildcardsCoverSpecialVerbs(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "* *.*"), bound("", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "escalate clusterroles.rbac.authorization.k8s.io admin", "bind roles.rbac.authorization.k8s.io @shop", "impersonate users root",
		"use securitycontextconstraints.security.openshift.io", "sign signers.certificates.k8s.io x", "approve signers.certificates.k8s.io x", "create pods/exec @shop")
	b.check("user:alice", model.No, "get /metrics")
}

func TestPoint03Groups(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get deployments,pods"), bound("", "b", "ClusterRole/r", "User:alice"),
		roleObject("ClusterRole/all", "get deployments.*"), bound("", "c", "ClusterRole/all", "User:bob"))
	b.check("user:alice", model.Yes, "get pods", "get deployments")
	b.check("user:alice", model.No, "get deployments.apps", "get pods.metrics.k8s.io")
	b.check("user:bob", model.Yes, "get deployments", "get deployments.apps", "get deployments.extensions")
}

func TestPoint04ResourceNames(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "* pods,pods/exec web,*"), bound("", "b", "ClusterRole/r", "User:alice"),
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "unnamed"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{""}, Resources: []string{"pods"}, ResourceNames: []string{""}}}},
		bound("", "c", "ClusterRole/unnamed", "User:bob"))
	b.check("user:alice", model.Yes, "get pods web @shop", "create pods/exec web @shop", "get pods * @shop", "list pods web @shop", "watch pods web @shop")
	b.check("user:alice", model.No, "get pods webs @shop", "get pods db @shop", "create pods @shop", "deletecollection pods @shop", "list pods @shop", "create pods/exec @shop", "get pods WEB @shop")
	// The name "" is that of requests that name nothing.
	b.check("user:bob", model.Yes, "create pods @shop", "list pods @shop", "deletecollection pods @shop")
	b.check("user:bob", model.No, "get pods web @shop", "delete pods web @shop")
	if got := b.a.Permissions(UserOf(model.Subject{Kind: model.UserSubject, Name: "bob"}), nil); len(got) != 1 || !got[0].Unnamed || got[0].Name != "" {
		t.Errorf("permissions of bob: %+v", got)
	}
}

func TestPoint05CreateByApplyNamesTheObject(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "create,patch pods web"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "patch pods web @shop", "create pods web @shop")
	b.check("user:alice", model.No, "create pods @shop", "create pods db @shop")
}

func TestPoint06URLs(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get /healthz,/logs/*,/me*"), bound("", "b", "ClusterRole/r", "User:alice"), bound("shop", "c", "ClusterRole/r", "User:bob"),
		roleObject("ClusterRole/all", "* URL*"), bound("", "d", "ClusterRole/all", "User:carol"))
	b.check("user:alice", model.Yes, "get /healthz", "get /logs/", "get /logs/kubelet/x", "get /metrics", "get /me")
	b.check("user:alice", model.No, "get /healthz/", "get /logs", "post /healthz", "get /", "get /Healthz")
	b.check("user:bob", model.No, "get /healthz", "get /logs/x", "get /healthz @shop")
	b.check("user:carol", model.Yes, "get /", "post /anything")
	b.check("user:carol", model.No, "get pods", "* *")
}

func TestPoint07ClusterRoleByRoleBinding(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get pods,nodes,persistentvolumes"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "get pods @shop")
	b.check("user:alice", model.No, "get pods @ops", "get pods", "get nodes", "get nodes n1", "get persistentvolumes pv")
	got := b.a.Permissions(UserOf(model.Subject{Kind: model.UserSubject, Name: "alice"}), NewDiscovery(stock.Resources()))
	if len(got) != 1 || got[0].Resource != "pods" {
		t.Errorf("permissions that have no effect are listed: %+v", got)
	}
}

func TestPoint08NamespaceItself(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "* namespaces,namespaces/status"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	d := NewDiscovery(stock.Resources())
	for _, tt := range []struct {
		words Words
		want  bool
	}{
		{Words{"get", "namespaces", "shop", ""}, true}, {Words{"delete", "ns", "shop", ""}, false}, // no short names
		{Words{"patch", "namespace", "shop", ""}, true}, {Words{"update", "namespaces/status", "shop", ""}, true},
		{Words{"get", "namespaces", "ops", ""}, false}, {Words{"get", "namespaces", "ops", "shop"}, false}, {Words{"list", "namespaces", "", ""}, false},
		{Words{"list", "namespaces", "shop", ""}, false}, {Words{"create", "namespaces", "", "shop"}, false},
	} {
		at, _, err := d.Request(tt.words)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.a.Allows(User{Name: "alice"}, &at); got != tt.want {
			t.Errorf("%+v as %+v: %v", tt.words, at, got)
		}
	}
	want := Permission{Verb: "*", Resource: "namespaces", Name: "shop", Namespace: "shop"}
	if got := b.a.Permissions(User{Name: "alice"}, d); len(got) != 2 || got[0].Permission != want {
		t.Errorf("permissions: %+v", got)
	}
}

func TestPoint09RoleRefKinds(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get pods"), roleObject("shop/Role/r", "get secrets"), roleObject("ops/Role/r", "get services"),
		bound("", "b", "Role/r", "User:alice"), bound("shop", "b", "Role/r", "User:bob"), bound("shop", "b2", "Other/r", "User:carol"), bound("ops", "b", "ClusterRole/r", "User:dave"))
	b.check("user:alice", model.No, "get pods", "get secrets @shop", "get services @ops")
	b.check("user:bob", model.Yes, "get secrets @shop")
	b.check("user:bob", model.No, "get pods @shop", "get services @shop", "get secrets @ops")
	b.check("user:carol", model.No, "get pods @shop", "get secrets @shop")
	b.check("user:dave", model.Yes, "get pods @ops")
	b.check("user:dave", model.No, "get services @ops")
	// What no API server holds must not pass for more.
	b.put(&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "r"}, Rules: []rbacv1.PolicyRule{policy("* *")}},
		&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "b"}, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "r"}, Subjects: subjects([]string{"User:eve"})})
	b.check("user:alice", model.No, "get pods", "get secrets")
	b.check("user:eve", model.No, "get pods", "get pods @shop")
}

func TestPoint10DanglingGrantsNothing(t *testing.T) {
	b := newBench(t).complete()
	b.put(bound("", "a", "ClusterRole/gone", "User:alice"), bound("shop", "a", "Role/gone", "User:alice"), roleObject("ClusterRole/r", "get pods"), bound("shop", "b", "ClusterRole/r", "User:alice"))
	b.check("user:alice", model.Yes, "get pods @shop")
	b.check("user:alice", model.No, "get secrets @shop")
	dangling := 0
	for one := range b.a.Bindings() {
		if !one.Exists {
			dangling++
		}
	}
	if dangling != 2 {
		t.Errorf("%d bindings without a role", dangling)
	}
	// Whoever makes the role arms the binding.
	b.put(roleObject("ClusterRole/gone", "get secrets"))
	b.check("user:alice", model.Yes, "get secrets @ops")
}

func TestPoint11Subjects(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/r", "get pods"),
		bound("", "a", "ClusterRole/r", "User:*", "Group:*", "ServiceAccount:lonely", "user:bob", "User:Carol"),
		bound("shop", "b", "ClusterRole/r", "ServiceAccount:web"),
		&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "odd"}, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "r"},
			Subjects: []rbacv1.Subject{{Kind: "User", APIGroup: "wrong", Name: "dave"}, {Kind: "ServiceAccount", APIGroup: "wrong", Namespace: "ops", Name: "job"}}})
	b.check("user:alice", model.No, "get pods", "get pods @shop")
	b.check("user:bob", model.No, "get pods")
	b.check("user:carol", model.No, "get pods")
	b.check("user:Carol", model.Yes, "get pods")
	b.check("sa:shop/lonely", model.No, "get pods", "get pods @shop")
	b.check("sa:shop/web", model.Yes, "get pods @shop")
	b.check("sa:shop/web", model.No, "get pods @ops")
	b.check("sa:ops/web", model.No, "get pods @shop", "get pods @ops")
	b.check("user:dave", model.Yes, "get pods")
	b.check("sa:ops/job", model.Yes, "get pods")
}

func TestPoint12AccountOfAnotherNamespace(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("shop/Role/r", "get pods"), bound("shop", "b", "Role/r", "ServiceAccount:ops/job"))
	b.check("sa:ops/job", model.Yes, "get pods @shop")
	b.check("sa:ops/job", model.No, "get pods @ops")
	b.check("sa:shop/job", model.No, "get pods @shop")
}
