package live

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

// installer installs definitions of kinds in a lab.
type installer struct {
	t      *testing.T
	client dynamic.Interface
}

func newInstaller(t *testing.T, lab *labtest.Lab) *installer {
	t.Helper()
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	return &installer{t, client}
}

func (i *installer) definitions() dynamic.ResourceInterface {
	return i.client.Resource(model.KindByName("CustomResourceDefinition").GVR())
}

// versions gives a definition's list of versions, the first of which is stored.
func versions(served ...string) []any {
	var list []any
	for n, v := range served {
		list = append(list, map[string]any{"name": v, "served": true, "storage": n == 0,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}})
	}
	return list
}

// install defines a kind at some versions.
func (i *installer) install(k *model.Kind, served ...string) {
	i.t.Helper()
	scope := "Cluster"
	if k.Namespaced {
		scope = "Namespaced"
	}
	d := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": k.Resource + "." + k.Group, "annotations": map[string]any{"api-approved.kubernetes.io": "unapproved, for a test"}},
		"spec": map[string]any{"group": k.Group, "scope": scope, "versions": versions(served...),
			"names": map[string]any{"plural": k.Resource, "singular": strings.ToLower(k.Kind), "kind": k.Kind, "listKind": k.Kind + "List"}},
	}}
	if _, err := i.definitions().Create(context.Background(), d, metav1.CreateOptions{}); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installer) remove(k *model.Kind) {
	i.t.Helper()
	if err := i.definitions().Delete(context.Background(), k.Resource+"."+k.Group, metav1.DeleteOptions{}); err != nil {
		i.t.Fatal(err)
	}
}

// create makes an object of a kind, as soon as the server serves it.
func (i *installer) create(k *model.Kind, namespace, name string) {
	i.t.Helper()
	o := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"size": int64(3)}}}
	o.SetGroupVersionKind(k.GVK())
	o.SetName(name)
	var into dynamic.ResourceInterface = i.client.Resource(k.GVR())
	if namespace != "" {
		into = i.client.Resource(k.GVR()).Namespace(namespace)
	}
	var err error
	for range 300 {
		if _, err = into.Create(context.Background(), o, metav1.CreateOptions{}); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	i.t.Fatal(err)
}

// of gives what is told of a kind; a state of "" where nothing is.
func (m *memorySink) of(gk schema.GroupKind, namespace string) model.Coverage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cover[model.CoverKey{Kind: gk, Namespace: namespace}]
}

// optionals names the optional kinds of which something is told.
func (m *memorySink) optionals() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []string
	for key := range m.cover {
		if model.OptionalKind(key.Kind) != nil {
			list = append(list, key.Kind.String())
		}
	}
	slices.Sort(list)
	return list
}

// TestOptionalKindComesAndGoes installs a kind while the source runs, and removes it: its objects arrive, and go.
func TestOptionalKindComesAndGoes(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	kind := model.KindByName("ClusterNetworkPolicy")
	gk := kind.GroupKind()
	config, g := haunt(t, lab.Config(labtest.Canopy))
	source, sink := start(t, config, nil)
	eventually(t, "settled", sink, sink.settled)
	if n, list := len(g.seen("apis")), sink.optionals(); n != 1 || len(list) != 0 {
		t.Errorf("a server without optional kinds was asked %d times what it serves, and of %v something is told", n, list)
	}
	for round := range 2 {
		i.install(kind, "v1alpha2")
		i.create(kind, "", "first")
		eventually(t, "the first object", sink, func() bool {
			return sink.record(kind.Ref("", "first")) != nil && sink.of(gk, "").State == model.Complete
		})
		i.create(kind, "", "second")
		eventually(t, "one more, by the watch", sink, func() bool { return sink.record(kind.Ref("", "second")) != nil })
		r := sink.record(kind.Ref("", "first")).(*record.Custom)
		if spec, _ := r.Body["spec"].(map[string]any); spec["size"] != int64(3) || *r.Kind != *kind {
			t.Errorf("record %+v", r)
		}
		if u, err := source.Get(context.Background(), r.Ref()); err != nil || u.GetName() != "first" {
			t.Errorf("Get: %v %v", u, err)
		}
		// A server that begins to serve a kind asks for a moment's patience, and may not know it yet.
		if requests := g.seen(kind.Resource); len(requests) > 4*(round+1) || !streams(requests[len(requests)-1]) {
			t.Errorf("want one streamed list that goes on as a watch, got %v", urls(requests))
		}
		i.remove(kind)
		eventually(t, "objects and coverage are gone", sink, func() bool {
			return len(sink.held("ClusterNetworkPolicy")) == 0 && len(sink.optionals()) == 0
		})
	}
	if told := sink.summary(); told != "" {
		t.Errorf("not as before:\n%s", told)
	}
	n := 0
	eventually(t, "nothing more is asked", sink, func() bool {
		was := n
		time.Sleep(time.Second)
		n = len(g.seen("apis"))
		return n == was
	})
	if n > 40 {
		t.Errorf("the server was asked %d times what it serves", n)
	}
	if _, err := source.Get(context.Background(), kind.Ref("", "first")); !isNotFound(err) {
		t.Errorf("Get of a kind that went: %v", err)
	}
}

// TestOptionalKindsAtTheStart waits with the end of loading for the kinds that are served, and reads them at a version that
// is.
func TestOptionalKindsAtTheStart(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	namespace := lab.Namespace(t)
	cluster, route := model.KindByName("ClusterNetworkPolicy"), model.KindByName("HTTPRoute")
	old, calico := model.KindByName("NetworkPolicy.crd.projectcalico.org"), model.KindByName("NetworkPolicy.projectcalico.org")
	antrea := model.KindByName("NetworkPolicy.crd.antrea.io")
	i.install(cluster, "v1alpha2")
	i.install(route, "v1beta1", "v1alpha2")
	i.install(old, "v1")
	i.install(calico, "v3")
	i.install(antrea, "v1beta1")
	beta := route.At("v1beta1")
	i.create(cluster, "", "p")
	i.create(beta, namespace, "r")
	i.create(old, namespace, "default.same")
	i.create(calico, namespace, "same")
	i.create(antrea, namespace, "same")
	config, g := haunt(t, lab.Config(labtest.Canopy))
	g.harm(func(r *http.Request) *http.Response {
		if r.URL.Path == "/apis" {
			time.Sleep(700 * time.Millisecond)
		}
		return nil
	})
	_, sink := start(t, config, nil)
	eventually(t, "settled", sink, sink.settled)
	if told := sink.summary(); told != "" {
		t.Errorf("not complete:\n%s", told)
	}
	for _, ref := range []model.Ref{cluster.Ref("", "p"), beta.Ref(namespace, "r"), calico.Ref(namespace, "same"), antrea.Ref(namespace, "same")} {
		if r, ok := sink.record(ref).(*record.Custom); !ok || r.Ref() != ref || sink.of(ref.GroupKind(), "").State != model.Complete {
			t.Errorf("%s: %+v", ref, sink.record(ref))
		}
	}
	// Calico shows the same objects in two groups.
	if sink.record(old.Ref(namespace, "default.same")) != nil || sink.of(old.GroupKind(), "").State != model.Withdrawn {
		t.Error("the same objects are read twice")
	}
	// The table's version comes, and later goes again.
	for _, change := range [][]string{{"v1beta1", "v1"}, {"v1beta1"}} {
		d, err := i.definitions().Get(context.Background(), route.Resource+"."+route.Group, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := unstructured.SetNestedField(d.Object, []any{"v1beta1"}, "status", "storedVersions"); err != nil {
			t.Fatal(err)
		}
		if err := unstructured.SetNestedSlice(d.Object, versions(change...), "spec", "versions"); err != nil {
			t.Fatal(err)
		}
		if _, err := i.definitions().Update(context.Background(), d, metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		at, other := route, beta
		if len(change) == 1 {
			at, other = beta, route
		}
		eventually(t, "the route at version "+at.Version, sink, func() bool {
			return sink.record(at.Ref(namespace, "r")) != nil && sink.record(other.Ref(namespace, "r")) == nil && sink.of(route.GroupKind(), "").State == model.Complete
		})
	}
	i.remove(calico)
	eventually(t, "Calico's other group in its place", sink, func() bool {
		return sink.record(old.Ref(namespace, "default.same")) != nil && sink.record(calico.Ref(namespace, "same")) == nil &&
			sink.of(old.GroupKind(), "").State == model.Complete && sink.of(calico.GroupKind(), "").State == model.Withdrawn
	})
	if sink.record(antrea.Ref(namespace, "same")) == nil {
		t.Error("the policy of another group with the same name went with it")
	}
}

// TestOptionalKindsOfOneNamespace reads for a user who may read one namespace what is there, and says that the rest is denied.
func TestOptionalKindsOfOneNamespace(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	cluster, route := model.KindByName("ClusterNetworkPolicy"), model.KindByName("HTTPRoute")
	i.install(cluster, "v1alpha2")
	i.install(route, "v1")
	i.create(cluster, "", "p")
	i.create(route, labtest.TestNamespace, "mine")
	i.create(route, "kube-system", "other")
	ctx, admin, user := context.Background(), lab.Client(labtest.Admin), "one-namespace"
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: user}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*"}, Verbs: []string{"get", "list", "watch"}}}}
	if _, err := admin.RbacV1().Roles(labtest.TestNamespace).Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}}}
	if _, err := admin.RbacV1().RoleBindings(labtest.TestNamespace).Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	_, sink := start(t, lab.ShortLivedConfig(user, nil, time.Hour), func(o *Options) { o.ContextNamespace = labtest.TestNamespace })
	eventually(t, "settled", sink, sink.settled)
	if c := sink.of(cluster.GroupKind(), ""); c.State != model.Denied || !strings.Contains(c.Reason, "clusternetworkpolicies.policy.networking.k8s.io") {
		t.Errorf("policies of the cluster: %+v", c)
	}
	all, mine := sink.of(route.GroupKind(), ""), sink.of(route.GroupKind(), labtest.TestNamespace)
	if all.State != model.Denied || mine.State != model.Complete || sink.record(route.Ref(labtest.TestNamespace, "mine")) == nil {
		t.Errorf("routes: %+v, %+v, held %v", all, mine, sink.held("HTTPRoute"))
	}
	// This user may not watch definitions, and learns of kinds that go or come all the same.
	grpc := model.KindByName("GRPCRoute")
	i.install(grpc, "v1")
	i.create(grpc, labtest.TestNamespace, "new")
	eventually(t, "a kind that came", sink, func() bool { return sink.record(grpc.Ref(labtest.TestNamespace, "new")) != nil })
	i.remove(cluster)
	eventually(t, "a denial of a kind that went", sink, func() bool { return sink.of(cluster.GroupKind(), "").State == model.Withdrawn })
	i.remove(route)
	eventually(t, "objects and coverage of all namespaces are gone", sink, func() bool {
		return len(sink.held("HTTPRoute")) == 0 && sink.of(route.GroupKind(), "").State == model.Withdrawn &&
			sink.of(route.GroupKind(), labtest.TestNamespace).State == model.Withdrawn
	})
}

// TestDiscoveryThatFails tells that nobody knows which kinds are served, and does not block for ever.
func TestDiscoveryThatFails(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	kind := model.KindByName("ClusterNetworkPolicy")
	gk, gone := kind.GroupKind(), model.KindByName("Gateway").GroupKind()
	i.install(kind, "v1alpha2")
	i.create(kind, "", "p")
	for what, answered := range map[string]struct {
		harm   func(*http.Request) *http.Response
		reason string
	}{
		"hangs": {func(r *http.Request) *http.Response {
			<-r.Context().Done()
			return answer(504, "Timeout", "")
		}, "does not answer in time"},
		"denied": {func(*http.Request) *http.Response { return answer(403, "Forbidden", "") }, "system:discovery"},
		"ill":    {func(*http.Request) *http.Response { return answer(500, "InternalError", "") }, "answers with an error (500)"},
	} {
		t.Run(what, func(t *testing.T) {
			config, g := haunt(t, lab.Config(labtest.Canopy))
			release := make(chan struct{})
			g.harm(func(r *http.Request) *http.Response {
				if r.URL.Path != "/apis" {
					return nil
				}
				select {
				case <-release:
					return nil
				default:
				}
				ctx, cancel := context.WithCancel(r.Context())
				defer cancel()
				go func() {
					select {
					case <-release:
						cancel()
					case <-ctx.Done():
					}
				}()
				return answered.harm(r.WithContext(ctx))
			})
			_, sink := start(t, config, func(o *Options) {
				o.Pace = fastPace()
				o.Pace.Discovery = 500 * time.Millisecond
			})
			eventually(t, "settled", sink, sink.settled)
			for _, gk := range []schema.GroupKind{gk, gone} {
				if c := sink.of(gk, ""); c.State != model.Absent || !strings.Contains(c.Reason, answered.reason) {
					t.Errorf("%s: %+v", gk, c)
				}
			}
			if c := sink.of(definitionKind, ""); c.State != model.Complete {
				t.Errorf("definitions: %+v", c)
			}
			close(release)
			eventually(t, "it answers after all", sink, func() bool {
				return sink.of(gk, "").State == model.Complete && sink.record(kind.Ref("", "p")) != nil && sink.of(gone, "").State == model.Withdrawn
			})
		})
	}
}
