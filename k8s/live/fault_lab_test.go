package live

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
	"canopy/model"
)

// told tells whether a coverage was told at some moment.
func (m *memorySink) told(kind string, match func(model.Coverage) bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.history {
		if c.Kind == model.KindByName(kind).GroupKind() && match(c) {
			return true
		}
	}
	return false
}

func stale(c model.Coverage) bool { return c.Stale }

func TestServerStopsAndStarts(t *testing.T) {
	lab := labtest.Private(t)
	ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
	churn(ctx, t, admin, namespace, 1, 40)
	_, sink := start(t, lab.Config(labtest.Canopy), nil)
	eventually(t, "synced", sink, sink.settled)
	eventually(t, "equal", sink, func() bool { return agrees(ctx, t, admin, sink, namespace) })
	sink.forget()
	for round := range 2 {
		lab.StopAPIServer()
		eventually(t, "all kinds stale", sink, func() bool {
			for _, k := range model.Kinds() {
				if c := sink.coverage(k.Kind, ""); !c.Stale || c.State != model.Complete || c.Reason == "" {
					return false
				}
			}
			return true
		})
		if n := len(sink.held("ConfigMap")); n == 0 {
			t.Error("what was known is gone")
		}
		if round == 1 {
			break
		}
		lab.StartAPIServer()
		churn(ctx, t, admin, namespace, 2, 40)
		eventually(t, "fresh again", sink, func() bool { return sink.summary() == "" })
		eventually(t, "equal again", sink, func() bool { return agrees(ctx, t, admin, sink, namespace) })
	}
	sink.forget()
	lab.StartAPIServer()
	churn(ctx, t, admin, namespace, 3, 40)
	// A list that the detector of inconsistencies still wants to compare must not be compacted away below it.
	eventually(t, "fresh before compaction", sink, func() bool { return sink.summary() == "" })
	lab.Compact()
	eventually(t, "fresh after compaction", sink, func() bool { return sink.summary() == "" })
	eventually(t, "equal after compaction", sink, func() bool { return agrees(ctx, t, admin, sink, namespace) })
	// ClusterRoles did not change: they must not have been taken away and put back.
	sink.mu.Lock()
	defer sink.mu.Unlock()
	for ref, n := range sink.drops {
		if ref.Kind == "ClusterRole" {
			t.Errorf("%s was dropped %d times", ref, n)
		}
	}
}

func TestCompactionDuringWatch(t *testing.T) {
	lab := labtest.Private(t)
	ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("ConfigMap", "Secret", "Event", "APIService") })
	eventually(t, "synced", sink, sink.settled)
	churn(ctx, t, admin, namespace, 1, 30)
	// Resuming is refused while history goes on and is then compacted away.
	g.harm(func(*http.Request) *http.Response { return answer(503, "ServiceUnavailable", "") })
	g.cut()
	churn(ctx, t, admin, namespace, 2, 30)
	lab.Compact()
	g.harm(nil)
	before := len(g.seen("secrets"))
	eventually(t, "fresh", sink, func() bool { return sink.summary() == "" })
	eventually(t, "equal", sink, func() bool { return agrees(ctx, t, admin, sink, namespace) })
	relisted := false
	for _, r := range g.seen("secrets")[before-1:] {
		relisted = relisted || streams(r)
	}
	if !relisted {
		t.Errorf("the Secrets were not listed anew: %v", urls(g.seen("secrets")))
	}
}

func TestLoginExpiresAndIsRenewed(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin := context.Background(), lab.Client(labtest.Admin)
	user := "expiring-" + lab.Namespace(t)
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}}}
	if _, err := admin.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.RbacV1().ClusterRoleBindings().Delete(ctx, user, metav1.DeleteOptions{}) })
	config, g := haunt(t, lab.ShortLivedConfig(user, nil, time.Hour))
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Pod", "Secret", "Event") })
	eventually(t, "synced", sink, func() bool { return sink.settled() && sink.summary() == "" })
	// Only now the login becomes a short one: a slow machine may take longer to sync than it lasts.
	g.swap(t, lab.ShortLivedConfig(user, nil, time.Second))
	time.Sleep(1100 * time.Millisecond)
	g.cut()
	eventually(t, "all stale for want of a login", sink, func() bool {
		for _, kind := range []string{"Pod", "Secret", "Event"} {
			if c := sink.coverage(kind, ""); !c.Stale || c.State != model.Complete || !strings.HasPrefix(c.Reason, "not logged in") {
				return false
			}
		}
		return true
	})
	g.swap(t, lab.ShortLivedConfig(user, nil, time.Hour))
	eventually(t, "fresh after renewal", sink, func() bool { return sink.summary() == "" })
}

func TestLoginRefusedFromTheStart(t *testing.T) {
	lab := labtest.Shared(t)
	config, g := haunt(t, lab.ShortLivedConfig("late", []string{"system:masters"}, time.Second))
	time.Sleep(1100 * time.Millisecond)
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Pod") })
	eventually(t, "not logged in", sink, func() bool {
		c := sink.coverage("Pod", "")
		return c.State == model.Denied && strings.HasPrefix(c.Reason, "not logged in")
	})
	g.swap(t, lab.Config(labtest.Canopy))
	eventually(t, "logged in", sink, func() bool { return sink.summary() == "" })
}

func TestNamespaceOnly(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin := context.Background(), lab.Client(labtest.Admin)
	name := "only-" + lab.Namespace(t)
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: labtest.TestNamespace}}
	if _, err := admin.CoreV1().ConfigMaps(config.Namespace).Create(ctx, config, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.CoreV1().ConfigMaps(config.Namespace).Delete(ctx, name, metav1.DeleteOptions{}) })
	for what, change := range map[string]func(*Options){
		"by -n":           func(o *Options) { o.Namespaces = []string{labtest.TestNamespace} },
		"by the context":  func(o *Options) { o.ContextNamespace = labtest.TestNamespace },
		"-n twice, 1 bad": func(o *Options) { o.Namespaces = []string{labtest.TestNamespace, "kube-system"} },
	} {
		t.Run(what, func(t *testing.T) {
			_, sink := start(t, lab.Config(labtest.Namespaced), change)
			eventually(t, "settled", sink, sink.settled)
			eventually(t, "its namespace", sink, func() bool {
				return sink.coverage("ConfigMap", labtest.TestNamespace).State == model.Complete &&
					sink.coverage("Pod", labtest.TestNamespace).State == model.Complete &&
					sink.coverage("Event", labtest.TestNamespace).State == model.Complete
			})
			if c := sink.coverage("Pod", ""); c.State != model.Denied || !strings.Contains(c.Reason, "-n NAMESPACE") {
				t.Errorf("pods everywhere: %+v", c)
			}
			if c := sink.coverage("Node", ""); c.State != model.Denied || strings.Contains(c.Reason, "-n") {
				t.Errorf("nodes: %+v", c)
			}
			eventually(t, "the namespace itself, which may be got", sink, func() bool {
				return sink.record(model.KindByName("Namespace").Ref("", labtest.TestNamespace)) != nil &&
					sink.coverage("Namespace", labtest.TestNamespace).State == model.Partial
			})
			if what[0] == '-' {
				eventually(t, "the other namespace", sink, func() bool {
					c := sink.coverage("Pod", "kube-system")
					return c.State == model.Denied && strings.Contains(c.Reason, "kube-system")
				})
			}
			if sink.held("ConfigMap")[labtest.TestNamespace+"/"+name] == "" {
				t.Errorf("the ConfigMap is missing: %v", sink.held("ConfigMap"))
			}
		})
	}
}

func TestRightsComeAndGo(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin, a, b := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t), lab.Namespace(t)
	user := "grantee-" + a
	subjects := []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}}
	ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"}
	if _, err := admin.RbacV1().RoleBindings(a).Create(ctx, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: ref, Subjects: subjects}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	churn(ctx, t, admin, a, 1, 30)
	churn(ctx, t, admin, b, 2, 30)
	config, g := haunt(t, lab.ShortLivedConfig(user, nil, time.Hour))
	_, sink := start(t, config, func(o *Options) {
		o.Kinds, o.ContextNamespace = kinds("Namespace", "ConfigMap", "Secret", "Event"), a
	})
	eventually(t, "one namespace", sink, func() bool {
		return sink.coverage("ConfigMap", a).State == model.Complete && sink.coverage("Secret", a).State == model.Complete
	})
	if n := len(inNamespace(sink.held("ConfigMap"), b)); n != 0 {
		t.Errorf("%d ConfigMaps of the other namespace", n)
	}
	// The right to read everything comes.
	all := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: ref, Subjects: subjects}
	if _, err := admin.RbacV1().ClusterRoleBindings().Create(ctx, all, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { churn(ctx, t, admin, a, 3, 60) })
	eventually(t, "all namespaces", sink, func() bool { return sink.summary() == "" })
	wg.Wait()
	eventually(t, "both namespaces equal", sink, func() bool {
		return agrees(ctx, t, admin, sink, a) && agrees(ctx, t, admin, sink, b)
	})
	// It goes again.
	if err := admin.RbacV1().ClusterRoleBindings().Delete(ctx, user, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	// The server's authorizer learns of it by a watch of its own; until then a cut watch would just be resumed.
	eventually(t, "the right is gone", sink, func() bool {
		g.cut()
		c := sink.coverage("ConfigMap", "")
		return c.State == model.Partial && c.Stale && strings.Contains(c.Reason, "no longer permitted")
	})
	churn(ctx, t, admin, a, 4, 30)
	eventually(t, "its own namespace is read on", sink, func() bool {
		return sink.coverage("ConfigMap", a).State == model.Complete && !sink.coverage("ConfigMap", a).Stale && agrees(ctx, t, admin, sink, a)
	})
	if n := len(inNamespace(sink.held("ConfigMap"), b)); n == 0 {
		t.Error("what was known of the other namespace is gone")
	}
	// And comes back, while things have changed that nobody could see.
	if err := admin.CoreV1().ConfigMaps(b).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
		t.Fatal(err)
	}
	all.ResourceVersion = ""
	if _, err := admin.RbacV1().ClusterRoleBindings().Create(ctx, all, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all namespaces again", sink, func() bool { return sink.summary() == "" })
	eventually(t, "both namespaces equal again", sink, func() bool {
		return agrees(ctx, t, admin, sink, a) && agrees(ctx, t, admin, sink, b)
	})
	if err := admin.RbacV1().ClusterRoleBindings().Delete(ctx, user, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestFallsBackToPages(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin, namespace := context.Background(), lab.Client(labtest.Admin), lab.Namespace(t)
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for i := range 110 {
				meta := metav1.ObjectMeta{Name: fmt.Sprintf("c-%d-%d", w, i)}
				if _, err := admin.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: meta}, metav1.CreateOptions{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	config, g := haunt(t, lab.Config(labtest.Canopy))
	g.harm(func(r *http.Request) *http.Response {
		if streams(r) {
			return answer(422, "Invalid", "")
		}
		return nil
	})
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("ConfigMap", "APIService") })
	eventually(t, "synced", sink, func() bool { return sink.settled() && sink.summary() == "" })
	if n := len(inNamespace(sink.held("ConfigMap"), namespace)); n < 660 {
		t.Errorf("%d of 660 ConfigMaps", n)
	}
	churn(ctx, t, admin, namespace, 1, 20)
	eventually(t, "the watch goes on", sink, func() bool {
		configs, err := admin.CoreV1().ConfigMaps(namespace).List(ctx, metav1.ListOptions{})
		return err == nil && fmt.Sprint(listed(configs.Items)) == fmt.Sprint(inNamespace(sink.held("ConfigMap"), namespace))
	})
	requests := g.seen("configmaps")
	if len(requests) != 4 || requests[1].URL.Query().Get("limit") != "500" || requests[2].URL.Query().Get("continue") == "" || !watches(requests[3]) {
		t.Errorf("want stream, two pages, watch; got %v", urls(requests))
	}
}

// A proxy that drops what it does not know of the query makes of the streamed list a watch that the server refuses.
func TestProxyStripsStreaming(t *testing.T) {
	lab := labtest.Shared(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	g.harm(func(r *http.Request) *http.Response {
		q := r.URL.Query()
		q.Del("sendInitialEvents")
		r.URL.RawQuery = q.Encode()
		return nil
	})
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Namespace", "Secret") })
	eventually(t, "synced", sink, func() bool { return sink.settled() && sink.summary() == "" })
}

func TestBusyServer(t *testing.T) {
	lab := labtest.Shared(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	var mu sync.Mutex
	refused := map[string]int{}
	g.harm(func(r *http.Request) *http.Response {
		mu.Lock()
		defer mu.Unlock()
		if refused[r.URL.Path]++; refused[r.URL.Path] < 3 {
			return answer(429, "TooManyRequests", "Retry-After: 1")
		}
		return nil
	})
	begin := time.Now()
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Namespace", "Secret", "APIService", "Event") })
	eventually(t, "synced", sink, func() bool { return sink.settled() && sink.summary() == "" })
	if took := time.Since(begin); took < 2*time.Second {
		t.Errorf("Retry-After was not heeded: done after %v", took)
	}
	if !sink.told("Namespace", func(c model.Coverage) bool {
		return c.State == model.Loading && c.Stale && strings.Contains(c.Reason, "429")
	}) {
		t.Error("that the server was busy was not told")
	}
}

func TestSlowServer(t *testing.T) {
	lab := labtest.Shared(t)
	config, g := haunt(t, lab.Config(labtest.Canopy))
	config.Timeout = 200 * time.Millisecond
	g.harm(func(*http.Request) *http.Response {
		time.Sleep(700 * time.Millisecond)
		return nil
	})
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Namespace", "Pod", "Secret", "Event") })
	eventually(t, "loading is told", sink, func() bool { return sink.coverage("Pod", "").State == model.Loading })
	eventually(t, "synced", sink, func() bool { return sink.settled() && sink.summary() == "" })
	if sink.told("Pod", stale) {
		t.Error("slow was taken for broken")
	}
}

func TestKindThatIsNotServed(t *testing.T) {
	lab := labtest.Shared(t)
	_, sink := start(t, lab.Config(labtest.Canopy), func(o *Options) {
		o.Kinds = []*model.Kind{
			{Group: "apps", Version: "v1beta9", Kind: "Deployment", Resource: "deployments", Namespaced: true},
			{Group: "none.example", Version: "v1", Kind: "Node", Resource: "nodes"},
		}
	})
	eventually(t, "absent, with the version that is there", sink, func() bool {
		c := sink.coverage("Deployment", "")
		return c.State == model.Absent && c.Reason == "not served by this server at v1beta9; it serves v1"
	})
	eventually(t, "absent", sink, sink.settled)
}

// A user who may list but not watch gets what can be had: a list, marked as old, and another one after a long pause.
func TestListWithoutWatch(t *testing.T) {
	lab := labtest.Shared(t)
	// A new cluster has no Secrets at all.
	meta := metav1.ObjectMeta{Name: "some"}
	if _, err := lab.Client(labtest.Admin).CoreV1().Secrets(lab.Namespace(t)).Create(context.Background(), &corev1.Secret{ObjectMeta: meta}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	config, g := haunt(t, lab.Config(labtest.Canopy))
	g.harm(func(r *http.Request) *http.Response {
		if watches(r) {
			return answer(403, "Forbidden", "")
		}
		return nil
	})
	_, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Namespace", "Secret") })
	for _, kind := range []string{"Namespace", "Secret"} {
		eventually(t, kind, sink, func() bool {
			c := sink.coverage(kind, "")
			return c.State == model.Partial && c.Stale && len(sink.held(kind)) > 0 && strings.HasPrefix(c.Reason, "watching")
		})
	}
	g.harm(nil)
	eventually(t, "the right to watch comes", sink, func() bool { return sink.summary() == "" })
}
