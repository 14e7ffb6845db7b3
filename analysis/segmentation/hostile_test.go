package segmentation

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

func contain(text, part string) bool { return strings.Contains(text, part) }

// nasty are texts that somebody may have chosen with care.
func nasty() []string {
	return []string{"\x1b[31mred\x1b[0m", "a\x00b", "\u202eevil", "<script>", strings.Repeat("x", 100000), "'; drop table", "a/b/c", "\n\n", "", "%s%n", "\xff\xfe"}
}

// TestNastyTexts holds that no text breaks anything, and that evidence stays short.
func TestNastyTexts(t *testing.T) {
	b := newCourt(t, law(t), today()).complete()
	for i, text := range nasty() {
		name := fmt.Sprint("n", i, text)
		meta := metav1.ObjectMeta{Namespace: text, Name: name, Labels: map[string]string{text: text, "app": text, "env": "prod" + text}, Annotations: map[string]string{
			proxyDomain + text + "-snippet": text, rangesAnnotation: text, "service.beta.kubernetes.io/" + text + "-internal-load-balancer": text}}
		yes := true
		owned := meta
		owned.Name = "o" + name
		owned.OwnerReferences = []metav1.OwnerReference{{APIVersion: text, Kind: text, Name: text, Controller: &yes}}
		spec := corev1.PodSpec{Containers: []corev1.Container{{Name: text, Image: text, Ports: []corev1.ContainerPort{{Name: text, ContainerPort: -1}, {ContainerPort: 1 << 30}}}}, DNSPolicy: corev1.DNSPolicy(text)}
		selector := metav1.LabelSelector{MatchLabels: map[string]string{text: text}, MatchExpressions: []metav1.LabelSelectorRequirement{{Key: text, Operator: metav1.LabelSelectorOperator(text), Values: []string{text}}}}
		rules := []networkingv1.NetworkPolicyPeer{{PodSelector: &selector}, {NamespaceSelector: &selector}, {IPBlock: &networkingv1.IPBlock{CIDR: text, Except: []string{text}}}, {}}
		b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: text, Labels: meta.Labels}}, &corev1.Pod{ObjectMeta: meta, Spec: spec}, &corev1.Pod{ObjectMeta: owned, Spec: spec},
			&networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: networkingv1.NetworkPolicySpec{PodSelector: selector, PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyType(text)},
				Ingress: []networkingv1.NetworkPolicyIngressRule{{From: rules}}, Egress: []networkingv1.NetworkPolicyEgressRule{{To: rules}}}},
			&corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, ExternalIPs: []string{text}, LoadBalancerSourceRanges: []string{text}, Selector: map[string]string{text: text}}},
			&networkingv1.Ingress{ObjectMeta: meta, Spec: networkingv1.IngressSpec{IngressClassName: &text, Rules: []networkingv1.IngressRule{{Host: text}}, TLS: []networkingv1.IngressTLS{{Hosts: []string{text + "x"}}}}},
			&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.NodeSpec{ProviderID: text}},
		)
		for _, listeners := range []any{text, []any{text}, []any{map[string]any{"protocol": text, "hostname": text, "allowedRoutes": text}}, map[string]any{text: text}, []any{map[string]any{"protocol": int64(5), "allowedRoutes": map[string]any{"namespaces": text}}}} {
			for _, kind := range [][2]string{{"gateway.networking.k8s.io/v1", "Gateway"}, {"route.openshift.io/v1", "Route"}} {
				u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"listeners": listeners, "tls": listeners, "wildcardPolicy": listeners}}}
				u.SetAPIVersion(kind[0])
				u.SetKind(kind[1])
				u.SetName(name)
				u.SetNamespace(text)
				b.put(u)
			}
		}
	}
	if len(b.out.findings) < 50 {
		t.Errorf("only %d findings", len(b.out.findings))
	}
	for _, f := range b.out.findings {
		if len(f.Reason) > longest+4 {
			t.Errorf("%.80q: a reason of %d bytes", f.ID, len(f.Reason))
		}
		for _, e := range f.Proof.Evidence() {
			if len(e.Value) > longest+4 && e.Path != "spec.rules[0].host" && e.Path != "metadata.name" {
				t.Errorf("%.80q %.80q: a value of %d bytes", f.ID, e.Path, len(e.Value))
			}
		}
	}
	if got, want := b.text(), b.anew().text(); got != want {
		t.Error("at once and step by step differ")
	}
}

// TestManyRules holds that objects may be large, and that no product is made of them.
func TestManyRules(t *testing.T) {
	b := newCourt(t, law(t), today()).complete()
	for i := range 100 {
		peers := make([]networkingv1.NetworkPolicyPeer, 0, 100)
		for j := range 100 {
			peers = append(peers, networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": fmt.Sprint("a", (i+j)%50)}}, NamespaceSelector: &metav1.LabelSelector{}})
		}
		b.take(model.Put(recordOf(t, &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", i%20), Name: fmt.Sprint("p", i)}, Spec: networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{"Ingress", "Egress"}, Egress: []networkingv1.NetworkPolicyEgressRule{{To: peers}}}})))
	}
	for i := range 1000 {
		b.take(model.Put(recordOf(t, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", i%20), Name: fmt.Sprint("p", i), Labels: map[string]string{"app": fmt.Sprint("a", i%50), "own": fmt.Sprint(i)}},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c"}}}, Status: corev1.PodStatus{Phase: corev1.PodRunning}})))
	}
	b.flush()
	if n := len(b.short("NW20")); n == 0 {
		t.Error("nobody refuses")
	}
}
