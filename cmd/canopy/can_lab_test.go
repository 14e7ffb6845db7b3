package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/rbac"
	"canopy/cmd/canopy/command"
	"canopy/cmd/canopy/output"
	"canopy/k8s/labtest"
	"canopy/model"
)

// ran is what a command line gave.
type ran struct {
	code     int
	out, err string
}

// runAs runs a command line in this process, as a user of a lab.
func runAs(t *testing.T, lab *labtest.Lab, user string, args ...string) ran {
	t.Helper()
	var out, told bytes.Buffer
	code := command.Run(t.Context(), append(args, "--kubeconfig", lab.Kubeconfig(user)), command.Streams{In: strings.NewReader(""), Out: &out, Err: &told})
	return ran{code, out.String(), told.String()}
}

// grantAll makes roles and bindings of every kind: for a group, in another namespace, by name, on URLs, of the cluster,
// gathered from another role, of a role that does not exist. Own is the namespace of the accounts, other the one in which
// most is granted.
func grantAll(t *testing.T, lab *labtest.Lab, own, other string) {
	t.Helper()
	client := lab.Client(labtest.Admin).RbacV1()
	meta := func(namespace, name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: namespace, Name: name}
	}
	keep := func(err error, undo func(context.Context) error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := undo(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	clusterRole := func(role *rbacv1.ClusterRole) {
		t.Helper()
		_, err := client.ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{})
		keep(err, func(ctx context.Context) error {
			return client.ClusterRoles().Delete(ctx, role.Name, metav1.DeleteOptions{})
		})
	}
	bindAll := func(name, role string, subjects ...rbacv1.Subject) {
		t.Helper()
		b := &rbacv1.ClusterRoleBinding{ObjectMeta: meta("", name), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}, Subjects: subjects}
		_, err := client.ClusterRoleBindings().Create(t.Context(), b, metav1.CreateOptions{})
		keep(err, func(ctx context.Context) error {
			return client.ClusterRoleBindings().Delete(ctx, name, metav1.DeleteOptions{})
		})
	}
	bind := func(namespace, name, kind, role string, subjects ...rbacv1.Subject) {
		t.Helper()
		b := &rbacv1.RoleBinding{ObjectMeta: meta(namespace, name), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: role}, Subjects: subjects}
		// They go with their namespace.
		if _, err := client.RoleBindings(namespace).Create(t.Context(), b, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	account := func(name string) rbacv1.Subject {
		return rbacv1.Subject{Kind: "ServiceAccount", Namespace: own, Name: name}
	}
	group := func(name string) rbacv1.Subject {
		return rbacv1.Subject{Kind: "Group", APIGroup: rbacv1.GroupName, Name: name}
	}
	user := func(name string) rbacv1.Subject {
		return rbacv1.Subject{Kind: "User", APIGroup: rbacv1.GroupName, Name: name}
	}
	role := &rbacv1.Role{ObjectMeta: meta(other, "exec"), Rules: []rbacv1.PolicyRule{
		{Verbs: []string{"get", "list"}, APIGroups: []string{""}, Resources: []string{"pods"}},
		{Verbs: []string{"create"}, APIGroups: []string{""}, Resources: []string{"pods/exec", "*/eviction", "pods/*"}},
	}}
	if _, err := client.Roles(other).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	bind(other, "exec", "Role", "exec", group("system:serviceaccounts:"+own))
	clusterRole(&rbacv1.ClusterRole{ObjectMeta: meta("", own+"-mixed"), Rules: []rbacv1.PolicyRule{
		{Verbs: []string{"get", "delete", "list"}, APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: []string{"db"}},
		{Verbs: []string{"get", "delete", "update"}, APIGroups: []string{""}, Resources: []string{"namespaces", "nodes"}},
		{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics", "/debug/*"}},
		{Verbs: []string{"*"}, APIGroups: []string{"apps"}, Resources: []string{"deployments"}},
	}})
	bind(other, "mixed", "ClusterRole", own+"-mixed", account("web"), user(own+"-alice"))
	bindAll(own+"-mixed", own+"-mixed", group(own+"-dev"))
	label := map[string]string{"test.example/" + own: "true"}
	clusterRole(&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: own + "-part", Labels: label}, Rules: []rbacv1.PolicyRule{
		{Verbs: []string{"watch"}, APIGroups: []string{"batch"}, Resources: []string{"jobs"}},
	}})
	clusterRole(&rbacv1.ClusterRole{ObjectMeta: meta("", own+"-whole"), AggregationRule: &rbacv1.AggregationRule{
		ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: label}},
	}})
	bindAll(own+"-whole", own+"-whole", account("default"))
	bind(other, "dangling", "Role", "gone", account("web"))
	for end := time.Now().Add(deadline); ; time.Sleep(50 * time.Millisecond) {
		whole, err := client.ClusterRoles().Get(t.Context(), own+"-whole", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(whole.Rules) > 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("nobody fills the role in")
		}
	}
}

// asked is one question, in the words of the command line and of the API server.
type asked struct {
	words      string
	attributes authorizationv1.ResourceAttributes
	url        string
}

func questions(other string) []asked {
	resource := func(words, verb, group, resource, sub, name, namespace string) asked {
		return asked{words: words, attributes: authorizationv1.ResourceAttributes{
			Verb: verb, Group: group, Resource: resource, Subresource: sub, Name: name, Namespace: namespace,
		}}
	}
	in := " -n " + other
	return []asked{
		resource("list po"+in, "list", "", "pods", "", "", other),
		resource("list pods", "list", "", "pods", "", "", ""),
		resource("create pods/exec"+in, "create", "", "pods", "exec", "", other),
		resource("create pods/exec p"+in, "create", "", "pods", "exec", "p", other),
		resource("create pods/eviction"+in, "create", "", "pods", "eviction", "", other),
		resource("create pods/attach"+in, "create", "", "pods", "attach", "", other),
		resource("create pods"+in, "create", "", "pods", "", "", other),
		resource("get secrets"+in, "get", "", "secrets", "", "", other),
		resource("get secrets db"+in, "get", "", "secrets", "", "db", other),
		resource("get secrets db", "get", "", "secrets", "", "db", ""),
		resource("get nodes", "get", "", "nodes", "", "", ""),
		resource("get nodes n1", "get", "", "nodes", "", "n1", ""),
		resource("get namespaces "+other, "get", "", "namespaces", "", other, other),
		resource("delete ns "+other, "delete", "", "namespaces", "", other, other),
		resource("update namespaces/status "+other, "update", "", "namespaces", "status", other, other),
		resource("get namespaces", "get", "", "namespaces", "", "", ""),
		resource("patch deploy"+in, "patch", "apps", "deployments", "", "", other),
		resource("patch deployments.apps/scale"+in, "patch", "apps", "deployments", "scale", "", other),
		resource("patch deployments.extensions"+in, "patch", "extensions", "deployments", "", "", other),
		resource("watch jobs"+in, "watch", "batch", "jobs", "", "", other),
		resource("watch jobs", "watch", "batch", "jobs", "", "", ""),
		resource("fly kites.example.com"+in, "fly", "example.com", "kites", "", "", other),
		{words: "get /metrics", url: "/metrics"},
		{words: "get /debug/pprof", url: "/debug/pprof"},
		{words: "get /healthz", url: "/healthz"},
		{words: "get /nothing", url: "/nothing"},
	}
}

// TestCanIsAuthorizer asks the command and the authorizer of a real API server the same questions.
func TestCanIsAuthorizer(t *testing.T) {
	lab := labtest.Shared(t)
	own, other := lab.Namespace(t), lab.Namespace(t)
	grantAll(t, lab, own, other)
	reviews := lab.Client(labtest.Admin).AuthorizationV1().SubjectAccessReviews()
	verdicts := map[bool]int{}
	for _, name := range []string{"sa:" + own + "/default", "sa:" + own + "/web", "user:" + own + "-alice", "user:" + own + "-nobody", "group:" + own + "-dev", "group:system:masters"} {
		subject, err := model.ParseSubject(name)
		if err != nil {
			t.Fatal(err)
		}
		user := rbac.UserOf(subject)
		for _, q := range questions(other) {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user.Name, Groups: user.Groups}}
			if q.url != "" {
				review.Spec.NonResourceAttributes = &authorizationv1.NonResourceAttributes{Path: q.url, Verb: "get"}
			} else {
				review.Spec.ResourceAttributes = &q.attributes
			}
			answer, err := reviews.Create(t.Context(), review, metav1.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			r := runAs(t, lab, labtest.Canopy, append([]string{"can", name, "-o", "json"}, strings.Fields(q.words)...)...)
			var got output.Answer
			if err := json.Unmarshal([]byte(r.out), &got); err != nil {
				t.Fatalf("can %s %s: %v: %s", name, q.words, err, r.err)
			}
			verdicts[answer.Status.Allowed]++
			want := map[bool]string{true: "yes", false: "no"}[answer.Status.Allowed]
			if got.Verdict != want || r.code != map[string]int{"yes": 0, "no": 1}[want] {
				t.Errorf("can %s %s: %s (exit status %d), and the server says %s: %s%s", name, q.words, got.Verdict, r.code, want, answer.Status.Reason, r.out)
			}
		}
	}
	if verdicts[true] < 30 || verdicts[false] < 30 {
		t.Errorf("%v", verdicts)
	}
	r := runAs(t, lab, labtest.Canopy, "can", "sa:"+own+"/default", "watch", "jobs", "-o", "json")
	var got output.Answer
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || len(got.Via) != 1 || got.Via[0].AggregatedFrom == nil || got.Via[0].AggregatedFrom.Name != own+"-part" || got.Via[0].RuleAt != nil {
		t.Errorf("%v: %s", err, r.out)
	}
	whoCan(t, lab, own, other)
}

// whoCan asks who may, and of what the server has and the built-in table has not.
func whoCan(t *testing.T, lab *labtest.Lab, own, other string) {
	t.Helper()
	r := runAs(t, lab, labtest.Canopy, "who-can", "create", "pods/exec", "-n", other, "--expand", "-o", "json")
	var h output.Holders
	if err := json.Unmarshal([]byte(r.out), &h); err != nil || r.code != 0 || !h.Complete {
		t.Fatalf("%v: exit status %d: %s%s", err, r.code, r.out, r.err)
	}
	i := slices.IndexFunc(h.Subjects, func(s output.Holder) bool { return s.Subject.String() == "sa:"+own+"/default" })
	if i < 0 || !slices.Equal(h.Subjects[i].Namespaces, []string{other}) || h.Subjects[i].Via[0].Match != "group:system:serviceaccounts:"+own {
		t.Errorf("%+v", h.Subjects)
	}
	r = runAs(t, lab, labtest.Canopy, "can", "user:"+own+"-alice", "-n", other)
	if r.code != 0 || !strings.Contains(r.out, "mixed → ClusterRole "+own+"-mixed") || strings.Contains(r.out, "/metrics") {
		t.Error(r)
	}
}

// TestCanOfOneNamespace asks as a user who may read one namespace: what was seen to be granted is yes, all else is unknown,
// since a binding of the cluster could grant it.
func TestCanOfOneNamespace(t *testing.T) {
	lab := labtest.Shared(t)
	other := lab.Namespace(t)
	client := lab.Client(labtest.Admin).RbacV1()
	name := "can-" + other
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"secrets"}}}}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects: []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: name}},
	}
	if _, err := client.Roles(labtest.TestNamespace).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.RoleBindings(labtest.TestNamespace).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, err := range []error{
			client.RoleBindings(labtest.TestNamespace).Delete(context.Background(), name, metav1.DeleteOptions{}),
			client.Roles(labtest.TestNamespace).Delete(context.Background(), name, metav1.DeleteOptions{}),
		} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	in := []string{"-n", labtest.TestNamespace}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{append([]string{"can", "user:" + name, "get", "secrets"}, in...), 0, "Role " + labtest.TestNamespace + "/" + name + " rule 0 (get secrets)"},
		{append([]string{"can", "user:" + name, "list", "secrets"}, in...), 3, "not every ClusterRoleBinding was seen: denied"},
		{append([]string{"can", "user:" + name, "get", "nodes"}, in...), 3, "not every ClusterRoleBinding was seen: denied"},
		{append([]string{"can", "user:" + name}, in...), 0, "there may be more: not every ClusterRoleBinding was seen: denied"},
		{append([]string{"can", "user:" + name, "--strict"}, in...), 3, "there may be more"},

		{append([]string{"can", "group:system:masters", "get", "nodes"}, in...), 0, "passes every authorizer"},
		{append([]string{"who-can", "get", "secrets"}, in...), 0, "user:" + name},
		{append([]string{"who-can", "get", "secrets", "--strict"}, in...), 3, "there may be more: not every ClusterRoleBinding was seen: denied"},
	} {
		r := runAs(t, lab, labtest.Namespaced, c.args...)
		if r.code != c.code || !strings.Contains(r.out, c.says) {
			t.Errorf("%v: exit status %d, want %d and %q: %s%s", c.args, r.code, c.code, c.says, r.out, r.err)
		}
	}
	// Somebody who may read nothing at all gets no answer.
	if r := runAs(t, lab, labtest.Nobody, "can", "user:x", "get", "secrets"); r.code != 2 || !strings.Contains(r.err, "nothing could be read") || r.out != "" {
		t.Errorf("%+v", r)
	}
}
