package engine

import (
	"strings"
	"testing"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
)

func TestAbout(t *testing.T) {
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "x"}
	account := func(namespace, name string) rbacv1.Subject {
		return rbacv1.Subject{Kind: "ServiceAccount", Namespace: namespace, Name: name}
	}
	group := func(name string) rbacv1.Subject { return rbacv1.Subject{Kind: "Group", Name: name} }
	edit := rbacv1.RoleRef{Kind: "ClusterRole", Name: "edit"}
	binding := func(subjects ...rbacv1.Subject) *rbacv1.RoleBinding {
		return &rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: edit}
	}
	rules := func(rules ...rbacv1.PolicyRule) *rbacv1.Role { return &rbacv1.Role{ObjectMeta: meta, Rules: rules} }
	rule := func(verbs, groups, resources string, names ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{Verbs: strings.Split(verbs, " "), APIGroups: strings.Split(groups, " "), Resources: strings.Split(resources, " "), ResourceNames: names}
	}
	policy := func(spec networkingv1.NetworkPolicySpec) *networkingv1.NetworkPolicy {
		return &networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: spec}
	}
	postgres := metav1.LabelSelector{MatchLabels: map[string]string{"app": "postgres"}}
	port := intstr.FromInt32(5432)
	for _, c := range []struct {
		object apiruntime.Object
		gone   bool
		want   string
	}{
		{binding(account("ci", "runner")), false, "sa:ci/runner → ClusterRole/edit"},
		{binding(account("ci", "runner")), true, "sa:ci/runner → ClusterRole/edit"},
		{binding(account("", "runner")), false, "sa:shop/runner → ClusterRole/edit"},
		{binding(), false, "nobody → ClusterRole/edit"},
		{binding(account("a", "a"), account("b", "b"), account("c", "c"), rbacv1.Subject{Kind: "User", Name: "eve"}, group("dev"), group("system:authenticated")), false,
			"group:system:authenticated, group:dev, sa:a/a and 3 more → ClusterRole/edit"},
		{&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Subjects: []rbacv1.Subject{group("dev")}, RoleRef: edit}, false, "group:dev → ClusterRole/edit"},
		{rules(), false, "no rules"},
		{rules(rule("get list", "", "pods")), false, "get, list pods"},
		{rules(rule("get list watch", "", "pods services configmaps"), rule("get", "", "secrets"), rule("create", "", "pods/exec")), false, "create pods/exec, and 2 more rules"},
		{rules(rule("get", "", "secrets", "db"), rule("get", "", "pods")), false, "get pods, and 1 more rule"},
		{rules(rule("get", "", "secrets", "db")), false, "get secrets named db"},
		{rules(rule("*", "*", "*")), false, "any verb on any resource"},
		{rules(rule("get", "", "*")), false, "get any resource of the core"},
		{rules(rule("get", "apps ", "*")), false, "get any resource of apps, the core"},
		{rules(rule("get", "metrics.k8s.io", "pods")), false, "get pods of metrics.k8s.io"},
		{rules(rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}}), false, "get /metrics"},
		{&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "x"}, AggregationRule: &rbacv1.AggregationRule{}}, false, "joins the rules of other roles"},
		{policy(networkingv1.NetworkPolicySpec{PodSelector: postgres}), false, "isolates app=postgres: nothing in"},
		{policy(networkingv1.NetworkPolicySpec{PodSelector: postgres}), true, "was: isolates app=postgres: nothing in"},
		{policy(networkingv1.NetworkPolicySpec{Ingress: []networkingv1.NetworkPolicyIngressRule{{}}}), false, "selects every pod: anything in"},
		{policy(networkingv1.NetworkPolicySpec{PodSelector: postgres, Ingress: []networkingv1.NetworkPolicyIngressRule{{}},
			Egress: []networkingv1.NetworkPolicyEgressRule{{Ports: []networkingv1.NetworkPolicyPort{{Port: &port}}}}}), false, "isolates app=postgres: anything in, 1 rule out"},
		{policy(networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{"Egress"}, PodSelector: metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "tier", Operator: metav1.LabelSelectorOpIn, Values: []string{"a", "b"}}, {Key: "old", Operator: metav1.LabelSelectorOpDoesNotExist}}}}), false,
			"isolates tier in (a, b), !old: nothing out"},
		{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x"}}, false, "no Pod Security label"},
		{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x", Labels: map[string]string{podSecurity + "warn": "restricted", podSecurity + "audit": "restricted", podSecurity + "enforce": "baseline", "a": "b"}}}, false,
			"enforce baseline, audit restricted, warn restricted"},
		{&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}, false, "ClusterIP, ports 80"},
		{&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{ClusterIP: "None"}}, false, "ClusterIP without address"},
		{&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: "LoadBalancer", ExternalIPs: []string{"192.0.2.1"}, Ports: []corev1.ServicePort{
			{Port: 80, NodePort: 30080}, {Port: 53, Protocol: "UDP"}, {Port: 3}, {Port: 4}}}}, false, "LoadBalancer, ports 80:30080, 53/UDP, 3 and 1 more, external IPs 192.0.2.1"},
		{&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: "ExternalName", ExternalName: "evil.example"}}, false, "ExternalName evil.example"},
		{&corev1.Secret{ObjectMeta: meta, Type: "kubernetes.io/service-account-token", Data: map[string][]byte{"token": []byte("hunter2")}}, false, "type kubernetes.io/service-account-token"},
		{&corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"a": "hunter2"}}, false, ""},
		{deployment("x:1", 1, false), false, ""},
	} {
		got := strings.Join(about(made(t, c.object), c.gone), ", ")
		if got != c.want {
			t.Errorf("%T: %q, want %q", c.object, got, c.want)
		}
	}
}

func TestServiceWords(t *testing.T) {
	service := func(ip string, ports ...int32) *corev1.ServiceSpec {
		s := &corev1.ServiceSpec{Type: "NodePort"}
		for _, p := range ports {
			s.Ports = append(s.Ports, corev1.ServicePort{Port: p})
		}
		if ip != "" {
			s.ExternalIPs = []string{ip}
		}
		return s
	}
	other := service("", 80)
	other.Selector = map[string]string{"app": "other"}
	sticky := service("", 80)
	sticky.SessionAffinity = "ClientIP"
	for _, c := range []struct {
		before, after *corev1.ServiceSpec
		want          string
	}{
		{service("", 80), service("", 80), ""},
		{service("", 80), service("", 80, 443), "ports 80 → ports 80, 443"},
		{service("", 80), service("192.0.2.1", 80), "external IPs 192.0.2.1 added"},
		{service("192.0.2.1", 80), service("", 80), "external IPs 192.0.2.1 removed"},
		{service("", 80), other, "selector changed"},
		{service("", 80), sticky, "changed"},
	} {
		if got := strings.Join(serviceWords(c.before, c.after), ", "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestDetailIsBounded makes objects with texts that are as long as somebody likes.
func TestDetailIsBounded(t *testing.T) {
	long := strings.Repeat("é", 5000)
	meta := metav1.ObjectMeta{Namespace: "shop", Name: "x"}
	var subjects []rbacv1.Subject
	var many []string
	for range 100 {
		subjects = append(subjects, rbacv1.Subject{Kind: long, Name: long, Namespace: long})
		many = append(many, long)
	}
	s := newScene(t)
	s.settle()
	s.put(
		&rbacv1.RoleBinding{ObjectMeta: meta, Subjects: subjects, RoleRef: rbacv1.RoleRef{Kind: long, Name: long}},
		&rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{Verbs: many, APIGroups: many, Resources: many, ResourceNames: many}}},
		&networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: networkingv1.NetworkPolicySpec{PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{long: long},
			MatchExpressions: []metav1.LabelSelectorRequirement{{Key: long, Operator: "In", Values: many}}}}},
		&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: corev1.ServiceType(long), ExternalIPs: many}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x", Labels: map[string]string{podSecurity + long: long}}},
		&corev1.Secret{ObjectMeta: meta, Type: corev1.SecretType(long)},
	)
	s.publish()
	edits := s.engine.Report().Edits
	if len(edits) != 6 {
		t.Fatalf("%d edits", len(edits))
	}
	for _, e := range edits {
		if e.Verb != model.EditCreated || e.Detail == "" || len(e.Detail) > 3*longestWords+10 || !utf8.ValidString(e.Detail) {
			t.Errorf("%s: %d bytes: %q", e.Object.Kind, len(e.Detail), e.Detail)
		}
	}
}
