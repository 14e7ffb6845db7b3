package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"canopy/cmd/canopy/canarytest"
	"canopy/cmd/canopy/command"
	"canopy/cmd/canopy/output"
	"canopy/k8s/labtest"
	"canopy/model"
)

// canaries runs command lines in this process, and keeps all that they write.
type canaries struct {
	t       *testing.T
	planted *canarytest.Machines
	dir     string
	// of are the flags that name what is looked at.
	of      []string
	written map[string]string
}

func newCanaries(t *testing.T, namespace string) *canaries {
	t.Helper()
	c := &canaries{t: t, planted: canarytest.PlantMachines(canarytest.NewValues(t), namespace), dir: t.TempDir(), written: map[string]string{}}
	t.Setenv("XDG_DATA_HOME", filepath.Join(c.dir, "data"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(c.dir, "cache"))
	return c
}

// run runs a command line, and gives what it prints.
func (c *canaries) run(code int, in string, args ...string) string {
	c.t.Helper()
	var out, told bytes.Buffer
	name := strings.Join(args, " ")
	got := command.Run(c.t.Context(), append(args, "--log-file", filepath.Join(c.dir, "log"), "--log-level", "debug"), command.Streams{In: strings.NewReader(in), Out: &out, Err: &told})
	if got != code {
		c.t.Errorf("canopy %s: exit status %d, want %d: %s", name, got, code, &told)
	}
	c.written[name] += out.String() + told.String()
	return out.String()
}

// file keeps a file that was written.
func (c *canaries) file(path string) {
	c.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	c.written[path] = string(data)
}

// commands runs all that speaks of nodes and versions, and captures what is read.
func (c *canaries) commands(namespace string, more ...string) (capture string) {
	c.t.Helper()
	for _, format := range output.Common() {
		c.run(0, "", slices.Concat([]string{"nodes", "-o", string(format)}, more, c.of)...)
	}
	for _, format := range output.Scan() {
		c.run(0, "", slices.Concat([]string{"scan", "-o", string(format)}, c.of)...)
	}
	c.run(0, "", slices.Concat([]string{"secrets", "-o", "json"}, c.of)...)
	c.fixes(namespace)
	c.run(0, "", slices.Concat([]string{"guard", "--all"}, c.of)...)
	return c.captured()
}

// fixes makes all fixes, and foretells what those of a namespace would do: a report of a scanner is not kept in a form that could be changed.
func (c *canaries) fixes(namespace string) {
	c.t.Helper()
	c.run(0, "", slices.Concat([]string{"fix", "--all", "-o", "json"}, c.of)...)
	c.run(0, "", slices.Concat([]string{"fix", "--all", "--preview", "-n", namespace}, c.of)...)
}

func (c *canaries) captured() string {
	c.t.Helper()
	path := filepath.Join(c.dir, "cluster.tar.gz")
	c.run(0, "", slices.Concat([]string{"capture", "--out", path}, c.of)...)
	unpacked, err := exec.Command("tar", "-xzOf", path).Output()
	if err != nil {
		c.t.Fatal(err)
	}
	c.written["the capture"] = string(unpacked)
	return string(unpacked)
}

// absent looks for the values in all that was written.
func (c *canaries) absent() {
	c.t.Helper()
	c.file(filepath.Join(c.dir, "log"))
	for _, name := range slices.Sorted(maps.Keys(c.written)) {
		c.planted.Values.Absent(name, c.written[name])
	}
	if c.planted.Values.Count() < 40 || len(c.written) < 14 {
		c.t.Errorf("%d values were looked for in %d texts", c.planted.Values.Count(), len(c.written))
	}
}

// TestDataCanaries takes tables from files with credentials, and from files that are something else altogether.
func TestDataCanaries(t *testing.T) {
	c := newCanaries(t, "shop")
	taken, refused := c.planted.Tables()
	path := func(name, text string) string {
		t.Helper()
		path := filepath.Join(c.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const now = "--now=2026-11-26T12:00:00Z"
	for name, text := range refused {
		c.run(2, "", "data", "update", "--from", path(name, text), now)
		c.run(2, text, "data", "update", "--from", "-", now)
	}
	for name, text := range taken {
		c.run(0, "", "data", "update", "--from", path(name, text), now, "-o", "json")
	}
	for _, format := range output.Common() {
		c.run(0, "", "data", "-o", string(format), now)
	}
	c.run(0, "", "version", "-o", "json")
	c.file(filepath.Join(c.dir, "data", "canopy", "tables.json"))
	for name, text := range refused {
		if !c.planted.Values.Present(text) {
			t.Errorf("%s holds no value", name)
		}
	}
	// A user's file that is spoilt is told of with each command, and judged without.
	own := filepath.Join(c.dir, "data", "canopy", "tables.json")
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		if err := os.WriteFile(own, []byte(refused[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		c.written["data beside "+name] = c.run(0, "", "data", now) + c.run(0, "", "data", "-o", "json", now)
	}
	c.absent()
}

// TestNodeCanaries looks for the values in what is written of files.
func TestNodeCanaries(t *testing.T) {
	c := newCanaries(t, "shop")
	var lines strings.Builder
	for _, o := range slices.Concat(c.planted.Objects, c.planted.Reports) {
		data, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(data)
		lines.WriteString("\n---\n")
	}
	path := filepath.Join(c.dir, "cluster.yaml")
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c.of = []string{"-f", path, "--now=2026-11-26T12:00:00Z"}
	for _, format := range output.Common() {
		c.run(0, "", slices.Concat([]string{"nodes", "-o", string(format)}, c.of)...)
	}
	for _, format := range output.Scan() {
		c.run(0, "", slices.Concat([]string{"scan", "-o", string(format)}, c.of)...)
	}
	c.fixes("shop")
	if text := c.written[strings.Join(slices.Concat([]string{"nodes", "-o", "json"}, c.of), " ")]; !strings.Contains(text, "anonymous requests are served") || !strings.Contains(text, "read-only port") {
		t.Errorf("the configuration and the report are not judged: %s", text)
	}
	c.absent()
}

// forwarded gives an address of this machine to which an API server forwards questions for kubelets; "" where there is none but the loopback.
func forwarded(t *testing.T) string {
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
	return ""
}

// kubelets answers for kubelets, and makes a node for each answer.
func (c *canaries) kubelets(lab *labtest.Lab) (ip string) {
	c.t.Helper()
	if ip = forwarded(c.t); ip == "" {
		c.t.Log("NOT TESTED: this machine has no address but the loopback, so no kubelet is asked")
		return ""
	}
	nodes := lab.Client(labtest.Admin).CoreV1().Nodes()
	for name, answer := range map[string]string{c.planted.Node: c.planted.Configz, "broken": c.planted.Broken, "odd": c.planted.Odd} {
		l, err := net.Listen("tcp", ip+":0")
		if err != nil {
			c.t.Fatal(err)
		}
		server := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) })}}
		server.StartTLS()
		c.t.Cleanup(server.Close)
		n, err := nodes.Get(c.t.Context(), name, metav1.GetOptions{})
		if err != nil {
			n, err = nodes.Create(c.t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
		}
		if err == nil {
			n.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: ip}}
			n.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(l.Addr().(*net.TCPAddr).Port) //nolint:gosec // a port
			_, err = nodes.UpdateStatus(c.t.Context(), n, metav1.UpdateOptions{})
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
	return ip
}

// create makes an object as soon as the server takes it, with its status.
func (c *canaries) create(client dynamic.Interface, o canarytest.Object) {
	c.t.Helper()
	u := &unstructured.Unstructured{}
	data, err := json.Marshal(o)
	if err == nil {
		err = u.UnmarshalJSON(data)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	k := model.KindByName(u.GetKind())
	var into dynamic.ResourceInterface = client.Resource(k.GVR())
	if k.Namespaced {
		into = client.Resource(k.GVR()).Namespace(u.GetNamespace())
	}
	made, err := into.Create(c.t.Context(), u, metav1.CreateOptions{})
	for range 200 {
		if err == nil {
			break
		}
		made, err = into.Create(c.t.Context(), u, metav1.CreateOptions{})
	}
	if status, ok := u.Object["status"]; ok && err == nil {
		made.Object["status"] = status
		_, err = into.UpdateStatus(c.t.Context(), made, metav1.UpdateOptions{})
	}
	if err != nil {
		c.t.Fatal(fmt.Errorf("%s %s: %w", u.GetKind(), u.GetName(), err))
	}
}

// TestLiveNodeCanaries looks for the values in what is written and shown of a real cluster.
func TestLiveNodeCanaries(t *testing.T) {
	lab := labtest.Private(t)
	namespace := lab.Namespace(t)
	c := newCanaries(t, namespace)
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"InfraAssessmentReport", "ClusterInfraAssessmentReport"} {
		k := model.KindByName(name)
		scope := map[bool]string{true: "Namespaced", false: "Cluster"}[k.Namespaced]
		c.create(client, canarytest.Object{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": canarytest.Object{"name": k.Resource + "." + k.Group},
			"spec": canarytest.Object{"group": k.Group, "scope": scope, "names": canarytest.Object{"plural": k.Resource, "singular": strings.ToLower(k.Kind), "kind": k.Kind, "listKind": k.Kind + "List"},
				"versions": []any{canarytest.Object{"name": k.Version, "served": true, "storage": true, "schema": canarytest.Object{"openAPIV3Schema": canarytest.Object{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}})
	}
	for _, o := range slices.Concat(c.planted.Objects, c.planted.Reports) {
		c.create(client, o)
	}
	m := &measures{
		nodes: func() any {
			return figures("NodeMetricsList", figure("", c.planted.Node, "1", "2Gi", c.planted.Metrics("a node")))
		},
		pods: func() any {
			return figures("PodMetricsList", figure(namespace, "p", "1", "2Gi", c.planted.Metrics("a pod")))
		},
	}
	m.serve(t, lab)
	m.register(t, lab)
	c.of = []string{"--kubeconfig", lab.Kubeconfig(labtest.Canopy)}
	asking := c.kubelets(lab) != ""
	var more []string
	if asking {
		more = []string{"--kubelet-config"}
	}
	capture := c.commands(namespace, more...)
	for _, name := range []string{"kubelet-config", "planted", "versioned", "pod-apiserver"} {
		if !strings.Contains(capture, `"`+name+`"`) {
			t.Errorf("the capture does not speak of %s", name)
		}
	}
	if text := c.written["nodes -o json "+strings.Join(slices.Concat(more, c.of), " ")]; asking && (!strings.Contains(text, "the kubelet, asked") || !strings.Contains(text, "read-only port")) {
		t.Errorf("no kubelet was asked: %s", text)
	}
	// What was captured is read again, and says the same.
	for _, format := range output.Common() {
		c.run(0, "", "nodes", "-o", string(format), "-f", filepath.Join(c.dir, "cluster.tar.gz"))
	}
	maps.Copy(c.written, c.screens(namespace, asking))
	if m.asked.Load() == 0 {
		t.Error("nobody asked for metrics")
	}
	c.absent()
}
