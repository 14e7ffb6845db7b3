package engine

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
)

// barrier gives what decides who can talk to whom: policies of every kind, with what they look at.
func (w *world) barrier(meta metav1.ObjectMeta) runtime.Object {
	cluster := metav1.ObjectMeta{Name: meta.Name}
	switch w.IntN(12) {
	case 0:
		return w.ordered("ClusterNetworkPolicy", cluster, map[string]any{
			"tier": w.pick("Admin", "Baseline"), "priority": int64(w.IntN(3)), "subject": w.whom(),
			"ingress": []any{map[string]any{"action": w.pick("Accept", "Deny", "Pass"), "from": []any{w.whom()}, "protocols": []any{map[string]any{"tcp": map[string]any{"destinationPort": map[string]any{"number": int64(80)}}}}}},
			"egress":  []any{map[string]any{"action": w.pick("Accept", "Deny", "Pass"), "to": []any{map[string]any{"networks": []any{w.pick("0.0.0.0/0", "10.0.0.0/24", "fd00::/8")}}}}},
		})
	case 1:
		return w.ordered("AdminNetworkPolicy", cluster, map[string]any{
			"priority": int64(w.IntN(3)), "subject": w.whom(),
			"ingress": []any{map[string]any{"action": w.pick("Allow", "Deny", "Pass"), "from": []any{w.whom()}}},
		})
	case 2:
		cluster.Name = "default"
		return w.ordered("BaselineAdminNetworkPolicy", cluster, map[string]any{
			"subject": w.whom(), "egress": []any{map[string]any{"action": w.pick("Allow", "Deny"), "to": []any{w.whom()}}},
		})
	case 3:
		return w.ordered("CiliumNetworkPolicy", meta, map[string]any{"endpointSelector": map[string]any{}})
	case 4:
		cluster.Name = w.pick("n1", "n2")
		cluster.Labels = map[string]string{"zone": w.pick("a", "b")}
		return &corev1.Node{ObjectMeta: cluster, Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: w.pick("192.0.2.1", "192.0.2.2")}}}}
	case 5:
		meta.Labels = map[string]string{discoveryv1.LabelServiceName: w.pick("a", "b")}
		return &discoveryv1.EndpointSlice{ObjectMeta: meta, AddressType: discoveryv1.AddressTypeIPv4, Endpoints: []discoveryv1.Endpoint{{Addresses: []string{fmt.Sprintf("10.0.0.%d", w.IntN(9))}}}}
	}
	p := &networkingv1.NetworkPolicy{ObjectMeta: meta}
	p.Spec.PodSelector = w.selector("a", "b", "c", "d")
	for range w.IntN(3) {
		rule := networkingv1.NetworkPolicyIngressRule{}
		if w.IntN(4) > 0 {
			rule.From = []networkingv1.NetworkPolicyPeer{w.peer()}
		}
		if w.IntN(3) == 0 {
			rule.Ports = []networkingv1.NetworkPolicyPort{{Port: &intstr.IntOrString{IntVal: int32(80 + w.IntN(2))}}, {Port: &intstr.IntOrString{Type: intstr.String, StrVal: "http"}}}
		}
		p.Spec.Ingress = append(p.Spec.Ingress, rule)
	}
	for range w.IntN(2) {
		p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: []networkingv1.NetworkPolicyPeer{w.peer()}})
	}
	return p
}

func (w *world) peer() networkingv1.NetworkPolicyPeer {
	pods, namespaces := w.selector("a", "b"), metav1.LabelSelector{}
	if w.IntN(2) == 0 {
		namespaces.MatchLabels = map[string]string{w.pick("kubernetes.io/metadata.name", "env"): w.pick("shop", "data", "prod", "dev")}
	}
	switch w.IntN(4) {
	case 0:
		return networkingv1.NetworkPolicyPeer{PodSelector: &pods}
	case 1:
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &namespaces}
	case 2:
		return networkingv1.NetworkPolicyPeer{PodSelector: &pods, NamespaceSelector: &namespaces}
	}
	return networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: w.pick("0.0.0.0/0", "10.0.0.0/24", "169.254.169.254/32"), Except: nil}}
}

func (w *world) selector(values ...string) metav1.LabelSelector {
	if w.IntN(3) == 0 {
		return metav1.LabelSelector{}
	}
	return metav1.LabelSelector{MatchLabels: map[string]string{"app": w.pick(values...)}}
}

// whom gives a subject or a peer of the policies of the whole cluster.
func (w *world) whom() map[string]any {
	if w.IntN(2) == 0 {
		return map[string]any{"namespaces": map[string]any{"matchLabels": map[string]any{"env": w.pick("prod", "dev")}}}
	}
	return map[string]any{"pods": map[string]any{"namespaceSelector": map[string]any{}, "podSelector": map[string]any{"matchLabels": map[string]any{"app": w.pick("a", "b")}}}}
}

// ordered gives an object of an optional kind.
func (w *world) ordered(kind string, meta metav1.ObjectMeta, spec map[string]any) runtime.Object {
	u := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	u.SetGroupVersionKind(model.KindByName(kind).GVK())
	u.SetName(meta.Name)
	u.SetNamespace(meta.Namespace)
	u.SetUID("")
	return u
}
