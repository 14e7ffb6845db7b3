package metrics

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"canopy/k8s/labtest"
	"canopy/model"
)

// TestRealServer goes through all that can become of metrics at a real API server, which passes questions on to a scripted metrics API.
func TestRealServer(t *testing.T) {
	lab := labtest.Private(t)
	s := &script{}
	start := time.Now().Unix()
	s.nodes.Items = []v1beta1.NodeMetrics{node("n1", start, "1500m", "2Gi")}
	s.pods.Items = []v1beta1.PodMetrics{pod("team-a", "web", start, "250m", "3n")}
	stub := serve(t, lab, s, "127.0.0.1:0")
	port := int64(stub.Listener.Addr().(*net.TCPAddr).Port)

	reader := follow(t, lab, labtest.Canopy)
	reader.until("absent", func(u *model.Usage) bool {
		state, reason := u.OfPods()
		return u.State == model.UsageAbsent && state == u.State && reason == u.Reason && strings.Contains(u.Reason, "not installed")
	})
	register(t, lab, port)
	reader.until("good", func(u *model.Usage) bool { return u.State == model.UsageGood && u.PodState == "" && u.Reason == "" })

	web := types.NamespacedName{Namespace: "team-a", Name: "web"}
	for i := range int64(3) {
		s.set(func(s *script) {
			s.nodes.Items[0].Timestamp = metav1.Unix(start+15*(i+1), 0)
			s.pods.Items[0] = pod("team-a", "web", start+15*(i+1), "300m", "5n")
		})
		u := reader.until("one sample more", func(u *model.Usage) bool {
			return u.Nodes["n1"].Len() == int(i)+2 && u.Pods[web] != nil && u.Pods[web].Containers["a"].Len() == int(i)+2
		})
		want := []model.Sample{{At: start, CPU: 250, Memory: 64 << 20}, {At: start + 15, CPU: 300, Memory: 64 << 20}}
		if got := u.Pods[web].Containers["a"].All(); !slices.Equal(got[:2], want) {
			t.Errorf("web: %v", got)
		}
	}
	for _, path := range s.paths() {
		if strings.Contains(path, "watch") {
			t.Errorf("asked for %s", path)
		}
	}

	// Nobody may list nothing, then pods, then all.
	nobody := follow(t, lab, labtest.Nobody)
	nobody.until("forbidden", func(u *model.Usage) bool {
		state, reason := u.OfPods()
		return u.State == model.UsageForbidden && strings.Contains(u.Reason, "list nodes of metrics.k8s.io") &&
			state == model.UsageForbidden && strings.Contains(reason, "list pods of metrics.k8s.io")
	})
	grant(t, lab, "pods")
	nobody.until("pods alone", func(u *model.Usage) bool {
		return u.State == model.UsageForbidden && u.PodState == model.UsageGood && len(u.Pods) == 1
	})
	grant(t, lab, "nodes")
	nobody.until("all", func(u *model.Usage) bool { return u.State == model.UsageGood && len(u.Nodes) == 1 })

	// It stops, and comes back at the same place.
	address := stub.Listener.Addr().String()
	stub.CloseClientConnections()
	stub.Close()
	reader.until("unavailable", func(u *model.Usage) bool {
		return u.State == model.UsageUnavailable && strings.Contains(u.Reason, "registered but does not answer") && u.Pods[web].Containers["a"].Len() == 4
	})
	serve(t, lab, s, address)
	reader = follow(t, lab, labtest.Canopy)
	reader.until("good again", func(u *model.Usage) bool { return u.State == model.UsageGood })
}

// serve starts a metrics API that only the API server may ask.
func serve(t *testing.T, lab *labtest.Lab, s *script, address string) *httptest.Server {
	t.Helper()
	authority, err := os.ReadFile(filepath.Join(lab.Dir(), "pki", "front-proxy-ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	proxies := x509.NewCertPool()
	proxies.AppendCertsFromPEM(authority)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}}
	server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: proxies}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// register tells the API server where the metrics API is.
func register(t *testing.T, lab *labtest.Lab, port int64) {
	t.Helper()
	if _, err := lab.Client(labtest.Admin).CoreV1().Services("kube-system").Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "metrics-server"},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	services := dynamic.NewForConfigOrDie(lab.Config(labtest.Admin)).Resource(schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"})
	if _, err := services.Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": "v1beta1.metrics.k8s.io"},
		"spec": map[string]any{
			"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": int64(100), "versionPriority": int64(100), "insecureSkipTLSVerify": true,
			"service": map[string]any{"namespace": "kube-system", "name": "metrics-server", "port": port},
		},
	}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// grant lets Nobody list metrics, by the rule that the message names.
func grant(t *testing.T, lab *labtest.Lab, resource string) {
	t.Helper()
	roles := lab.Client(labtest.Admin).RbacV1()
	if _, err := roles.ClusterRoles().Create(t.Context(), &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: "metrics-" + resource},
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{"metrics.k8s.io"}, Resources: []string{resource}, Verbs: []string{"list"}}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := roles.ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "metrics-" + resource},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "metrics-" + resource},
		Subjects:   []rbacv1.Subject{{Kind: "User", APIGroup: rbacv1.GroupName, Name: "nobody"}},
	}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// following is a Meter of a user at work, whose newest state is kept.
type following struct {
	t    *testing.T
	user string
	news chan *model.Usage
}

func follow(t *testing.T, lab *labtest.Lab, user string) *following {
	t.Helper()
	f := &following{t: t, user: user, news: make(chan *model.Usage, 1)}
	m := &Meter{Config: lab.Config(user), Clock: model.SystemClock{}, Every: 100 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.Measure(ctx, func(u *model.Usage) {
			select {
			case <-f.news:
			default:
			}
			f.news <- u
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return f
}

// until waits for a state.
func (f *following) until(what string, is func(*model.Usage) bool) *model.Usage {
	f.t.Helper()
	var last *model.Usage
	end := time.After(2 * time.Minute)
	for {
		select {
		case last = <-f.news:
			if is(last) {
				f.t.Logf("%s: %s: nodes %s %q, pods %s %q", f.user, what, last.State, last.Reason, last.PodState, last.PodReason)
				return last
			}
		case <-end:
			f.t.Fatalf("%s: not %s within two minutes, but %+v", f.user, what, last)
		}
	}
}
