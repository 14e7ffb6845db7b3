package rbac_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/k8s/labtest"
	"canopy/model"
)

// request is an HTTP request, and the questions that it is made of: all must be allowed.
type request struct {
	method, path, body string
	words              []rbac.Words
}

func requests() []request {
	ask := func(verb, resource, name, namespace string) rbac.Words {
		return rbac.Words{Verb: verb, Resource: resource, Name: name, Namespace: namespace}
	}
	const maps = "/api/v1/namespaces/blue/configmaps"
	const object = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s"}}`
	return []request{
		{"GET", maps + "/there", "", []rbac.Words{ask("get", "configmaps", "there", "blue")}},
		{"GET", maps, "", []rbac.Words{ask("list", "configmaps", "", "blue")}},
		{"GET", "/api/v1/configmaps", "", []rbac.Words{ask("list", "configmaps", "", "")}},
		{"GET", maps + "?fieldSelector=metadata.name%3Dthere", "", []rbac.Words{ask("list", "configmaps", "there", "blue")}},
		{"GET", maps + "?watch=1&timeoutSeconds=1", "", []rbac.Words{ask("watch", "configmaps", "", "blue")}},
		{"GET", maps + "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dthere", "", []rbac.Words{ask("watch", "configmaps", "there", "blue")}},
		{"POST", maps + "?dryRun=All", fmt.Sprintf(object, "there"), []rbac.Words{ask("create", "configmaps", "", "blue")}},
		{"PUT", maps + "/there?dryRun=All", fmt.Sprintf(object, "there"), []rbac.Words{ask("update", "configmap", "there", "blue")}},
		{"PATCH", maps + "/there?dryRun=All", "{}", []rbac.Words{ask("patch", "ConfigMap", "there", "blue")}},
		{"APPLY", maps + "/fresh?dryRun=All&fieldManager=test", fmt.Sprintf(object, "fresh"), []rbac.Words{ask("patch", "configmaps", "fresh", "blue"), ask("create", "configmaps", "fresh", "blue")}},
		{"DELETE", maps + "/there?dryRun=All", "", []rbac.Words{ask("delete", "configmaps", "there", "blue")}},
		{"DELETE", maps + "?dryRun=All", "", []rbac.Words{ask("deletecollection", "configmaps", "", "blue")}},
		{"DELETE", maps + "?dryRun=All&fieldSelector=metadata.name%3Dthere", "", []rbac.Words{ask("deletecollection", "configmaps", "there", "blue")}},
		{"GET", "/api/v1/namespaces/blue", "", []rbac.Words{ask("get", "namespaces", "blue", "")}},
		{"GET", "/api/v1/namespaces/green", "", []rbac.Words{ask("get", "namespace", "green", "")}},
		{"GET", "/api/v1/namespaces/blue/status", "", []rbac.Words{ask("get", "namespaces/status", "blue", "")}},
		{"PATCH", "/api/v1/namespaces/blue?dryRun=All", "{}", []rbac.Words{ask("patch", "namespaces", "blue", "blue")}},
		{"GET", "/api/v1/namespaces", "", []rbac.Words{ask("list", "namespaces", "", "blue")}},
		{"GET", "/api/v1/namespaces?fieldSelector=metadata.name%3Dblue", "", []rbac.Words{ask("list", "namespaces", "blue", "")}},
		{"GET", "/api/v1/namespaces?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dblue", "", []rbac.Words{ask("watch", "namespaces", "blue", "")}},
		{"GET", "/api/v1/nodes", "", []rbac.Words{ask("list", "nodes", "", "blue")}},
		{"GET", "/api/v1/nodes/none", "", []rbac.Words{ask("get", "nodes", "none", "")}},
		{"POST", "/api/v1/namespaces/blue/serviceaccounts/none/token", `{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest"}`, []rbac.Words{ask("create", "serviceaccounts/token", "none", "blue")}},
		{"GET", "/api/v1/namespaces/blue/pods/none/log", "", []rbac.Words{ask("get", "pods/log", "none", "blue")}},
		{"POST", "/api/v1/namespaces/blue/pods/none/eviction", `{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"none"}}`, []rbac.Words{ask("create", "pods/eviction", "none", "blue")}},
		{"GET", "/apis/apps/v1/namespaces/blue/deployments/none/scale", "", []rbac.Words{ask("get", "deployments.apps/scale", "none", "blue")}},
		{"GET", "/metrics", "", []rbac.Words{ask("get", "/metrics", "", "")}},
		{"GET", "/readyz/ping", "", []rbac.Words{ask("get", "/readyz/ping", "", "")}},
		{"POST", "/readyz", "{}", []rbac.Words{ask("post", "/readyz", "", "blue")}},
		{"GET", "/apis/apps", "", []rbac.Words{ask("get", "/apis/apps", "", "")}},
	}
}

// TestRequestsAgainstAPIServer makes real requests as users with random rights, and compares what is forbidden with what we
// say to the words for them.
func TestRequestsAgainstAPIServer(t *testing.T) {
	s := newServer(t)
	m := &maker{rand.New(rand.NewPCG(4, 4))}
	if _, err := s.client.CoreV1().ConfigMaps("blue").Create(t.Context(), &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "there"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var users []string
	for i := range 40 {
		user := fmt.Sprint("user-", i)
		users = append(users, user)
		for j := range 1 + m.IntN(3) {
			rule := rbacv1.PolicyRule{Verbs: m.some(4, "*", "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "post"), APIGroups: m.some(2, "", "", "apps", "*"),
				Resources: m.some(4, "*", "configmaps", "configmaps", "namespaces", "namespaces/status", "nodes", "serviceaccounts/token", "pods/log", "*/eviction", "deployments/scale", "pods/*")}
			if m.IntN(3) == 0 {
				rule.ResourceNames = m.some(3, "there", "fresh", "blue", "none", "")
			}
			if m.IntN(5) == 0 {
				rule = rbacv1.PolicyRule{Verbs: m.some(2, "get", "post", "*"), NonResourceURLs: m.some(2, "/metrics", "/readyz/*", "/readyz*", "*", "/apis/*")}
			}
			name := fmt.Sprint(user, "-", j)
			s.put(&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: []rbacv1.PolicyRule{rule}})
			role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name}
			who := []rbacv1.Subject{{Kind: "User", Name: user}}
			if namespace := m.pick("", "blue", "blue", "green"); namespace == "" {
				s.put(&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, RoleRef: role, Subjects: who})
			} else {
				s.put(&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, RoleRef: role, Subjects: who})
			}
		}
	}
	s.settle()
	s.sync()
	d := rbac.NewDiscovery(stock.Resources())
	made, allowed := 0, 0
	for _, user := range users {
		subject := model.Subject{Kind: model.UserSubject, Name: user}
		for _, q := range requests() {
			want := true
			for _, w := range q.words {
				at, _, err := d.Request(w)
				if err != nil {
					t.Fatal(err)
				}
				want = want && s.analyser.Allows(rbac.UserOf(subject), &at)
			}
			got := s.do(user, &q)
			if got != want {
				t.Errorf("%s: %s %s: the server allows it: %v, we say %v of %q", user, q.method, q.path, got, want, q.words)
			}
			if made++; got {
				allowed++
			}
		}
	}
	t.Logf("%d requests, %d allowed", made, allowed)
	if allowed < made/10 || allowed > made*9/10 {
		t.Errorf("the requests are lopsided: %d of %d allowed", allowed, made)
	}
}

// do makes a request as a user and tells whether it was not forbidden.
func (s *server) do(user string, q *request) bool {
	s.t.Helper()
	config := rest.CopyConfig(s.config)
	config.Impersonate.UserName = user
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		s.t.Fatal(err)
	}
	method, contentType := q.method, "application/json"
	switch method {
	case "PATCH":
		contentType = "application/merge-patch+json"
	case "APPLY":
		method, contentType = "PATCH", "application/apply-patch+yaml"
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, config.Host+q.path, strings.NewReader(q.body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 500 {
		body, _ := io.ReadAll(answer.Body)
		s.t.Fatalf("%s %s: %s: %s", q.method, q.path, answer.Status, body)
	}
	return answer.StatusCode != http.StatusForbidden
}

// TestGroupsAgainstAPIServer compares the groups that an identity is always in with what authenticators say.
func TestGroupsAgainstAPIServer(t *testing.T) {
	lab := labtest.Private(t)
	namespace, admin := lab.Namespace(t), lab.Client(labtest.Admin)
	who := func(config *rest.Config) authenticationv1.UserInfo {
		review, err := kubernetes.NewForConfigOrDie(config).AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return review.Status.UserInfo
	}
	bearer := func(token string) *rest.Config {
		config := rest.AnonymousClientConfig(lab.Config(labtest.Admin))
		config.BearerToken = token
		return config
	}
	token, err := admin.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CoreV1().Secrets("kube-system").Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "bootstrap-token-labrbc"}, Type: corev1.SecretTypeBootstrapToken,
		StringData: map[string]string{"token-id": "labrbc", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true"},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var bootstrap *rest.Config
	(&server{t: t}).until("the bootstrap token", func() bool {
		bootstrap = bearer("labrbc.0123456789abcdef")
		_, err := kubernetes.NewForConfigOrDie(bootstrap).AuthenticationV1().SelfSubjectReviews().Create(t.Context(), &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		return err == nil
	})
	for subject, config := range map[model.Subject]*rest.Config{
		{Kind: model.AccountSubject, Namespace: namespace, Name: "default"}: bearer(token.Status.Token),
		{Kind: model.UserSubject, Name: "system:bootstrap:labrbc"}:          bootstrap,
		{Kind: model.UserSubject, Name: "nobody"}:                           lab.Config(labtest.Nobody),
	} {
		got, want := who(config), rbac.UserOf(subject)
		slices.Sort(got.Groups)
		slices.Sort(want.Groups)
		if got.Username != want.Name || !slices.Equal(got.Groups, want.Groups) {
			t.Errorf("%s is %s in %v to the server, %s in %v to us", subject, got.Username, got.Groups, want.Name, want.Groups)
		}
	}
}
