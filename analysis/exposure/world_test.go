package exposure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// world is a cluster with an analyser on it.
type world struct {
	t testing.TB
	c *cluster.Cluster
	a *Analyser
}

func newWorld(t testing.TB, objects ...runtime.Object) *world {
	t.Helper()
	w := &world{t: t, c: cluster.New(), a: New()}
	for _, o := range objects {
		w.put(o)
	}
	w.a.Flush(w.c)
	return w
}

func (w *world) put(o runtime.Object) model.Record {
	w.t.Helper()
	r, err := record.Make(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.change(model.Put(r))
	return r
}

func (w *world) change(change model.Change) {
	if d, ok := w.c.Apply(change); ok {
		w.a.Update(w.c, d)
	}
}

// told lists the ways into a namespace in words.
func (w *world) told(namespace string) string {
	var lines []string
	for _, x := range w.a.Ways(w.c, namespace) {
		lines = append(lines, tell(x))
	}
	return strings.Join(lines, "\n")
}

func (w *world) expect(namespace string, want ...string) {
	w.t.Helper()
	if got := w.told(namespace); got != strings.Join(want, "\n") {
		w.t.Errorf("ways into %s:\n%s\nwant\n%s", namespace, got, strings.Join(want, "\n"))
	}
}

// tell writes a way: what, from where, through what, to which pods, what is odd.
func tell(x *Way) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", x.How, x.Via)
	if !x.Route.IsZero() {
		fmt.Fprintf(&b, " %s", x.Route)
	}
	if x.Host != "" {
		fmt.Fprintf(&b, " host=%s", x.Host)
	}
	fmt.Fprintf(&b, " %s:%d/%s", x.Address, x.Port, x.Protocol)
	if !x.Service.IsZero() && x.Service != x.Via {
		fmt.Fprintf(&b, " %s", x.Service)
	}
	for _, p := range x.Sources {
		fmt.Fprintf(&b, " from=%s", p)
	}
	if x.TLS {
		b.WriteString(" tls")
	}
	if x.Internal {
		b.WriteString(" internal")
	}
	if x.SourceKept {
		b.WriteString(" kept")
	}
	for _, t := range x.Targets {
		fmt.Fprintf(&b, " →%s/%s:%d", t.Pod.Namespace, t.Pod.Name, t.Port)
	}
	for _, t := range x.Beyond {
		fmt.Fprintf(&b, " ⇢%s", t)
	}
	for _, p := range x.Controller {
		fmt.Fprintf(&b, " by=%s/%s", p.Namespace, p.Name)
	}
	if x.Assumed {
		b.WriteString(" assumed")
	}
	if x.Broken != "" {
		fmt.Fprintf(&b, " ✗ %s", x.Broken)
	}
	return b.String()
}

func labelled(words string) map[string]string {
	m := map[string]string{}
	for _, w := range strings.Fields(words) {
		k, v, _ := strings.Cut(w, "=")
		m[k] = v
	}
	return m
}

// pod gives a running pod; a port is name:number or name:number:hostPort.
func pod(namespace, name, words string, ports ...corev1.ContainerPort) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labelled(words)},
		Spec:       corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "c", Ports: ports}}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

func with[T any](o T, change func(T)) T {
	change(o)
	return o
}

func tcp(name string, number int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: number, Protocol: corev1.ProtocolTCP}
}

// service gives a Service with one TCP port 80 to a target port.
func service(namespace, name, kind, selector string, target intstr.IntOrString) *corev1.Service {
	s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	s.Spec.Type, s.Spec.Selector, s.Spec.ClusterIP = corev1.ServiceType(kind), labelled(selector), "10.0.0.1"
	s.Spec.Ports = []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: target, Protocol: corev1.ProtocolTCP}}
	if kind == "NodePort" || kind == "LoadBalancer" {
		s.Spec.Ports[0].NodePort = 30080
	}
	return s
}

func ingressOf(namespace, name, class string, hosts ...string) *networkingv1.Ingress {
	i := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	if class != "" {
		i.Spec.IngressClassName = &class
	}
	for _, h := range hosts {
		host, service, _ := strings.Cut(h, "→")
		b := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: service, Port: networkingv1.ServiceBackendPort{Number: 80}}}
		i.Spec.Rules = append(i.Spec.Rules, networkingv1.IngressRule{Host: host, IngressRuleValue: networkingv1.IngressRuleValue{
			HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: "/", Backend: b}}},
		}})
	}
	return i
}

func sliceOf(namespace, name, service, by string, number int32, addresses ...string) *discoveryv1.EndpointSlice {
	port, protocol := "http", corev1.ProtocolTCP
	return &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: service, discoveryv1.LabelManagedBy: by}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: &port, Port: &number, Protocol: &protocol}},
		Endpoints:   []discoveryv1.Endpoint{{Addresses: addresses}},
	}
}

// custom reads objects from YAML.
func custom(t testing.TB, text string) []runtime.Object {
	t.Helper()
	var list []runtime.Object
	for _, doc := range strings.Split(text, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatal(err)
		}
		list = append(list, u)
	}
	return list
}

func exposed(w *world) string {
	var names []string
	for p := range w.a.Exposed(w.c) {
		names = append(names, p.Namespace+"/"+p.Name)
	}
	if !slices.IsSorted(names) {
		w.t.Errorf("not sorted: %v", names)
	}
	return strings.Join(names, " ")
}
