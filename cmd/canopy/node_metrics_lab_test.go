package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"canopy/k8s/labtest"
)

// measures is a metrics API behind the API server. Answers are JSON.
type measures struct {
	nodes, pods func() any
	asked       atomic.Int64
	port        int64
	server      *httptest.Server
}

func (m *measures) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case !strings.Contains(r.URL.Path, "/apis/metrics.k8s.io/v1beta1"):
		_, _ = w.Write([]byte("{}"))
	case strings.HasSuffix(r.URL.Path, "/nodes"):
		m.asked.Add(1)
		_ = json.NewEncoder(w).Encode(m.nodes())
	case strings.HasSuffix(r.URL.Path, "/pods"):
		m.asked.Add(1)
		_ = json.NewEncoder(w).Encode(m.pods())
	default:
		_ = json.NewEncoder(w).Encode(metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: "metrics.k8s.io/v1beta1"})
	}
}

// serve begins to answer on the loopback, to the API server of a lab alone.
func (m *measures) serve(t *testing.T, lab *labtest.Lab) {
	t.Helper()
	authority, err := os.ReadFile(filepath.Join(lab.Dir(), "pki", "front-proxy-ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	proxies := x509.NewCertPool()
	proxies.AppendCertsFromPEM(authority)
	m.server = httptest.NewUnstartedServer(m)
	m.server.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: proxies}
	m.server.StartTLS()
	t.Cleanup(m.server.Close)
	m.port = int64(m.server.Listener.Addr().(*net.TCPAddr).Port)
}

// register tells the API server of a lab where it is.
func (m *measures) register(t *testing.T, lab *labtest.Lab) {
	t.Helper()
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "metrics-server"}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"}}
	if _, err := lab.Client(labtest.Admin).CoreV1().Services("kube-system").Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err == nil {
		services := client.Resource(schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"})
		_, err = services.Create(t.Context(), &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": map[string]any{"name": "v1beta1.metrics.k8s.io"},
			"spec": map[string]any{"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": int64(100), "versionPriority": int64(100), "insecureSkipTLSVerify": true,
				"service": map[string]any{"namespace": "kube-system", "name": "metrics-server", "port": m.port}},
		}}, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// figure is an item of a list of metrics.
func figure(namespace, name, cpu, memory string, more map[string]any) map[string]any {
	metadata := map[string]any{"name": name}
	use := map[string]any{"cpu": cpu, "memory": memory}
	o := map[string]any{"metadata": metadata, "timestamp": time.Now().UTC().Format(time.RFC3339), "window": "15s"}
	if namespace != "" {
		metadata["namespace"] = namespace
		o["containers"] = []any{map[string]any{"name": "app", "usage": use}}
	} else {
		o["usage"] = use
	}
	for k, v := range more {
		metadata[k] = v
	}
	return o
}

func figures(kind string, items ...any) map[string]any {
	return map[string]any{"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": map[string]any{}, "items": items}
}

// usageOf opens the usage of nodes on a terminal of its own.
func (w *nodeWorld) usageOf(t *testing.T, kubeconfig string) *terminal {
	t.Helper()
	s := startSized(t, 200, 50, "--kubeconfig", kubeconfig)
	s.shows("canopy", "live ●")
	s.press("7", "t", "t")
	s.shows("[usage]")
	return s
}

// testMetrics has no metrics API, then one, then a user who may not ask it, then one that does not answer.
func (w *nodeWorld) testMetrics(t *testing.T) {
	namespace := w.lab.Namespace(t)
	w.replicated(t, namespace, "web")
	m := &measures{
		nodes: func() any {
			return figures("NodeMetricsList", figure("", "m1", "1", "2Gi", nil), figure("", "m2", "2500m", "6Gi", nil))
		},
		pods: func() any { return figures("PodMetricsList", figure(namespace, "web-0", "250m", "96Mi", nil)) },
	}
	m.serve(t, w.lab)

	early := w.usageOf(t, w.lab.Kubeconfig(labtest.Canopy))
	early.says("metrics-server is not installed: nobody serves metrics.k8s.io in this cluster.")
	early.says("requests and limits are listed all the same")
	early.shows(namespace+"/web-0 app", "–/100m/500m")
	absent := time.Now()
	m.register(t, w.lab)
	w.served(t)

	s := w.usageOf(t, w.lab.Kubeconfig(labtest.Canopy))
	s.shows("m1", "1 of 4", "25% node", "2Gi of 8Gi")
	s.shows("m2", "2500m of 4", "63% node", "6Gi of 8Gi")
	s.shows(namespace+"/web-0 app", "250m/100m/500m", "96Mi/64Mi/128Mi")
	s.shows(namespace+"/web-1 app", "–/100m/500m")
	s.lacks("not installed")
	s.press("t", "t")
	s.until("the share of the node", func(screen string) bool { return strings.Contains(row(screen, "m1"), "25%") })
	s.quit()

	forbidden := w.usageOf(t, w.readerWithoutMetrics(t))
	forbidden.says("this user may not list nodes of metrics.k8s.io")
	forbidden.says("apiGroups: [metrics.k8s.io]")
	forbidden.shows(namespace+"/web-0 app", "–/100m/500m")
	forbidden.lacks("not installed")
	forbidden.quit()

	// Who had looked before learns of it without a key.
	for !strings.Contains(early.emulator.String(), "250m/100m/500m") {
		if time.Since(absent) > 2*time.Minute {
			t.Fatalf("nothing is measured after two minutes:\n%s", early.emulator.String())
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("figures came by themselves after %s", time.Since(absent))
	early.lacks("not installed")
	early.quit()

	m.server.CloseClientConnections()
	m.server.Close()
	gone := w.usageOf(t, w.lab.Kubeconfig(labtest.Canopy))
	gone.says("metrics-server is registered but does not answer")
	gone.shows(namespace+"/web-0 app", "–/100m/500m")
	gone.quit()
}

// served waits until the API server passes questions on.
func (w *nodeWorld) served(t *testing.T) {
	t.Helper()
	w.until(t, "metrics are served", func() bool {
		_, err := w.client.Discovery().RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/nodes").DoRaw(t.Context())
		return err == nil
	})
}

// readerWithoutMetrics is the kubeconfig of a user who reads nodes and what runs on them, and no metrics.
func (w *nodeWorld) readerWithoutMetrics(t *testing.T) string {
	t.Helper()
	const user = "no-metrics"
	roles := w.client.RbacV1()
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: user}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{"", "apps", "policy", "batch"}, Resources: []string{"*"}, Verbs: []string{"get", "list", "watch"}}}}
	_, err := roles.ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{})
	if err == nil {
		_, err = roles.ClusterRoleBindings().Create(t.Context(), &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
			Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}}}, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatal(fmt.Errorf("a user without metrics: %w", err))
	}
	return kubeconfigOf(t, w.lab.ShortLivedConfig(user, nil, time.Hour))
}
