package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/k8s/capture"
	"canopy/k8s/labtest"
	"canopy/k8s/live"
	"canopy/model"
)

// cell is what one source lets one rule say: the state of the rule with a part of its reason, and the same of the finding
// that was planted; "none" where nobody may speak of it.
type cell struct{ rule, why, finding, because string }

// planted names the object on which a rule was planted, for TestSourcesAndRisks.
func planted(rule string) string {
	switch rule {
	case "PS26":
		return "PS26//Namespace//" + labtest.TestNamespace
	case "LP06":
		return "LP06/rbac.authorization.k8s.io/RoleBinding/" + labtest.TestNamespace + "/matrix"
	}
	return rule + "/apps/Deployment/" + labtest.TestNamespace + "/matrix"
}

// TestSourcesAndRisks is the table of what each kind of source can say of each kind of risk: the posture of workloads, of
// namespaces, of accounts, and of what RBAC grants. What was not seen is never clean, and what is loading is not counted.
func TestSourcesAndRisks(t *testing.T) {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	admin := lab.Client(labtest.Admin)
	plantMatrix(t, admin)
	yes := cell{"yes", "", "yes", ""}
	for _, c := range []struct {
		source                       string
		open                         func(t *testing.T) model.Source
		loading                      string // the kind that never comes
		ps01, ps26, lp21, lp22, lp06 cell
	}{
		{"live", liveAs(lab, labtest.Canopy), "", yes, yes, yes, yes, yes},
		{"live, no bindings yet", held(lab, "/clusterrolebindings"), "ClusterRoleBinding", yes, yes,
			cell{"loading", "loading ClusterRoleBinding", "loading", "loading ClusterRoleBinding"},
			cell{"loading", "loading ClusterRoleBinding", "loading", "loading ClusterRoleBinding"},
			cell{"loading", "loading ClusterRoleBinding", "loading", "loading ClusterRoleBinding"}},
		{"live, no pods yet", held(lab, "/pods"), "Pod",
			cell{"loading", "loading Pod", "loading", "loading Pod"}, cell{"loading", "loading Pod", "loading", "loading Pod"},
			cell{"loading", "loading Pod", "loading", "loading Pod"}, cell{"loading", "loading Pod", "loading", "loading Pod"}, yes},
		{"live, one namespace", liveAs(lab, labtest.Namespaced), "",
			cell{"depends", "Pod denied: listing pods in all namespaces is not permitted; -n", "yes", ""},
			cell{"depends", "Namespace denied: listing namespaces is not permitted", "yes", ""},
			cell{"unknown", "ClusterRole denied: ", "yes", ""},
			cell{"unknown", "ClusterRoleBinding denied: ", "unknown", "not every ClusterRoleBinding was seen: denied"},
			cell{"unknown", "ClusterRole denied: ", "yes", ""}},
		{"live, nothing", liveAs(lab, labtest.Nobody), "",
			cell{"unknown", "Pod denied: listing pods in ", "none", ""}, cell{"unknown", "Namespace denied: ", "none", ""},
			cell{"unknown", "ServiceAccount denied: ", "none", ""}, cell{"unknown", "RoleBinding denied: ", "none", ""},
			cell{"unknown", "RoleBinding denied: ", "none", ""}},
		{"live, not logged in", stranger(lab), "",
			cell{"unknown", "Pod denied: not logged in", "none", ""}, cell{"unknown", "Namespace denied: not logged in", "none", ""},
			cell{"unknown", "ServiceAccount denied: not logged in", "none", ""}, cell{"unknown", "RoleBinding denied: not logged in", "none", ""},
			cell{"unknown", "RoleBinding denied: not logged in", "none", ""}},
		{"manifests", manifests(true), "", yes, yes, yes, yes, yes},
		{"manifests without their Namespace", manifests(false), "", yes,
			cell{"yes", "", "unknown", "Namespace team-a was not seen"}, yes, yes, yes},
		{"manifests with a bad document", manifests(true, "kind: [\n"), "",
			cell{"depends", "skipped: ", "yes", ""}, cell{"depends", "skipped: ", "yes", ""}, cell{"depends", "skipped: ", "yes", ""},
			cell{"depends", "skipped: ", "unknown", "ServiceAccount default was not seen: partial, skipped: "},
			cell{"depends", "skipped: ", "yes", ""}},
		{"kubectl get all", getAll(admin), "", yes,
			cell{"unknown", "Namespace absent: kubectl get all does not hold this kind", "unknown", "Namespace team-a was not seen: absent"},
			cell{"unknown", "ServiceAccount absent: kubectl get all", "yes", ""},
			cell{"unknown", "ClusterRoleBinding absent: kubectl get all", "unknown", "ServiceAccount default was not seen: absent, kubectl get all"},
			cell{"unknown", "ClusterRoleBinding absent: kubectl get all", "none", ""}},
		{"capture", captured(lab, labtest.Canopy), "", yes, yes, yes, yes, yes},
		{"capture of one namespace", captured(lab, labtest.Namespaced), "",
			cell{"depends", "Pod denied: not permitted: ", "yes", ""},
			cell{"depends", "Namespace denied: not permitted: ", "yes", ""},
			cell{"unknown", "ClusterRole denied: ", "yes", ""},
			cell{"unknown", "ClusterRoleBinding denied: ", "unknown", "not every ClusterRoleBinding was seen: denied"},
			cell{"unknown", "ClusterRole denied: ", "yes", ""}},
	} {
		t.Run(c.source, func(t *testing.T) {
			r := reportOf(t, c.open(t), c.loading)
			for rule, want := range map[string]cell{"PS01": c.ps01, "PS26": c.ps26, "LP21": c.lp21, "LP22": c.lp22, "LP06": c.lp06} {
				check(t, r, rule, want)
			}
			recount(t, r)
		})
	}
}

// orderSink notes which kinds were called denied before it was told which of their namespaces are read instead: whoever
// waits for the end of loading would go away too early.
type orderSink struct {
	mutex sync.Mutex
	parts map[schema.GroupKind]bool
	early []string
	whole int
}

func (s *orderSink) Change(...model.Change) {}

func (s *orderSink) Identify(model.SourceInfo) {}

func (s *orderSink) Cover(list ...model.Coverage) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, c := range list {
		switch k := model.KindOf(c.Kind); {
		case c.Namespace != "":
			s.parts[c.Kind] = true
		case c.State == model.Denied && (k.Namespaced || k.Kind == "Namespace"):
			s.whole++
			if !s.parts[c.Kind] {
				s.early = append(s.early, k.Kind)
			}
		}
	}
}

func (s *orderSink) denied() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.whole
}

// TestDenialNamesWhatIsReadInstead sees to it that a scan of a user of one namespace never ends before that was read.
func TestDenialNamesWhatIsReadInstead(t *testing.T) {
	lab := labtest.Shared(t)
	sink := &orderSink{parts: map[schema.GroupKind]bool{}}
	source := liveAs(lab, labtest.Namespaced)(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- source.Run(ctx, sink) }()
	want := 0
	for _, k := range model.Kinds() {
		if k.Namespaced || k.Kind == "Namespace" {
			want++
		}
	}
	for start := time.Now(); sink.denied() < want && time.Since(start) < deadline; {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil || sink.whole < want || len(sink.early) > 0 {
		t.Errorf("%d of %d kinds denied, without a word of a namespace before: %v (%v)", sink.whole, want, sink.early, err)
	}
}

func check(t *testing.T, r *model.Report, rule string, want cell) {
	t.Helper()
	s := r.Rules[rule]
	state := s.Verdict.String()
	if s.Loading {
		state = "loading"
	}
	if state != want.rule || !strings.Contains(s.Reason, want.why) || (s.Reason == "") != (want.rule == "yes") {
		t.Errorf("%s is %s, %q; want %s, %q", rule, state, s.Reason, want.rule, want.why)
	}
	state, reason := "none", ""
	if f := r.Findings.Get(planted(rule)); f != nil {
		var verdict model.Verdict
		verdict, reason = r.State(f)
		if state = verdict.String(); s.Loading && verdict == model.Unknown {
			state = "loading"
		}
	}
	if state != want.finding || !strings.Contains(reason, want.because) || (reason == "") != (state == "yes" || state == "none") {
		t.Errorf("%s is %s, %q; want %s, %q", planted(rule), state, reason, want.finding, want.because)
	}
}

// recount holds the score to what each finding says of itself.
func recount(t *testing.T, r *model.Report) {
	t.Helper()
	var score [model.Critical + 1]int
	unknown := 0
	for f := range r.Findings.All() {
		switch verdict, _ := r.State(f); {
		case verdict == model.Yes:
			score[f.Severity]++
		case !r.Rules[f.Rule.ID].Loading:
			unknown++
		}
	}
	if score != r.Score || unknown != r.Unknown {
		t.Errorf("score %v and %d unknown, but the findings make it %v and %d", r.Score, r.Unknown, score, unknown)
	}
}

// reportOf runs a source until nothing is loading any more but the given kind.
func reportOf(t *testing.T, source model.Source, loading string) *model.Report {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	e := engine.New(engine.Options{Rules: rules})
	ended := make(chan error, 2)
	go func() { ended <- e.Run(ctx) }()
	go func() { ended <- source.Run(ctx, e) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
	if loading == "" {
		wait, done := context.WithTimeout(ctx, deadline)
		defer done()
		r, err := e.Settle(wait)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for range int(deadline / (20 * time.Millisecond)) {
		r, only := e.Report(), false
		for i := range r.Coverage {
			if c := &r.Coverage[i]; c.State == model.Loading {
				if only = c.Kind.Kind == loading; !only {
					break
				}
			}
		}
		if only {
			return r
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("more than %s is loading still", loading)
	return nil
}

func liveAs(lab *labtest.Lab, user string) func(*testing.T) model.Source {
	return func(t *testing.T) model.Source { return liveSource(t, lab.Config(user)) }
}

func liveSource(t *testing.T, config *rest.Config) model.Source {
	t.Helper()
	source, err := live.New(live.Options{Config: config, Namespaces: []string{labtest.TestNamespace}, Version: "matrix"})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// held reads a cluster whose answers of one kind do not come.
func held(lab *labtest.Lab, resource string) func(*testing.T) model.Source {
	return func(t *testing.T) model.Source {
		config := lab.Config(labtest.Canopy)
		config.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, resource) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}
				return next.RoundTrip(r)
			})
		})
		return liveSource(t, config)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// stranger shows a token that the server does not know.
func stranger(lab *labtest.Lab) func(*testing.T) model.Source {
	return func(t *testing.T) model.Source {
		config := rest.AnonymousClientConfig(lab.Config(labtest.Canopy))
		config.BearerToken = "expired"
		return liveSource(t, config)
	}
}

// files reads a capture out of files with the given content.
func files(t *testing.T, name string, content []byte) model.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := capture.Open(t.Context(), []string{path}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// matrix is what is planted: a privileged Deployment that runs as the default account.
func matrix() *appsv1.Deployment {
	d := privileged("matrix")
	d.Namespace = labtest.TestNamespace
	return d
}

// matrixGrant lets a service account read the Secrets of its namespace.
func matrixGrant() (*rbacv1.Role, *rbacv1.RoleBinding) {
	meta := metav1.ObjectMeta{Namespace: labtest.TestNamespace, Name: "matrix"}
	return &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"secrets"}}}},
		&rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "matrix"},
			Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: labtest.TestNamespace, Name: "matrix"}}}
}

// plantMatrix makes in the lab what the manifests hold. Its namespace is there, and has no labels. The binding that lets all
// service accounts of a new cluster read the bundles of public certificates goes: it makes them hold something, and LP22
// speaks only of those that hold nothing.
func plantMatrix(t *testing.T, admin kubernetes.Interface) {
	t.Helper()
	if _, err := admin.AppsV1().Deployments(labtest.TestNamespace).Create(t.Context(), matrix(), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	role, binding := matrixGrant()
	if _, err := admin.RbacV1().Roles(role.Namespace).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.RbacV1().RoleBindings(binding.Namespace).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	err := admin.RbacV1().ClusterRoleBindings().Delete(t.Context(), "system:cluster-trust-bundle-discovery", metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
}

// manifests reads what somebody wrote by hand, with more documents at the end.
func manifests(namespace bool, more ...string) func(*testing.T) model.Source {
	return func(t *testing.T) model.Source {
		role, binding := matrixGrant()
		objects := []runtime.Object{matrix(), role, binding}
		if namespace {
			objects = append(objects, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: labtest.TestNamespace}})
		}
		documents := more
		for _, o := range objects {
			documents = append(documents, string(written(t, o)))
		}
		return files(t, "manifests.yaml", []byte(strings.Join(documents, "\n---\n")))
	}
}

// written gives an object as a client prints it, with its kind.
func written(t *testing.T, o runtime.Object) json.RawMessage {
	t.Helper()
	switch o.(type) {
	case *corev1.Namespace:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("Namespace").GVK())
	case *rbacv1.Role:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("Role").GVK())
	case *rbacv1.RoleBinding:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("RoleBinding").GVK())
	case *corev1.Pod:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("Pod").GVK())
	case *corev1.Service:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("Service").GVK())
	case *appsv1.Deployment:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("Deployment").GVK())
	case *appsv1.ReplicaSet:
		o.GetObjectKind().SetGroupVersionKind(model.KindByName("ReplicaSet").GVK())
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// getAll reads what kubectl get all -A -o json prints of the lab.
func getAll(admin kubernetes.Interface) func(*testing.T) model.Source {
	return func(t *testing.T) model.Source {
		all := metav1.ListOptions{}
		pods, errPods := admin.CoreV1().Pods("").List(t.Context(), all)
		services, errServices := admin.CoreV1().Services("").List(t.Context(), all)
		deployments, errDeployments := admin.AppsV1().Deployments("").List(t.Context(), all)
		sets, errSets := admin.AppsV1().ReplicaSets("").List(t.Context(), all)
		for _, err := range []error{errPods, errServices, errDeployments, errSets} {
			if err != nil {
				t.Fatal(err)
			}
		}
		list := struct {
			APIVersion string            `json:"apiVersion"`
			Items      []json.RawMessage `json:"items"`
			Kind       string            `json:"kind"`
		}{APIVersion: "v1", Kind: "List"}
		for i := range pods.Items {
			list.Items = append(list.Items, written(t, &pods.Items[i]))
		}
		for i := range services.Items {
			list.Items = append(list.Items, written(t, &services.Items[i]))
		}
		for i := range deployments.Items {
			list.Items = append(list.Items, written(t, &deployments.Items[i]))
		}
		for i := range sets.Items {
			list.Items = append(list.Items, written(t, &sets.Items[i]))
		}
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return files(t, "all.json", text)
	}
}

// captured reads what canopy capture wrote of the lab, as a user.
func captured(lab *labtest.Lab, user string) func(*testing.T) model.Source {
	return func(t *testing.T) model.Source {
		var out bytes.Buffer
		export := capture.Export{Config: lab.Config(user), Namespaces: []string{labtest.TestNamespace}}
		if _, err := capture.Write(t.Context(), &out, export); err != nil {
			t.Fatal(err)
		}
		return files(t, "cluster.tar.gz", out.Bytes())
	}
}
