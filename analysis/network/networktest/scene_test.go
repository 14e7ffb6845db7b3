package networktest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
	"sigs.k8s.io/yaml"
)

// scene makes the cluster that the rows are shown in: shop/web and shop/db on node n1, ops/job on n2, and ops/agent on the
// network of n1. web serves TCP 8080 as http and UDP 53 as dns, db TCP 5432 as sql and TCP 8080 without a name.
func scene() *World {
	w := &World{
		Namespaces: []*corev1.Namespace{namespaced("shop", map[string]string{"team": "a"}), namespaced("ops", map[string]string{"team": "b", "infra": ""})},
		Pods: []*corev1.Pod{
			podOf("shop/web", "10.0.0.1", map[string]string{"app": "web"}, named("http", corev1.ProtocolTCP, 8080), named("dns", corev1.ProtocolUDP, 53)),
			podOf("shop/db", "10.0.0.2", map[string]string{"app": "db", "tier": "data"}, named("sql", "", 5432), named("", corev1.ProtocolTCP, 8080)),
			podOf("ops/job", "10.0.1.1", map[string]string{"app": "job"}),
			podOf("ops/agent", "172.16.0.1", map[string]string{"app": "agent"}, named("metrics", corev1.ProtocolTCP, 9100)),
		},
	}
	for i, labels := range []map[string]string{{"role": "edge"}, {"role": "inner"}} {
		w.Nodes = append(w.Nodes, &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("n", i+1), Labels: labels},
			Status:     corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: fmt.Sprint("172.16.0.", i+1)}, {Type: corev1.NodeHostName, Address: fmt.Sprint("n", i+1)}}},
		})
	}
	for i, node := range []string{"n1", "n1", "n2", "n1"} {
		w.Pods[i].Spec.NodeName = node
	}
	w.Pods[3].Spec.HostNetwork = true
	return w
}

// network adds NetworkPolicies, each as NAMESPACE SPEC.
func (w *World) network(t testing.TB, specs ...string) {
	for i, text := range specs {
		namespace, spec, _ := strings.Cut(text, " ")
		p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprint("np-", i)}}
		unmarshal(t, spec, &p.Spec)
		w.Policies = append(w.Policies, p)
	}
}

// clusterwide adds ClusterNetworkPolicies. Where the text says no priority it is 10.
func (w *World) clusterwide(t testing.TB, specs ...string) {
	for i, spec := range specs {
		p := &v1alpha2.ClusterNetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("cnp-", i)}, Spec: v1alpha2.ClusterNetworkPolicySpec{Priority: 10}}
		unmarshal(t, spec, &p.Spec)
		w.Cluster = append(w.Cluster, p)
	}
}

func unmarshal(t testing.TB, text string, into any) {
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// check asks one question: "SRC > DST PROTOCOL/PORT answer", where an end is a pod or an address.
func check(t testing.TB, w *World, name string, j judge, text string) {
	f := strings.Fields(text)
	if len(f) != 5 || f[1] != ">" {
		t.Fatalf("check %q", text)
	}
	port, want := portOf(t, f[3]), Answer(f[4])
	if !slices.Contains([]Answer{Allow, Deny, Depends, NotEvaluated}, want) {
		t.Fatalf("check %q", text)
	}
	var got Answer
	switch {
	case !strings.Contains(f[0], "/"):
		got = j.In(netip.MustParseAddr(f[0]), w.find(t, f[2]), port)
	case !strings.Contains(f[2], "/"):
		got = j.Out(w.find(t, f[0]), netip.MustParseAddr(f[2]), port)
	default:
		got = j.Pods(w.find(t, f[0]), w.find(t, f[2]), port)
	}
	if got != want {
		t.Errorf("%s: %s: %s", name, text, got)
	}
}
