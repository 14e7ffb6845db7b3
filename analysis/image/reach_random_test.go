package image

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/record"
)

func (w dice) app() string { return w.pick("web", "web", "db") }

func (w dice) home() string { return w.pick("shop", "shop", "data", "infra") }

// listener makes a pod that Services may select, or one of the controller's.
func (w dice) listener() *corev1.Pod {
	ns, app := w.home(), w.app()
	p := facing(ns, app, app+"-"+w.pick("a", "b", "c"), w.pick("nginx:1.29", "nginx:1.29", "redis:7"), w.pick("docker.io/library/nginx@<A>", "docker.io/library/nginx@<A>", "docker.io/library/redis@<B>", ""))
	if ns == "infra" {
		p.Labels = map[string]string{"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller", "edge": w.pick("x", "y")}
		p.Spec.HostNetwork = w.IntN(3) == 0
	} else if w.IntN(5) == 0 {
		p.Labels["tier"] = w.pick("x", "y")
	}
	p.Spec.NodeName = w.pick("n1", "n2")
	p.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprint("10.0.0.", 1+w.IntN(5))}}
	if w.IntN(6) == 0 {
		p.Spec.Containers[0].Ports[0].HostPort = 80
	}
	if w.IntN(8) == 0 {
		p.Spec.HostNetwork = true
	}
	if w.IntN(6) == 0 {
		p.OwnerReferences = nil
	}
	if w.IntN(6) == 0 {
		p.Status.Phase = corev1.PodSucceeded
	}
	return p
}

func (w dice) requirement() string {
	return w.pick("{}", "{matchLabels: {app: web}}", "{matchLabels: {app: db}}", "{matchLabels: {tier: x}}", "{matchLabels: {edge: x}}", "{matchLabels: {app.kubernetes.io/name: ingress-nginx}}")
}

func (w dice) peers() string {
	switch w.IntN(5) {
	case 0:
		return "[]"
	case 1:
		return "[{ipBlock: {cidr: " + w.pick("0.0.0.0/0", "203.0.113.0/24", "10.0.0.0/8") + "}}]"
	case 2:
		return "[{podSelector: " + w.requirement() + "}]"
	}
	return "[{namespaceSelector: " + w.pick("{}", "{matchLabels: {env: prod}}", "{matchLabels: {kubernetes.io/metadata.name: infra}}") + ", podSelector: " + w.requirement() + "}]"
}

func (w dice) policy() string {
	return "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: " + w.pick("p", "q") + ", namespace: " + w.home() + "}, spec: {podSelector: " + w.requirement() +
		", policyTypes: " + w.pick("[Ingress]", "[Egress]", "[Ingress, Egress]") + ", ingress: [{from: " + w.peers() + "}], egress: [{to: " + w.peers() + "}]}}"
}

func (w dice) ordered() string {
	kind, name, priority := "AdminNetworkPolicy", w.pick("a", "b"), "priority: "+w.pick("5", "6")+", "
	if w.IntN(3) == 0 {
		kind, name, priority = "BaselineAdminNetworkPolicy", "default", ""
	}
	all := w.pick("{}", "{matchLabels: {env: prod}}", "{matchLabels: {kubernetes.io/metadata.name: infra}}")
	return "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: " + kind + ", metadata: {name: " + name + "}, spec: {" + priority + "subject: {namespaces: " + w.pick("{}", "{matchLabels: {env: prod}}") +
		"}, ingress: [{name: r, action: " + w.pick("Allow", "Deny", "Pass") + ", from: [{namespaces: " + all + "}]}]}}"
}

// open makes one random change to what leads to pods, and to what stops that.
func (w dice) open(b *court) {
	switch w.IntN(24) {
	case 0, 1:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 2, 3, 4:
		s := serve(w.home(), w.pick("s", "t"), w.app(), corev1.ServiceType(w.pick("ClusterIP", "NodePort", "LoadBalancer")))
		if s.Namespace == "infra" {
			s.Spec.Selector = map[string]string{"app.kubernetes.io/name": "ingress-nginx"}
		}
		if w.IntN(3) == 0 {
			s.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyLocal
		}
		if w.IntN(4) == 0 {
			s.Spec.LoadBalancerSourceRanges = []string{"203.0.113.0/24"}
		}
		b.put(s)
	case 5, 6:
		b.put(lead(w.pick("shop", "data"), w.pick("i", "j"), w.pick("s", "t")))
	case 7:
		b.put(&networkingv1.IngressClass{ObjectMeta: metav1.ObjectMeta{Name: "nginx"}, Spec: networkingv1.IngressClassSpec{Controller: w.pick("k8s.io/ingress-nginx", "ingress.k8s.aws/alb", "x")}})
	case 8, 9, 10:
		p := &networkingv1.NetworkPolicy{}
		if err := yaml.Unmarshal([]byte(w.policy()), p); err != nil {
			w.t.Fatal(err)
		}
		b.put(p)
	case 11:
		b.put(w.untyped(w.ordered()))
	case 12:
		b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.home(), Labels: map[string]string{"env": w.pick("prod", "dev")}}})
	case 13, 14:
		b.take(model.Put(report(w.t, w.pick("r1", "r2"), "trivy under=none of="+w.pick("A", "A", "B")+w.pick("", " age=23h", " age=30h", " age=1h failed=boom")+" counts="+w.pick("0/1/0/0", "1/0/0/0", "6/2/0/0"))))
	case 15:
		b.clock.at = b.clock.at.Add(time.Duration(w.IntN(120)) * time.Minute)
		b.a.Tick()
	case 16:
		b.cover(w.pick("NetworkPolicy.networking.k8s.io", "Namespace", "Pod", "Service", "AdminNetworkPolicy.policy.networking.k8s.io"), model.CoverState(w.pick("complete", "complete", "denied", "partial")), w.pick("", "", "shop"))
	case 17:
		s := network.Surroundings{Enforcement: network.Enforcement(w.pick("verified", "unverified", "none"))}
		if w.IntN(3) == 0 {
			s.Foreign = []network.Foreign{{Ref: ref("ConfigMap", "shop", "x"), Namespace: w.pick("", "shop", "infra")}}
		}
		b.net.Surroundings(s)
	case 18:
		n := node(w.pick("n1", "n2"), "amd64", "containerd://2", w.pick("docker.io/library/nginx@<A>", "docker.io/library/redis@<B>"))
		n.Labels = map[string]string{"edge": w.pick("x", "y")}
		n.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: fmt.Sprint("10.0.0.", 1+w.IntN(5))}}
		b.put(n)
	case 19:
		b.put(deployment(w.pick("shop", "data"), w.app())...)
	default:
		b.put(w.listener())
	}
}

// TestReachedIncrementally: whatever comes and goes, VP01 is what one finds who sees the cluster for the first time.
func TestReachedIncrementally(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(12) {
		w := dice{rand.New(rand.NewPCG(seed, 41)), t}
		b := newCourt(t, Options{}).reached()
		for step := range 700 {
			w.open(b)
			if w.IntN(3) == 0 {
				continue
			}
			b.flush()
			if step%2 != 0 {
				continue
			}
			fresh := again(b)
			for id, f := range fresh.found {
				if f.Rule.ID == "VP01" {
					seen[f.Verdict.String()]++
				}
				if got := b.found[id]; got == nil || !got.Equal(f) {
					t.Fatalf("seed %d step %d: %s: got %+v\n%s\nwant %+v\n%s", seed, step, id, got, text(got), f, text(f))
				}
			}
			for id, f := range b.found {
				if fresh.found[id] == nil {
					t.Fatalf("seed %d step %d: %s stands: %v %q\n%s", seed, step, id, f.Verdict, f.Reason, text(f))
				}
			}
			if b.a.Len() != len(b.found) {
				t.Fatalf("seed %d step %d: %d findings counted of %d", seed, step, b.a.Len(), len(b.found))
			}
		}
		for _, gk := range b.c.Kinds() {
			for _, rec := range b.c.Sorted(gk) {
				b.take(model.Drop(rec.Ref()))
			}
		}
		b.flush()
		if e := &b.a.reach; len(e.grave)+len(e.led)+len(e.leads)+len(e.paths)+len(e.stirred)+len(e.owners)+len(e.places)+len(b.a.exposed)+len(b.found) > 0 {
			t.Errorf("seed %d: something is left: %+v, %d findings", seed, e, len(b.found))
		}
	}
	for _, v := range []string{"yes", "depends", "unknown"} {
		if seen[v] < 20 {
			t.Errorf("VP01 was %s %d times only", v, seen[v])
		}
	}
}

// A change of one Service looks at few: those of its namespace that run something critical.
func TestOneServiceTouchesFew(t *testing.T) {
	b := newCourt(t, Options{}).reached()
	for i := range 40 {
		ns, image, id := fmt.Sprint("ns", i%4), "redis:7", "docker.io/library/redis@<B>"
		if i < 8 {
			image, id = "nginx:1.29", nginxA
		}
		app := fmt.Sprint("app", i)
		b.put(deployment(ns, app)...)
		b.put(facing(ns, app, app+"-a", image, id))
	}
	b.take(model.Put(report(t, "r", "trivy of=A counts=1/0/0/0 under=none")))
	b.flush()
	b.put(serve("ns1", "s", "app1", corev1.ServiceTypeLoadBalancer))
	b.net.Flush(b.c)
	b.a.Reach(b.net, b.ways, b.ways.Flush(b.c))
	e := &b.a.reach
	if e.all || len(e.stirred) != 1 || len(e.places)+len(e.owners) != 0 || !b.a.dirty.empty() {
		t.Errorf("all %v, places %v, stirred %v, owners %d", e.all, e.places, e.stirred, len(e.owners))
	}
	if n := len(e.grave[key("ns1")].list()); n != 2 {
		t.Errorf("%d owners are judged anew", n)
	}
	b.a.Flush(b.c, b)
	if got := b.ids("VP01"); len(got) != 1 || got[0] != "ns1/Deployment/app1" {
		t.Errorf("%v", got)
	}
}

// Of nodes that change, only those have everybody judged anew that others look at in another way: by their labels, by their addresses.
func TestFewNodesConcernAll(t *testing.T) {
	b := newCourt(t, Options{}).reached()
	n := node("n1", "amd64", "containerd://2")
	n.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "192.0.2.1"}}
	for _, s := range []struct {
		what   string
		change func()
		all    bool
	}{
		{"it comes", func() {}, true},
		{"an image is pulled", func() { n.Status.Images = []corev1.ContainerImage{{Names: []string{"nginx:1.29"}}} }, false},
		{"it is cordoned", func() { n.Spec.Unschedulable = true }, false},
		{"a condition changes", func() { n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady}} }, false},
		{"a label", func() { n.Labels = map[string]string{"edge": "x"} }, true},
		{"an address", func() { n.Status.Addresses[0].Address = "192.0.2.2" }, true},
	} {
		b.put(n.DeepCopy())
		b.flush()
		s.change()
		r, err := record.Make(n.DeepCopy())
		if err != nil {
			t.Fatal(err)
		}
		if s.what == "it comes" {
			b.take(model.Drop(r.Ref()))
			b.flush()
		}
		b.take(model.Put(r))
		if got := b.a.reach.all; got != s.all {
			t.Errorf("%s: all are judged anew: %v", s.what, got)
		}
		b.flush()
	}
}
