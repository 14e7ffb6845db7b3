package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
	"canopy/model/record"
)

// outward gives an address of this machine to which an API server lets itself be sent: none of the loopback.
func outward(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	t.Skip("NOT TESTED: this machine has no address but the loopback, to which the API server forwards nothing")
	return ""
}

// kubelet serves in the place of a kubelet, and gives its port.
func kubelet(t *testing.T, ip string, serve http.HandlerFunc) int32 {
	t.Helper()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: serve}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return int32(l.Addr().(*net.TCPAddr).Port)
}

// node makes a node whose kubelet is at a place.
func node(t *testing.T, lab *labtest.Lab, name, ip string, port int32) {
	t.Helper()
	nodes := lab.Client(labtest.Admin).CoreV1().Nodes()
	n, err := nodes.Create(context.Background(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	if err == nil {
		n.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: ip}}
		n.Status.DaemonEndpoints.KubeletEndpoint.Port = port
		_, err = nodes.UpdateStatus(context.Background(), n, metav1.UpdateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// told gives the facts that a sink holds.
func told(sink *memorySink) map[string]*record.KubeletFacts {
	sink.mu.Lock()
	defer sink.mu.Unlock()
	all := map[string]*record.KubeletFacts{}
	for ref, r := range sink.objects {
		if f, ok := r.(*record.KubeletFacts); ok {
			all[ref.Name] = f
		}
	}
	return all
}

const goodConfig = `{"kubeletconfig":{"authentication":{"anonymous":{"enabled":true}},"authorization":{"mode":"AlwaysAllow"},"readOnlyPort":10255,"staticPodURLHeader":{"Authorization":["canary"]}}}`

// TestKubelets asks kubelets through a real API server: good ones, broken ones, and those of somebody who means harm.
func TestKubelets(t *testing.T) {
	ip := outward(t)
	lab := labtest.Private(t)
	var asked, other, at, most atomic.Int32
	serve := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/configz" || r.Method != http.MethodGet {
				other.Add(1)
			}
			asked.Add(1)
			most.Store(max(most.Load(), at.Add(1)))
			defer at.Add(-1)
			answer(w, r)
		}
	}
	good := kubelet(t, ip, serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, goodConfig) }))
	for i := range 12 {
		node(t, lab, fmt.Sprintf("good-%02d", i), ip, good)
	}
	for name, answer := range map[string]http.HandlerFunc{
		"large": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, io.LimitReader(unending{}, 8<<20)) },
		"failing": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.Copy(w, io.LimitReader(unending{}, 8<<20))
		},
		"refusing": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Forbidden (user=x, verb=get, resource=nodes, subresource=configz)", http.StatusForbidden)
		},
		"strange": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Unauthorized", http.StatusUnauthorized) },
		"odd": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"kubeletconfig":{"readOnlyPort":"canary"}}`)
		},
		"silent": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"leading": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/run/shop/web/web?cmd=id", http.StatusFound)
		},
	} {
		node(t, lab, name, ip, kubelet(t, ip, serve(answer)))
	}
	node(t, lab, "closed", ip, 1)
	node(t, lab, "loopback", "127.0.0.1", good)

	config, g := haunt(t, lab.Config(labtest.Canopy))
	source, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Node", "Namespace") })
	eventually(t, "settled", sink, sink.settled)
	ctx := context.Background()
	if n := asked.Load(); n != 0 || len(g.seen("selfsubjectaccessreviews")) != 0 {
		t.Errorf("%d kubelets were asked before anybody wanted it", n)
	}
	if err := source.KubeletsReadable(ctx); err != nil || asked.Load() != 0 {
		t.Errorf("%v, %d kubelets were asked", err, asked.Load())
	}
	var steps []string
	if err := source.ReadKubelets(ctx, nil, sink, func(done, all int) { steps = append(steps, fmt.Sprintf("%d/%d", done, all)) }); err != nil {
		t.Fatal(err)
	}
	if len(steps) != 22 || steps[0] != "0/21" || steps[21] != "21/21" {
		t.Errorf("told %v", steps)
	}
	facts := told(sink)
	for i := range 12 {
		f := facts[fmt.Sprintf("good-%02d", i)]
		if f == nil || f.Failed != "" || f.Read == 0 || f.Config.Anonymous == nil || !*f.Config.Anonymous || f.Config.Authorization != "AlwaysAllow" || *f.Config.ReadOnlyPort != 10255 {
			t.Fatalf("good-%02d: %+v", i, f)
		}
	}
	for name, want := range map[string]string{
		"large": "larger than 1 MiB", "failing": "larger than 1 MiB", "refusing": "forbidden: ", "strange": "forbidden: ", "odd": "no configuration of a kubelet", "silent": "(404)",
		"leading": "not followed", "closed": "", "loopback": "",
	} {
		f := facts[name]
		if f == nil || f.Failed == "" || !strings.Contains(f.Failed, want) || strings.Contains(f.Failed, "canary") || len(f.Failed) > 1000 || f.Config != (record.KubeletConfig{}) {
			t.Errorf("%s: %+v", name, f)
			continue
		}
		t.Logf("%s: %s", name, f.Failed)
	}
	if other.Load() != 0 || most.Load() > askedAtOnce {
		t.Errorf("%d other requests, %d at once", other.Load(), most.Load())
	}
	sink.mu.Lock()
	if text := fmt.Sprintf("%+v", sink.objects); strings.Contains(text, "canary") {
		t.Error("a record holds what is not kept")
	}
	sink.mu.Unlock()

	// Of those that are named, and are there, only.
	was := asked.Load()
	if err := source.ReadKubelets(ctx, []string{"good-03", "nobody", "../x"}, sink, nil); err != nil || asked.Load() != was+1 {
		t.Errorf("%v, %d were asked", err, asked.Load()-was)
	}
	if err := lab.Client(labtest.Admin).CoreV1().Nodes().Delete(ctx, "good-03", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the node is gone", sink, func() bool { return sink.held("Node")["/good-03"] == "" })
	if err := source.ReadKubelets(ctx, []string{"good-04"}, sink, nil); err != nil {
		t.Error(err)
	}
	if now := told(sink); len(now) != 20 || now["good-03"] != nil {
		t.Errorf("holds %v", slices.Sorted(maps.Keys(now)))
	}
}

type unending struct{}

func (unending) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestKubeletsForbidden asks nobody where the user may see nodes and no more.
func TestKubeletsForbidden(t *testing.T) {
	lab := labtest.Private(t)
	ctx, admin := context.Background(), lab.Client(labtest.Admin)
	for _, n := range []string{"a", "b"} {
		node(t, lab, n, "192.0.2.77", 1)
	}
	rules := []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: []string{"get", "list", "watch"}}}
	_, err := admin.RbacV1().ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "sees-nodes"}, Rules: rules}, metav1.CreateOptions{})
	if err == nil {
		_, err = admin.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "sees-nodes"},
			RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "sees-nodes"}, Subjects: []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: "alice"}}}, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	config, g := haunt(t, lab.Config(labtest.DevUser))
	source, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Node") })
	eventually(t, "the nodes", sink, func() bool { return len(sink.held("Node")) == 2 })
	for what, err := range map[string]error{"readable": source.KubeletsReadable(ctx), "read": source.ReadKubelets(ctx, nil, sink, nil)} {
		if err == nil || !strings.Contains(err.Error(), "may not get nodes/proxy") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(g.seen("configz")); n != 0 || len(told(sink)) != 0 {
		t.Errorf("%d kubelets were asked: %v", n, told(sink))
	}
	// A right to one kind of request on some nodes is none to all.
	rules = append(rules, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"nodes/proxy"}, Verbs: []string{"create"}}, rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"nodes/proxy"}, Verbs: []string{"get"}, ResourceNames: []string{"a"}})
	if _, err := admin.RbacV1().ClusterRoles().Update(ctx, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "sees-nodes"}, Rules: rules}, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if source.KubeletsReadable(ctx) == nil {
		t.Error("a right to one node is taken for one to all")
	}
}

// TestKubeletsWithdrawn tells of a right that ends in between, of a server that does not answer, and of the end of the context.
func TestKubeletsWithdrawn(t *testing.T) {
	lab := labtest.Private(t)
	for _, n := range []string{"a", "b"} {
		node(t, lab, n, "192.0.2.77", 1)
	}
	config, g := haunt(t, lab.Config(labtest.Canopy))
	source, sink := start(t, config, func(o *Options) { o.Kinds = kinds("Node") })
	eventually(t, "the nodes", sink, func() bool { return len(sink.held("Node")) == 2 })
	g.harm(func(r *http.Request) *http.Response {
		if strings.HasSuffix(r.URL.Path, "/proxy/configz") {
			return answer(http.StatusForbidden, "Forbidden", "")
		}
		return nil
	})
	if err := source.ReadKubelets(context.Background(), nil, sink, nil); err != nil || told(sink)["a"].Failed != "forbidden: the gremlin did it" {
		t.Errorf("%v %+v", err, told(sink)["a"])
	}
	g.harm(func(r *http.Request) *http.Response {
		if strings.HasSuffix(r.URL.Path, "/selfsubjectaccessreviews") {
			return answer(http.StatusInternalServerError, "InternalError", "")
		}
		return nil
	})
	was := len(g.seen("configz"))
	if err := source.ReadKubelets(context.Background(), nil, sink, nil); err == nil || !strings.Contains(err.Error(), "does not say") || len(g.seen("configz")) != was {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	g.harm(func(r *http.Request) *http.Response {
		if strings.HasSuffix(r.URL.Path, "/proxy/configz") {
			cancel()
			return answer(http.StatusForbidden, "Forbidden", "")
		}
		return nil
	})
	if err := source.ReadKubelets(ctx, nil, sink, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	idle, err := New(Options{Config: lab.Config(labtest.Canopy)})
	if err != nil {
		t.Fatal(err)
	}
	if err := idle.ReadKubelets(context.Background(), nil, sink, nil); !errors.Is(err, errIdle) {
		t.Errorf("%v", err)
	}
}

// TestConfigzOnly holds what the one client that reaches through the server may ask.
func TestConfigzOnly(t *testing.T) {
	for _, c := range []struct {
		method, url string
		want        bool
	}{
		{"GET", "https://x/api/v1/nodes/n1/proxy/configz", true},
		{"GET", "https://x/k8s/clusters/c/api/v1/nodes/n1/proxy/configz", true},
		{"GET", "https://x/api/v1/nodes/n1/proxy/configz?command=id", false},
		{"POST", "https://x/api/v1/nodes/n1/proxy/configz", false},
		{"GET", "https://x/api/v1/nodes/n1/proxy/exec/configz", false},
		{"GET", "https://x/api/v1/nodes/n1/proxy/run/a/b/c", false},
		{"GET", "https://x/api/v1/nodes/../proxy/configz", false},
		{"GET", "https://x/api/v1/nodes/a%2fb/proxy/configz", false},
		{"GET", "https://x/api/v1/nodes//proxy/configz", false},
		{"GET", "https://x/api/v1/pods/n1/proxy/configz", false},
		{"GET", "https://x/api/v1/nodes/n1/proxy/pods", false},
		{"GET", "https://x/proxy/configz", false},
	} {
		r := httptest.NewRequest(c.method, c.url, nil)
		r.Body = nil
		if asksConfigz(r) != c.want {
			t.Errorf("%s %s: want %v", c.method, c.url, c.want)
		}
		r.Header.Set("Upgrade", "websocket")
		if asksConfigz(r) {
			t.Errorf("%s %s: upgrades", c.method, c.url)
		}
	}
}
