package exposure

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// reach is a world whose policies are evaluated too.
type reach struct {
	*world
	net *network.Analyser
}

func newReach(t testing.TB, objects ...runtime.Object) *reach {
	w := newWorld(t, objects...)
	r := &reach{w, network.New()}
	for _, k := range model.Kinds() {
		w.c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, gk := range w.c.Kinds() {
		for rec := range w.c.All(gk) {
			r.net.Update(w.c, cluster.Delta{Ref: rec.Ref(), New: rec})
		}
	}
	r.net.Flush(w.c)
	return r
}

func (r *reach) expect(q network.Question, want ...string) {
	r.t.Helper()
	check(r.t, r.a.Entries(r.c, r.net, q), want...)
}

func check(t testing.TB, entries []network.Entry, want ...string) {
	t.Helper()
	var got []string
	for _, e := range entries {
		got = append(got, entryText(e))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func entryText(e network.Entry) string {
	end := func(e network.End) string {
		switch {
		case e.Name != "":
			return e.Name
		case e.Block.IsValid():
			return e.Block.String()
		}
		return e.Ref.String()
	}
	text := fmt.Sprintf("%s > %s %s %s via %s", end(e.Src), end(e.Dst), e.Verdict, e.Connections, e.Via)
	if e.Pairs.Total > 0 {
		text += fmt.Sprintf(" %d/%d", e.Pairs.Allowed, e.Pairs.Total)
	}
	if e.Assumption != "" {
		text += ": " + strings.SplitN(e.Assumption, ",", 2)[0]
	}
	return text
}

// admits gives a policy that lets ranges of addresses, and nothing else, into all pods of shop.
func admits(blocks ...string) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "in"}}
	p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
	for _, b := range blocks {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: b}}}})
	}
	return p
}

func reachable4(p *corev1.Pod) { p.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.9"}} }

// TestSources is rows 19 and 33: what policies make of the ways, by the address that the pod sees.
func TestSources(t *testing.T) {
	local := func(s *corev1.Service) { s.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyLocal }
	const via = " via shop/Service/s"
	const node = ": the pod sees the address of a node"
	cases := []struct {
		name   string
		change func(*corev1.Service)
		policy *networkingv1.NetworkPolicy
		q      network.Question
		want   []string
	}{
		{"no policy", func(*corev1.Service) {}, nil, network.Question{Outside: true}, []string{"0.0.0.0/0 > shop/Pod/a allow TCP 8080" + via}},
		{"outside was not asked for", func(*corev1.Service) {}, nil, network.Question{}, nil},
		{"from inside", func(*corev1.Service) {}, nil, network.Question{Outside: true, From: network.End{Ref: model.KindByName("Pod").Ref("shop", "a")}}, nil},
		{"other ports", func(*corev1.Service) {}, nil, network.Question{Outside: true, Ports: ptr(port.Of(port.TCP, 80, 80))}, nil},
		{"other pods", func(*corev1.Service) {}, nil, network.Question{Outside: true, To: network.End{Ref: model.KindByName("Namespace").Ref("", "db")}}, nil},
		{"this namespace", func(*corev1.Service) {}, nil, network.Question{Outside: true, Level: network.Namespaces, To: network.End{Ref: model.KindByName("Namespace").Ref("", "shop")}}, []string{
			"0.0.0.0/0 > Namespace/shop allow TCP 8080" + via + " 1/1",
		}},
		{"everything is denied", func(*corev1.Service) {}, admits(), network.Question{Outside: true}, nil},
		{"everything is denied and that is asked for", local, admits(), network.Question{Outside: true, Denied: true}, []string{"0.0.0.0/0 > shop/Pod/a deny TCP 8080" + via}},
		{"some are let in, and nobody knows who it is", func(*corev1.Service) {}, admits("198.51.100.0/24"), network.Question{Outside: true}, []string{"0.0.0.0/0 > shop/Pod/a depends TCP 8080" + via + node}},
		{"all are let in", func(*corev1.Service) {}, admits("0.0.0.0/0"), network.Question{Outside: true}, []string{"0.0.0.0/0 > shop/Pod/a allow TCP 8080" + via}},
		{"some are let in", local, admits("198.51.100.0/24"), network.Question{Outside: true}, []string{"198.51.100.0/24 > shop/Pod/a allow TCP 8080" + via}},
		{"of one block", local, admits("198.51.100.0/24"), network.Question{From: network.End{Block: prefixes([]string{"198.51.100.128/25"})[0]}}, []string{"198.51.100.128/25 > shop/Pod/a allow TCP 8080" + via}},
		{"ranges", func(s *corev1.Service) {
			no := false
			s.Spec.Type, s.Spec.Ports[0].NodePort, s.Spec.AllocateLoadBalancerNodePorts = corev1.ServiceTypeLoadBalancer, 0, &no
			s.Spec.LoadBalancerSourceRanges = []string{"198.51.100.0/25", "203.0.113.0/24"}
			local(s)
		}, admits("198.51.100.0/24"), network.Question{Outside: true, Denied: true}, []string{
			"198.51.100.0/25 > shop/Pod/a allow TCP 8080" + via, "203.0.113.0/24 > shop/Pod/a deny TCP 8080" + via,
		}},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			objects := []runtime.Object{with(pod("shop", "a", "app=a"), reachable4), with(service("shop", "s", "NodePort", "app=a", intstr.FromInt32(8080)), k.change)}
			if k.policy != nil {
				objects = append(objects, k.policy.DeepCopy())
			}
			newReach(t, objects...).expect(k.q, k.want...)
		})
	}
}

func ptr[T any](v T) *T { return &v }

// TestFamilies: a pod with addresses of both families is reached by both.
func TestFamilies(t *testing.T) {
	both := func(p *corev1.Pod) { p.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.9"}, {IP: "fd00::9"}} }
	r := newReach(t, with(pod("shop", "a", "app=a"), both), service("shop", "s", "NodePort", "app=a", intstr.FromInt32(80)),
		with(service("shop", "x", "ClusterIP", "app=a", intstr.FromInt32(80)), func(s *corev1.Service) { s.Spec.ExternalIPs = []string{"2001:db8::1"} }))
	r.expect(network.Question{Outside: true},
		"0.0.0.0/0 > shop/Pod/a allow TCP 80 via shop/Service/s",
		"::/0 > shop/Pod/a allow TCP 80 via shop/Service/s",
		"::/0 > shop/Pod/a allow TCP 80 via shop/Service/x",
	)
}

// scripted answers for pairs of pods by a list of those that may talk; the rest it asks the evaluator.
type scripted struct {
	*network.Analyser
	allowed map[string]network.Verdict
	bound   map[string]bool
	asked   int
}

func (s *scripted) Explain(_ *cluster.Cluster, src, dst network.End) (*network.Explanation, error) {
	s.asked++
	if dst.Ref.Name == "lost" {
		return nil, errors.New("no such pod")
	}
	v := s.allowed[src.Ref.Name+">"+dst.Ref.Name]
	part := network.Part{Verdict: v, Connections: port.All()}
	if v == network.Depends {
		part.Assumption = "an assumption"
	}
	return &network.Explanation{Parts: []network.Part{part}}, nil
}

func (s *scripted) Isolation(p *record.Pod) network.Isolation {
	var is network.Isolation
	if s.bound[p.Name] {
		is.By = [2][]model.Ref{{p.Ref()}, {p.Ref()}}
	}
	return is
}

// TestControllers is row 34 with policies: from outside to the controller, from its pods to the target, and both together.
func TestControllers(t *testing.T) {
	const labels = "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller"
	objects := func() []runtime.Object {
		return []runtime.Object{
			classOf("nginx", "k8s.io/ingress-nginx", false), ingressOf("shop", "i", "nginx", "h→web"), ingressOf("shop", "j", "mine", "h→api"),
			classOf("alb", "ingress.k8s.aws/alb", false), ingressOf("shop", "k", "alb", "h→api"),
			with(pod("shop", "web", "app=web"), reachable4), service("shop", "web", "ClusterIP", "app=web", intstr.FromInt32(8080)),
			with(pod("shop", "api", "app=api"), reachable4), service("shop", "api", "ClusterIP", "app=api", intstr.FromInt32(9090)),
			with(pod("edge", "c1", labels), reachable4), with(pod("edge", "c2", labels+" shard=2"), reachable4),
		}
	}
	entry := service("edge", "entry", "NodePort", "app.kubernetes.io/name=ingress-nginx", intstr.FromInt32(80))
	const out = "0.0.0.0/0 > edge/Pod/c1 allow TCP 80 via edge/Service/entry\n0.0.0.0/0 > edge/Pod/c2 allow TCP 80 via edge/Service/entry\n"
	const api = "0.0.0.0/0 > shop/Pod/api allow TCP 9090 via shop/Ingress/k\n"
	const assumed = "ingress-controller > shop/Pod/api allow TCP 9090 via shop/Ingress/j"
	cases := []struct {
		name    string
		allowed map[string]network.Verdict
		bound   map[string]bool
		entry   bool
		q       network.Question
		want    string
	}{
		{"one of two may", map[string]network.Verdict{"c1>web": network.Allow}, nil, true, network.Question{Outside: true},
			"edge/Pod/c1 > shop/Pod/web allow TCP 8080 via shop/Ingress/i\n" + out + api + "0.0.0.0/0 > shop/Pod/web allow TCP 8080 via shop/Ingress/i\n" + assumed},
		{"none may", nil, nil, true, network.Question{Outside: true}, out + api + assumed},
		{"one depends", map[string]network.Verdict{"c2>web": network.Depends}, nil, true, network.Question{Outside: true, To: network.End{Ref: model.KindByName("Pod").Ref("shop", "web")}},
			"edge/Pod/c2 > shop/Pod/web depends TCP 8080 via shop/Ingress/i: an assumption\n0.0.0.0/0 > shop/Pod/web depends TCP 8080 via shop/Ingress/i: an assumption"},
		{"nobody gets to the controller", map[string]network.Verdict{"c1>web": network.Allow}, nil, false, network.Question{Outside: true, To: network.End{Ref: model.KindByName("Pod").Ref("shop", "web")}},
			"edge/Pod/c1 > shop/Pod/web allow TCP 8080 via shop/Ingress/i\n0.0.0.0/0 > shop/Pod/web depends TCP 8080 via shop/Ingress/i: no way from outside to the pods of the controller was found"},
		{"from one of the controllers", map[string]network.Verdict{"c1>web": network.Allow, "c2>web": network.Allow}, nil, true, network.Question{Outside: true, From: network.End{Ref: model.KindByName("Pod").Ref("edge", "c2")}},
			"edge/Pod/c2 > shop/Pod/web allow TCP 8080 via shop/Ingress/i"},
		{"inside alone", map[string]network.Verdict{"c1>web": network.Allow}, nil, true, network.Question{}, "edge/Pod/c1 > shop/Pod/web allow TCP 8080 via shop/Ingress/i\n" + assumed},
		{"from what was assumed, into a pod that policies close", nil, map[string]bool{"api": true}, true, network.Question{From: network.End{Name: AssumedController}},
			"ingress-controller > shop/Pod/api depends TCP 9090 via shop/Ingress/j: the pods of the controller were not found"},
		{"by namespace", map[string]network.Verdict{"c1>web": network.Allow, "c2>web": network.Allow}, nil, true, network.Question{Level: network.Namespaces, Namespaces: []string{"edge"}, Outside: true},
			"Namespace/edge > Namespace/shop allow TCP 8080 via shop/Ingress/i 1/1\n0.0.0.0/0 > Namespace/edge allow TCP 80 via edge/Service/entry 2/2"},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			list := objects()
			if k.entry {
				list = append(list, entry.DeepCopy())
			}
			r := newReach(t, list...)
			got := r.a.entries(r.c, &scripted{Analyser: r.net, allowed: k.allowed, bound: k.bound}, k.q)
			// Sorted as the program does, but compared without regard to it: the order has a test of its own.
			var lines []string
			for _, e := range got {
				lines = append(lines, entryText(e))
			}
			if want := strings.Split(k.want, "\n"); !sameSet(lines, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), k.want)
			}
		})
	}
}

// TestControllersByPolicies is the same with the evaluator itself: a policy of the target lets the controller in by its label,
// and nobody else.
func TestControllersByPolicies(t *testing.T) {
	const labels = "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller"
	p := admits()
	p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{
		NamespaceSelector: &metav1.LabelSelector{}, PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"shard": "2"}},
	}}}}
	r := newReach(t, classOf("nginx", "k8s.io/ingress-nginx", false), ingressOf("shop", "i", "nginx", "h→web"), ingressOf("shop", "j", "mine", "h→web"),
		with(pod("shop", "web", "app=web"), reachable4), service("shop", "web", "NodePort", "app=web", intstr.FromInt32(8080)),
		with(pod("edge", "c1", labels), reachable4), with(pod("edge", "c2", labels+" shard=2"), reachable4),
		service("edge", "entry", "NodePort", "shard=2", intstr.FromInt32(80)), p)
	r.expect(network.Question{Outside: true},
		"edge/Pod/c2 > shop/Pod/web allow TCP 8080 via shop/Ingress/i",
		"ingress-controller > shop/Pod/web depends TCP 8080 via shop/Ingress/j: the pods of the controller were not found",
		"0.0.0.0/0 > edge/Pod/c2 allow TCP 80 via edge/Service/entry",
		"0.0.0.0/0 > shop/Pod/web allow TCP 8080 via shop/Ingress/i",
	)
}

func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestKinAreAskedOnce: pods that no policy can tell apart cost one question, and nothing depends on the order of maps.
func TestKinAreAskedOnce(t *testing.T) {
	objects := []runtime.Object{classOf("nginx", "k8s.io/ingress-nginx", false), ingressOf("shop", "i", "nginx", "h→web"), service("shop", "web", "NodePort", "app=web", intstr.FromInt32(8080)),
		pod("edge", "c1", "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller")}
	for i := range 50 {
		objects = append(objects, pod("shop", fmt.Sprint("web-", i), "app=web"))
	}
	r := newReach(t, objects...)
	s := &scripted{Analyser: r.net, allowed: map[string]network.Verdict{"c1>web-0": network.Allow}}
	first := r.a.entries(r.c, s, network.Question{Outside: true, Denied: true})
	if s.asked != 1 {
		t.Errorf("asked %d times", s.asked)
	}
	for range 5 {
		again := r.a.entries(r.c, s, network.Question{Outside: true, Denied: true})
		if fmt.Sprint(again) != fmt.Sprint(first) {
			t.Fatal("the entries are others each time")
		}
	}
	// Each pod by the node port and by the Ingress from the addresses of both families, and from the controller.
	if len(first) != 50*(2*2+1) {
		t.Errorf("%d entries", len(first))
	}
}
