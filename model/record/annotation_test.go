package record

import (
	"maps"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// TestNetworkAnnotations keeps what tells how an object is reached, on the kinds where that counts, and no text that may be
// a credential.
func TestNetworkAnnotations(t *testing.T) {
	all := map[string]string{
		"nginx.ingress.kubernetes.io/whitelist-source-range":            "10.0.0.0/8",
		"nginx.ingress.kubernetes.io/server-snippet":                    "proxy_set_header Authorization CANARY;",
		"nginx.ingress.kubernetes.io/auth-snippet":                      "",
		"nginx.ingress.kubernetes.io/auth-type":                         "basic",
		"nginx.ingress.kubernetes.io/auth-url":                          "https://auth.example/?token=CANARY",
		"nginx.ingress.kubernetes.io/permanent-redirect":                "https://user:CANARY@example.com",
		"nginx.ingress.kubernetes.io/denylist-source-range":             strings.Repeat("10.0.0.0/8,", 500),
		"traefik.ingress.kubernetes.io/router.entrypoints":              "websecure",
		"traefik.ingress.kubernetes.io/custom-request-headers":          "Authorization:CANARY",
		"kubernetes.io/ingress.class":                                   "gce-internal",
		"alb.ingress.kubernetes.io/scheme":                              "internet-facing",
		"service.beta.kubernetes.io/aws-load-balancer-scheme":           "internal",
		"service.beta.kubernetes.io/aws-load-balancer-internal":         "true",
		"service.beta.kubernetes.io/azure-load-balancer-internal":       "true",
		"networking.gke.io/load-balancer-type":                          "Internal",
		"cloud.google.com/load-balancer-type":                           "Internal",
		"k8s.v1.cni.cncf.io/networks":                                   "macvlan",
		"sidecar.istio.io/inject":                                       "false",
		"sidecar.istio.io/status":                                       `{"containers":["istio-proxy"]}`,
		"linkerd.io/inject":                                             "enabled",
		"example.com/other":                                             "CANARY",
		"meta.helm.sh/release-name":                                     "web",
		"kubectl.kubernetes.io/last-applied-configuration":              "CANARY",
		"service.beta.kubernetes.io/aws-load-balancer-ssl-cert":         "arn:aws:acm:eu-west-1:1:certificate/x",
		"nginx.ingress.kubernetes.io/auth-secret":                       "shop/basic-auth",
		"nginx.ingress.kubernetes.io/auth-tls-verify-client":            "on",
		"nginx.ingress.kubernetes.io/auth-signin":                       "https://auth.example",
		"nginx.ingress.kubernetes.io/auth-tls-error-page":               "",
		"nginx.ingress.kubernetes.io/some-setting-that-may-come-later":  "1",
		"nginx.ingress.kubernetes.io/x-forwarded-prefix":                "/a",
		"nginx.ingress.kubernetes.io/custom-headers":                    "shop/headers",
		"nginx.ingress.kubernetes.io/backend-protocol":                  "HTTPS",
		"nginx.ingress.kubernetes.io/configuration-snippet-unlike-that": "1",
	}
	const n, tr, sb = "nginx.ingress.kubernetes.io/", "traefik.ingress.kubernetes.io/", "service.beta.kubernetes.io/"
	for _, c := range []struct {
		object runtime.Object
		want   map[string]string
	}{
		{&networkingv1.Ingress{}, map[string]string{
			n + "whitelist-source-range": "10.0.0.0/8", n + "server-snippet": Present, n + "auth-snippet": "", n + "auth-type": "basic",
			n + "auth-url": Present, n + "permanent-redirect": Present, n + "denylist-source-range": Present,
			tr + "router.entrypoints": "websecure", tr + "custom-request-headers": Present, "kubernetes.io/ingress.class": "gce-internal",
			"alb.ingress.kubernetes.io/scheme": "internet-facing", n + "auth-secret": "shop/basic-auth", n + "auth-tls-verify-client": "on",
			n + "auth-signin": Present, n + "auth-tls-error-page": "", n + "some-setting-that-may-come-later": "1", n + "x-forwarded-prefix": "/a",
			n + "custom-headers": Present, n + "backend-protocol": "HTTPS", n + "configuration-snippet-unlike-that": "1",
		}},
		{&corev1.Service{}, map[string]string{
			sb + "aws-load-balancer-scheme": "internal", sb + "aws-load-balancer-internal": "true", sb + "azure-load-balancer-internal": "true",
			sb + "aws-load-balancer-ssl-cert":      "arn:aws:acm:eu-west-1:1:certificate/x",
			"networking.gke.io/load-balancer-type": "Internal", "cloud.google.com/load-balancer-type": "Internal",
		}},
		{&corev1.Pod{}, map[string]string{
			"k8s.v1.cni.cncf.io/networks": "macvlan", "sidecar.istio.io/inject": "false", "sidecar.istio.io/status": Present, "linkerd.io/inject": "enabled",
		}},
		{&corev1.Namespace{}, map[string]string{"linkerd.io/inject": "enabled"}},
		{&corev1.ConfigMap{}, nil},
		{&unstructured.Unstructured{Object: map[string]any{"apiVersion": "serving.knative.dev/v1", "kind": "Service"}}, nil},
	} {
		c.object.(metav1.Object).SetAnnotations(maps.Clone(all))
		r, err := Make(c.object)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"meta.helm.sh/release-name": "web"}
		maps.Copy(want, c.want)
		if got := r.GetAnnotations(); !maps.Equal(got, want) {
			t.Errorf("%T: got %v, want %v", c.object, got, want)
		}
	}
}

// TestReachStaysInRecords keeps what tells under which addresses an object is reached.
func TestReachStaysInRecords(t *testing.T) {
	service := &corev1.Service{Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, ExternalIPs: []string{"192.0.2.1"}, LoadBalancerSourceRanges: []string{"10.0.0.0/8"}}}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "192.0.2.2"}}
	ingress := &networkingv1.Ingress{}
	ingress.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{Hostname: "lb.example"}}
	node := &corev1.Node{Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeExternalIP, Address: "192.0.2.3"}}}}
	for _, o := range []runtime.Object{service, ingress, node} {
		if _, err := Make(o.DeepCopyObject()); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := Make(service.DeepCopy())
	if o := s.(*Typed[*corev1.Service]).Object; o.Status.LoadBalancer.Ingress[0].IP != "192.0.2.2" || o.Spec.ExternalIPs[0] != "192.0.2.1" || len(o.Spec.LoadBalancerSourceRanges) != 1 {
		t.Errorf("Service %+v", o)
	}
	i, _ := Make(ingress.DeepCopy())
	if o := i.(*Typed[*networkingv1.Ingress]).Object; o.Status.LoadBalancer.Ingress[0].Hostname != "lb.example" {
		t.Errorf("Ingress %+v", o)
	}
	n, _ := Make(node.DeepCopy())
	if o := n.(*Typed[*corev1.Node]).Object; o.Status.Addresses[0].Address != "192.0.2.3" {
		t.Errorf("Node %+v", o)
	}
}

// TestOptionalRecords tell the version they were read at, and hold no private key and no header's value.
func TestOptionalRecords(t *testing.T) {
	make := func(apiVersion, kind string, spec map[string]any) *Custom {
		t.Helper()
		u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": apiVersion, "kind": kind, "spec": spec}}
		u.SetName("x")
		u.SetNamespace("shop")
		r, err := Make(u)
		if err != nil {
			t.Fatal(err)
		}
		return r.(*Custom)
	}
	header := []any{map[string]any{"name": "Authorization", "value": "CANARY"}}
	route := make("gateway.networking.k8s.io/v1beta1", "HTTPRoute", map[string]any{"hostnames": []any{"a.example"}, "rules": []any{map[string]any{
		"filters": []any{map[string]any{"type": "RequestHeaderModifier", "requestHeaderModifier": map[string]any{"set": header}}}}}})
	if route.Kind.Version != "v1beta1" || route.Kind.Resource != "httproutes" || route.Ref().Version != "v1beta1" || model.KindByName("HTTPRoute").Version != "v1" {
		t.Errorf("kind %+v", route.Kind)
	}
	edge := make("route.openshift.io/v1", "Route", map[string]any{"host": "a.example", "tls": map[string]any{"termination": "edge", "key": "CANARY", "certificate": "CANARY"}})
	if spec := edge.Body["spec"].(map[string]any); spec["tls"].(map[string]any)["termination"] != "edge" || edge.Kind != model.KindByName("Route") {
		t.Errorf("route %v", edge.Body)
	}
	for _, r := range []*Custom{route, edge} {
		text, err := (&unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "x", "body": r.Body}}).MarshalJSON()
		if err != nil || strings.Contains(string(text), "CANARY") || !strings.Contains(string(text), "a.example") {
			t.Errorf("%s: %s %v", r.Kind.Kind, text, err)
		}
	}
}

// TestRebootAnnotations keeps what kured says: when, and of its lock that it is there.
func TestRebootAnnotations(t *testing.T) {
	const inProgress, needed, at = "weave.works/kured-reboot-in-progress", "weave.works/kured-most-recent-reboot-needed", "2026-11-20T03:00:00Z"
	all := map[string]string{inProgress: at, needed: "hunter2", kuredLock: `{"nodeID":"n1"}`, "weave.works/other": "x"}
	for _, c := range []struct {
		kind string
		want map[string]string
	}{
		{"Node", map[string]string{inProgress: at, needed: Present}},
		{"DaemonSet", map[string]string{kuredLock: Present}},
		{"Pod", nil},
	} {
		if got := keepAnnotations(model.KindByName(c.kind), all).Map(); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v", c.kind, got)
		}
	}
	// What was masked in a capture was there.
	if got := keepAnnotations(model.KindByName("Node"), map[string]string{inProgress: Masked}).Get(inProgress); got != Present {
		t.Errorf("masked: %q", got)
	}
}

func TestFactConfig(t *testing.T) {
	for name, want := range map[string]bool{"kubelet-config": true, "kubelet-config-1.23": true, "kubelet-config-1.9": true, "kubelet-config-1.": false, "kubelet-config-1.23-x": false, "kubelet-config-1.023": false, "kubelet-config-1.999": false, "kubelet-config-2.1": false} {
		if FactConfig("kube-system", name) != want || FactConfig("shop", name) {
			t.Errorf("%s: want %v", name, want)
		}
	}
}
