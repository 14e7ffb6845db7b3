package exposure

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func keyOf(namespace, name string) types.NamespacedName {
	return types.NamespacedName{Namespace: namespace, Name: name}
}

func classOf(name, controller string, byDefault bool) *networkingv1.IngressClass {
	k := &networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: networkingv1.IngressClassSpec{Controller: controller}}
	if byDefault {
		k.Annotations = map[string]string{networkingv1.AnnotationIsDefaultIngressClass: "true"}
	}
	return k
}

// TestIngress is row 34: an Ingress is followed to the pods behind it, and its controller's pods are found.
func TestIngress(t *testing.T) {
	shop := []string{"web", "api"}
	cases := []struct {
		name  string
		class string
		put   func(*world, *networkingv1.Ingress)
		want  []string
	}{
		{"nothing known of the class", "mine", func(*world, *networkingv1.Ingress) {}, []string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:8080 assumed"}},
		{"class without pods", "nginx", func(w *world, _ *networkingv1.Ingress) { w.put(classOf("nginx", "k8s.io/ingress-nginx", false)) },
			[]string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:8080 assumed"}},
		{"class with pods", "mine", func(w *world, _ *networkingv1.Ingress) {
			w.put(classOf("mine", "k8s.io/internal-ingress-nginx", false))
			w.put(pod("edge", "nginx-1", "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller"))
			w.put(pod("edge", "backend", "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=default-backend"))
		}, []string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:8080 by=edge/nginx-1"}},
		{"class by annotation", "", func(w *world, i *networkingv1.Ingress) {
			i.Annotations = map[string]string{"kubernetes.io/ingress.class": "traefik"}
			w.put(pod("kube-system", "traefik", "app.kubernetes.io/name=traefik"))
		}, []string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:8080 by=kube-system/traefik"}},
		{"class by default", "", func(w *world, _ *networkingv1.Ingress) {
			w.put(classOf("haproxy", "haproxy.org/ingress-controller", true))
			w.put(pod("edge", "h", "run=haproxy-ingress"))
		}, []string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:8080 by=edge/h"}},
		{"a cloud's", "alb", func(w *world, i *networkingv1.Ingress) {
			w.put(classOf("alb", "ingress.k8s.aws/alb", false))
			i.Annotations = map[string]string{"alb.ingress.kubernetes.io/scheme": "internal", "alb.ingress.kubernetes.io/inbound-cidrs": "198.51.100.0/24"}
		}, []string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web from=198.51.100.0/24 internal →shop/web:8080"}},
		{"controller behind an internal load balancer", "kong", func(w *world, _ *networkingv1.Ingress) {
			w.put(pod("edge", "k", "app.kubernetes.io/name=kong"))
			no := false
			w.put(with(service("edge", "kong", "LoadBalancer", "app.kubernetes.io/name=kong", intstr.FromInt32(80)), func(s *corev1.Service) {
				s.Annotations = map[string]string{"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}
				s.Spec.Ports[0].NodePort, s.Spec.AllocateLoadBalancerNodePorts = 0, &no
			}))
		}, []string{"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web internal →shop/web:8080 by=edge/k"}},
		{"encrypted, allowed from somewhere, default backend", "x", func(_ *world, i *networkingv1.Ingress) {
			i.Annotations = map[string]string{"nginx.ingress.kubernetes.io/whitelist-source-range": "198.51.100.0/24,203.0.113.7"}
			i.Spec.TLS = []networkingv1.IngressTLS{{Hosts: []string{"*.example"}}}
			i.Spec.DefaultBackend = &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "api", Port: networkingv1.ServiceBackendPort{Name: "http"}}}
			i.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "203.0.113.1"}}
		}, []string{
			"ingress shop/Ingress/i 203.0.113.1:80/TCP shop/Service/api from=198.51.100.0/24 from=203.0.113.7/32 →shop/api:8080 assumed",
			"ingress shop/Ingress/i host=a.example 203.0.113.1:443/TCP shop/Service/web from=198.51.100.0/24 from=203.0.113.7/32 tls →shop/web:8080 assumed",
		}},
		{"what leads nowhere", "x", func(w *world, i *networkingv1.Ingress) {
			paths := &i.Spec.Rules[0].HTTP.Paths
			w.put(with(service("shop", "name", "ExternalName", "app=web", intstr.FromInt32(1)), func(s *corev1.Service) { s.Spec.ExternalName = "x.example" }))
			w.put(with(service("shop", "bare", "ExternalName", "", intstr.FromInt32(1)), func(s *corev1.Service) { s.Spec.ExternalName, s.Spec.Ports = "y.example", nil }))
			to := func(service string, number int32) networkingv1.HTTPIngressPath {
				return networkingv1.HTTPIngressPath{Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: service, Port: networkingv1.ServiceBackendPort{Number: number}}}}
			}
			*paths = []networkingv1.HTTPIngressPath{
				to("gone", 80), to("web", 81), to("name", 80), to("bare", 80), {},
				{Backend: networkingv1.IngressBackend{Resource: &corev1.TypedLocalObjectReference{Kind: "Bucket", Name: "files"}}},
			}
		}, []string{
			"ingress shop/Ingress/i host=a.example :80/TCP assumed ✗ it leads to Bucket files, which is no Service",
			"ingress shop/Ingress/i host=a.example :80/TCP assumed ✗ it names no Service",
			"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/bare assumed ✗ the Service is another name for y.example and leads to no pod",
			"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/gone assumed ✗ the Service shop/gone was not found",
			"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/name assumed ✗ the Service is another name for x.example and leads to no pod",
			"ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web assumed ✗ the Service has no such port",
		}},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			w := newWorld(t)
			for _, name := range shop {
				w.put(pod("shop", name, "app="+name))
				w.put(with(service("shop", name, "ClusterIP", "app="+name, intstr.FromInt32(8080)), func(s *corev1.Service) { s.Spec.ClusterIP = corev1.ClusterIPNone }))
			}
			i := ingressOf("shop", "i", k.class, "a.example→web")
			k.put(w, i)
			w.put(i)
			w.a.Flush(w.c)
			w.expect("shop", k.want...)
		})
	}
}

// TestControllerComes: the pods of a controller are found whenever they come, and a change of them tells the namespaces to
// which they lead.
func TestControllerComes(t *testing.T) {
	w := newWorld(t, classOf("nginx", "k8s.io/ingress-nginx", false), ingressOf("shop", "i", "nginx", "a.example→web"),
		pod("shop", "web", "app=web"), service("shop", "web", "ClusterIP", "app=web", intstr.FromInt32(80)), pod("ops", "x", ""))
	w.expect("shop", "ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:80 assumed")
	controller := w.put(pod("edge", "c", "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller"))
	if d := w.a.Flush(w.c); len(d.Namespaces) != 1 || d.Namespaces[0] != "shop" {
		t.Errorf("changed: %v", d.Namespaces)
	}
	w.expect("shop", "ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:80 by=edge/c")
	w.put(with(pod("edge", "c", "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller"), func(p *corev1.Pod) { p.Status.Reason = "x" }))
	if d := w.a.Flush(w.c); len(d.Namespaces) != 0 {
		t.Errorf("a state of the controller changed %v", d.Namespaces)
	}
	if got := w.a.Ways(w.c, "shop")[0].Controller[0]; got == controller || got.Reason != "x" {
		t.Error("the record of the controller is an old one")
	}
	w.put(classOf("nginx", "example.com/mine", false))
	if d := w.a.Flush(w.c); len(d.Namespaces) != 1 {
		t.Errorf("the class changed %v", d.Namespaces)
	}
	w.expect("shop", "ingress shop/Ingress/i host=a.example :80/TCP shop/Service/web →shop/web:80 assumed")
}
