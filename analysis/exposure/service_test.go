package exposure

import (
	"net/netip"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// TestTargetPort is row 23: a Service is followed to the port of the pod, by number or by the name that each pod gives it.
func TestTargetPort(t *testing.T) {
	udp := with(service("shop", "dns", "NodePort", "app=dns", intstr.FromString("dns")), func(s *corev1.Service) { s.Spec.Ports[0].Protocol = corev1.ProtocolUDP })
	sidecar := with(pod("shop", "side", "app=named"), func(p *corev1.Pod) {
		always := corev1.ContainerRestartPolicyAlways
		p.Spec.InitContainers = []corev1.Container{
			{Name: "once", Ports: []corev1.ContainerPort{tcp("web", 1)}},
			{Name: "stays", RestartPolicy: &always, Ports: []corev1.ContainerPort{tcp("web", 9090)}},
		}
	})
	w := newWorld(t,
		pod("shop", "a", "app=named", tcp("web", 8080)), pod("shop", "b", "app=named", tcp("web", 8081)), pod("shop", "c", "app=named", tcp("other", 1)), sidecar,
		pod("shop", "d", "app=dns", corev1.ContainerPort{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolTCP}, corev1.ContainerPort{Name: "dns", ContainerPort: 5353, Protocol: corev1.ProtocolUDP}),
		service("shop", "named", "NodePort", "app=named", intstr.FromString("web")),
		service("shop", "missing", "NodePort", "app=named", intstr.FromString("nothing")),
		service("shop", "fixed", "NodePort", "app=dns", intstr.FromInt32(9000)),
		service("shop", "same", "NodePort", "app=dns", intstr.IntOrString{}),
		service("shop", "odd", "NodePort", "app=dns", intstr.FromInt32(70000)),
		service("shop", "none", "NodePort", "app=none", intstr.FromInt32(1)), udp,
	)
	w.expect("shop",
		"node-port shop/Service/dns :30080/UDP →shop/d:5353",
		"node-port shop/Service/fixed :30080/TCP →shop/d:9000",
		"node-port shop/Service/missing :30080/TCP ✗ no pod that the Service selects has a port named nothing for TCP",
		"node-port shop/Service/named :30080/TCP →shop/a:8080 →shop/b:8081 →shop/side:9090",
		"node-port shop/Service/none :30080/TCP ✗ the Service selects no pod that runs",
		"node-port shop/Service/odd :30080/TCP ✗ its target port is no port",
		"node-port shop/Service/same :30080/TCP →shop/d:80",
	)
}

// TestServices is row 33: what makes a Service a way in, and what does not.
func TestServices(t *testing.T) {
	no := false
	class := func(name string) func(*corev1.Service) {
		return func(s *corev1.Service) { s.Spec.LoadBalancerClass = &name }
	}
	annotated := func(key, value string) func(*corev1.Service) {
		return func(s *corev1.Service) {
			s.Annotations = map[string]string{"service.beta.kubernetes.io/" + key: value}
			s.Spec.Ports[0].NodePort, s.Spec.AllocateLoadBalancerNodePorts = 0, &no
		}
	}
	bare := func(s *corev1.Service) { s.Spec.Ports[0].NodePort, s.Spec.AllocateLoadBalancerNodePorts = 0, &no }
	cases := []struct {
		name   string
		kind   string
		change func(*corev1.Service)
		want   []string
	}{
		{"inside", "ClusterIP", func(*corev1.Service) {}, nil},
		{"node port", "NodePort", func(*corev1.Service) {}, []string{"node-port shop/Service/s :30080/TCP →shop/a:8080"}},
		{"node port of a manifest", "NodePort", func(s *corev1.Service) { s.Spec.Ports[0].NodePort, s.Spec.ClusterIP = 0, "" }, []string{"node-port shop/Service/s :0/TCP →shop/a:8080"}},
		{"local", "NodePort", func(s *corev1.Service) { s.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyLocal }, []string{"node-port shop/Service/s :30080/TCP kept →shop/a:8080"}},
		{"external addresses", "ClusterIP", func(s *corev1.Service) { s.Spec.ExternalIPs = []string{"192.0.2.7", "192.0.2.8"} }, []string{
			"external-ip shop/Service/s 192.0.2.7:80/TCP →shop/a:8080", "external-ip shop/Service/s 192.0.2.8:80/TCP →shop/a:8080",
		}},
		{"external address of another name", "ExternalName", func(s *corev1.Service) {
			s.Spec.ExternalName, s.Spec.ClusterIP, s.Spec.ExternalIPs = "db.example", "", []string{"192.0.2.7"}
		}, nil},
		{"headless", "ClusterIP", func(s *corev1.Service) { s.Spec.ClusterIP, s.Spec.ExternalIPs = "None", []string{"192.0.2.7"} }, nil},
		{"load balancer", "LoadBalancer", func(s *corev1.Service) {
			s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "203.0.113.5"}, {Hostname: "lb.example"}}
		}, []string{
			"load-balancer shop/Service/s 203.0.113.5:80/TCP →shop/a:8080", "load-balancer shop/Service/s lb.example:80/TCP →shop/a:8080",
			"node-port shop/Service/s :30080/TCP →shop/a:8080",
		}},
		{"load balancer without node ports", "LoadBalancer", bare, []string{"load-balancer shop/Service/s :80/TCP →shop/a:8080"}},
		{"load balancer of a manifest", "LoadBalancer", func(s *corev1.Service) { s.Spec.Ports[0].NodePort, s.Spec.ClusterIP = 0, "" }, []string{
			"load-balancer shop/Service/s :80/TCP →shop/a:8080", "node-port shop/Service/s :0/TCP →shop/a:8080",
		}},
		{"ranges", "LoadBalancer", func(s *corev1.Service) {
			bare(s)
			s.Spec.LoadBalancerSourceRanges = []string{"198.51.100.7/24", "2001:db8::/32", "nonsense"}
		}, []string{"load-balancer shop/Service/s :80/TCP from=198.51.100.0/24 from=2001:db8::/32 →shop/a:8080"}},
		{"ranges bind the load balancer alone", "LoadBalancer", func(s *corev1.Service) { s.Spec.LoadBalancerSourceRanges = []string{"198.51.100.0/24"} }, []string{
			"load-balancer shop/Service/s :80/TCP from=198.51.100.0/24 →shop/a:8080", "node-port shop/Service/s :30080/TCP →shop/a:8080",
		}},
		{"ranges by annotation", "LoadBalancer", annotated("load-balancer-source-ranges", " 198.51.100.0/24,"), []string{"load-balancer shop/Service/s :80/TCP from=198.51.100.0/24 →shop/a:8080"}},
		{"internal", "LoadBalancer", annotated("azure-load-balancer-internal", "true"), []string{"load-balancer shop/Service/s :80/TCP internal →shop/a:8080"}},
		{"not internal", "LoadBalancer", annotated("azure-load-balancer-internal", "false"), []string{"load-balancer shop/Service/s :80/TCP →shop/a:8080"}},
		{"internal by scheme", "LoadBalancer", annotated("aws-load-balancer-scheme", "internal"), []string{"load-balancer shop/Service/s :80/TCP internal →shop/a:8080"}},
		{"internal by class", "LoadBalancer", func(s *corev1.Service) { bare(s); class("service.k8s.aws/nlb")(s) }, []string{"load-balancer shop/Service/s :80/TCP internal →shop/a:8080"}},
		{"facing the internet", "LoadBalancer", func(s *corev1.Service) {
			annotated("aws-load-balancer-scheme", "internet-facing")(s)
			class("service.k8s.aws/nlb")(s)
		}, []string{"load-balancer shop/Service/s :80/TCP →shop/a:8080"}},
		{"another protocol", "NodePort", func(s *corev1.Service) { s.Spec.Ports[0].Protocol = "QUIC" }, []string{"node-port shop/Service/s :30080/TCP ✗ no policy can name the protocol QUIC"}},
		{"two ports", "NodePort", func(s *corev1.Service) {
			s.Spec.Ports = append(s.Spec.Ports, corev1.ServicePort{Name: "x", Port: 81, NodePort: 30081, Protocol: corev1.ProtocolSCTP})
		}, []string{"node-port shop/Service/s :30080/TCP →shop/a:8080", "node-port shop/Service/s :30081/SCTP →shop/a:81"}},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			newWorld(t, pod("shop", "a", "app=a"), with(service("shop", "s", k.kind, "app=a", intstr.FromInt32(8080)), k.change)).expect("shop", k.want...)
		})
	}
}

// TestEnded is row 30: pods that have ended are behind no Service; one that goes is until it has gone.
func TestEnded(t *testing.T) {
	w := newWorld(t,
		with(pod("shop", "done", "app=a"), func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
		with(pod("shop", "failed", "app=a", corev1.ContainerPort{ContainerPort: 1, HostPort: 1}), func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
		with(pod("shop", "waits", "app=a"), func(p *corev1.Pod) { p.Status.Phase, p.Spec.NodeName = corev1.PodPending, "" }),
		service("shop", "s", "NodePort", "app=a", intstr.FromInt32(80)),
	)
	w.expect("shop", "node-port shop/Service/s :30080/TCP →shop/waits:80")
}

// TestDelta: a change of a pod behind a way is told, a change of its state is not, nor one of a pod behind none.
func TestDelta(t *testing.T) {
	w := newWorld(t, pod("shop", "a", "app=a"), pod("db", "b", "app=a"), service("shop", "s", "NodePort", "app=a", intstr.FromInt32(80)), service("db", "s", "ClusterIP", "app=a", intstr.FromInt32(80)))
	for _, k := range []struct {
		name, namespace, pod string
		change               func(*corev1.Pod)
		want                 int
	}{
		{"state", "shop", "a", func(p *corev1.Pod) { p.Status.Reason = "Busy" }, 0},
		{"node", "shop", "a", func(p *corev1.Pod) { p.Spec.NodeName = "n2" }, 1},
		{"going", "shop", "a", func(p *corev1.Pod) { p.Spec.NodeName, p.DeletionTimestamp = "n2", &metav1.Time{Time: time.Unix(1, 0)} }, 1},
		{"address", "shop", "a", func(p *corev1.Pod) { p.Status.PodIP = "10.0.0.1" }, 1},
		{"ended", "shop", "a", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }, 1},
		{"behind nothing", "db", "b", func(p *corev1.Pod) { p.Labels["x"] = "y" }, 0},
	} {
		w.put(with(pod(k.namespace, k.pod, "app=a"), k.change))
		if d := w.a.Flush(w.c); len(d.Namespaces) != k.want {
			t.Errorf("%s: changed %v", k.name, d.Namespaces)
		}
	}
}

// TestHostPorts is the rest of row 33: ports of nodes.
func TestHostPorts(t *testing.T) {
	host := func(port int32, ip string) corev1.ContainerPort {
		return corev1.ContainerPort{ContainerPort: 8080, HostPort: port, HostIP: ip, Protocol: corev1.ProtocolTCP}
	}
	w := newWorld(t,
		pod("shop", "a", "", host(80, ""), host(81, "0.0.0.0"), host(82, "127.0.0.1"), host(83, "192.0.2.4"), host(84, "::1"), host(0, "")),
		with(pod("shop", "b", "", tcp("", 10250), host(10250, ""), tcp("m", 9100)), func(p *corev1.Pod) { p.Spec.HostNetwork = true }),
		with(pod("shop", "c", ""), func(p *corev1.Pod) { p.Spec.HostNetwork = true }),
	)
	w.expect("shop",
		"host-port shop/Pod/a :80/TCP kept →shop/a:8080",
		"host-port shop/Pod/a :81/TCP kept →shop/a:8080",
		"host-port shop/Pod/a 192.0.2.4:83/TCP kept →shop/a:8080",
		"host-network shop/Pod/b :8080/TCP kept →shop/b:8080",
		"host-network shop/Pod/b :9100/TCP kept →shop/b:9100",
		"host-network shop/Pod/b :10250/TCP kept →shop/b:10250",
	)
	if got := exposed(w); got != "shop/a shop/b" {
		t.Errorf("exposed: %s", got)
	}
}

// TestEndpointSlices: endpoints that somebody wrote lead where they say, to a pod of any namespace or to nobody's.
func TestEndpointSlices(t *testing.T) {
	at := func(namespace, name, ip string, ports ...corev1.ContainerPort) *corev1.Pod {
		return with(pod(namespace, name, "app="+name, ports...), func(p *corev1.Pod) { p.Status.PodIPs = []corev1.PodIP{{IP: ip}} })
	}
	node := func(p *corev1.Pod) { p.Spec.HostNetwork = true }
	unready := with(sliceOf("shop", "unready", "unready", "", 8080, "10.1.0.1"), func(s *discoveryv1.EndpointSlice) {
		no := false
		s.Endpoints[0].Conditions.Ready = &no
	})
	objects := []runtime.Object{
		at("shop", "a", "10.1.0.1"), at("db", "b", "10.1.0.2"), at("shop", "web", "10.1.0.3"),
		with(at("kube-system", "api", "192.168.0.1", tcp("", 6443)), node), with(at("kube-system", "proxy", "192.168.0.1", tcp("", 10249)), node),
		service("shop", "by-hand", "NodePort", "", intstr.FromInt32(1)),
		sliceOf("shop", "h1", "by-hand", "", 8080, "10.1.0.1", "10.1.0.2"), sliceOf("shop", "h2", "by-hand", "", 8080, "203.0.113.9", "10.1.0.1"),
		service("shop", "node", "NodePort", "", intstr.FromInt32(1)), sliceOf("shop", "n", "node", "", 6443, "192.168.0.1"),
		service("shop", "empty", "NodePort", "", intstr.FromInt32(1)),
		service("shop", "unready", "NodePort", "", intstr.FromInt32(1)), unready,
		service("shop", "unport", "NodePort", "", intstr.FromInt32(1)), with(sliceOf("shop", "up", "unport", "", 1, "10.1.0.1"), func(s *discoveryv1.EndpointSlice) { s.Ports[0].Port = nil }),
		// What the controller makes of a selector says nothing new; what somebody adds to it does.
		service("shop", "web", "NodePort", "app=web", intstr.FromInt32(80)),
		sliceOf("shop", "w1", "web", madeBy, 99, "10.1.0.1"), sliceOf("shop", "w2", "web", "mallory", 99, "10.1.0.2"),
	}
	w := newWorld(t, objects...)
	w.expect("shop",
		"node-port shop/Service/by-hand :30080/TCP →db/b:8080 →shop/a:8080 ⇢203.0.113.9:8080",
		"node-port shop/Service/empty :30080/TCP ✗ the Service selects no pods and has no endpoints",
		"node-port shop/Service/node :30080/TCP →kube-system/api:6443",
		"node-port shop/Service/unport :30080/TCP ✗ the endpoints of the Service have no such port",
		"node-port shop/Service/unready :30080/TCP ✗ the Service has no endpoint that is ready",
		"node-port shop/Service/web :30080/TCP →db/b:99 →shop/web:80",
	)
	ways := w.a.Of(w.c, w.a.members[keyOf("db", "b")].pod)
	if len(ways) != 2 || ways[0].Service.Name != "by-hand" || ways[1].Service.Name != "web" {
		t.Errorf("of db/b: %v", ways)
	}
	if want := []netip.AddrPort{netip.MustParseAddrPort("203.0.113.9:8080")}; ways[0].Beyond[0] != want[0] {
		t.Errorf("beyond: %v", ways[0].Beyond)
	}
}
