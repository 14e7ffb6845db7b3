package segmentation

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/google/go-cmp/cmp"

	"canopy/analysis/network"
	"canopy/model"
)

// dice makes random objects of a small cluster, so that objects meet often.
type dice struct {
	*rand.Rand
	t testing.TB
}

func (w dice) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w dice) namespace() string {
	return w.pick("shop", "shop", "back-prod", "try-dev", "kube-system", "ingress-nginx")
}

func (w dice) labels() string {
	return w.pick("app: web", "app: web, tier: a", "app: db", "app: db, pod: "+w.pick("x", "z"), "k8s-app: kube-dns", "k8s-app: node-local-dns", "app: other", "app.kubernetes.io/name: grafana", "app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller")
}

func (w dice) spec() string {
	return "{" + w.pick("", "", "", "hostNetwork: true, ") + w.pick("", "", "dnsPolicy: Default, ") + "containers: [{name: c, image: \"" + w.pick("web", "prom/prometheus:v3", "grafana/grafana:11", "registry.k8s.io/ingress-nginx/controller:v1.8.0", "registry.k8s.io/ingress-nginx/controller:v1.13.0") + "\"" +
		w.pick("", ", securityContext: {privileged: true}") + w.pick("", ", ports: [{name: http, containerPort: 8080}]", ", ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53}]", ", ports: [{containerPort: 80, hostPort: 80}]") + "}]}"
}

func (w dice) requirement() string {
	return w.pick("{}", "{}", "{matchLabels: {app: web}}", "{matchLabels: {app: db}}", "{matchLabels: {k8s-app: kube-dns}}", "{matchExpressions: [{key: tier, operator: DoesNotExist}]}", "{matchLabels: {app: nobody}}", "{matchExpressions: [{key: app, operator: Bad}]}")
}

func (w dice) spaces() string {
	return w.pick("{}", "{matchLabels: {env: prod}}", "{matchLabels: {kubernetes.io/metadata.name: kube-system}}", "{matchLabels: {kubernetes.io/metadata.name: back-prod}}", "{matchLabels: {none: none}}")
}

func (w dice) peer() string {
	switch w.IntN(5) {
	case 0:
		return "{namespaceSelector: " + w.spaces() + "}"
	case 1:
		return "{namespaceSelector: " + w.spaces() + ", podSelector: " + w.requirement() + "}"
	case 2:
		return "{ipBlock: {cidr: " + w.pick("0.0.0.0/0", "10.0.0.0/8", "169.254.169.254/32", "169.254.20.10/32", "0.0.0.0/1") + w.pick("", "", ", except: [169.254.0.0/16]") + "}}"
	}
	return "{podSelector: " + w.requirement() + "}"
}

func (w dice) rule(peers string) string {
	text := "{"
	if w.IntN(5) > 0 {
		text += peers + ": [" + w.peer()
		if w.IntN(3) == 0 {
			text += ", " + w.peer()
		}
		text += "], "
	}
	return text + w.pick("", "", "ports: [{port: 8080}]", "ports: [{port: 53}, {port: 53, protocol: UDP}]", "ports: [{port: 53, protocol: UDP}]", "ports: [{port: http}]", "ports: [{port: none}]", "ports: [{port: 80}]") + "}"
}

func (w dice) rules(peers string) string {
	text := ""
	for i := range w.IntN(3) {
		if i > 0 {
			text += ", "
		}
		text += w.rule(peers)
	}
	return "[" + text + "]"
}

func (w dice) ordered() string {
	rules := func(peers string) string {
		return "[{name: r, action: " + w.pick("Allow", "Deny", "Pass") + ", " + peers + ": [{namespaces: " + w.spaces() + "}]}]"
	}
	kind, name, priority := "AdminNetworkPolicy", w.pick("a", "b"), "priority: "+w.pick("5", "6")+", "
	if w.IntN(3) == 0 {
		kind, name, priority = "BaselineAdminNetworkPolicy", "default", ""
	}
	return "kind: " + kind + "\nmetadata: {name: " + name + "}\nspec: {" + priority + "subject: {namespaces: " + w.spaces() + "}, ingress: " + rules("from") + ", egress: " + rules("to") + "}"
}

// object makes a random object.
func (w dice) object() runtime.Object { return read(w.t, w.manifest())[0] }

func (w dice) manifest() string {
	in := "namespace: " + w.namespace()
	owned := func(api, kind, name, uid string) string {
		return ", ownerReferences: [{apiVersion: " + api + ", kind: " + kind + ", name: " + name + ", uid: " + uid + ", controller: true}]"
	}
	switch w.IntN(21) {
	case 0, 1, 2, 3, 4:
		owner := w.pick("", owned("apps/v1", "ReplicaSet", "rs", w.pick("u1", "u2")), owned("apps/v1", "ReplicaSet", "rs2", "u1"))
		return "kind: Pod\nmetadata: {name: p" + w.pick("1", "2", "3") + ", " + in + ", labels: {" + w.labels() + "}" + owner + "}\nspec: " + w.spec() + "\nstatus: {phase: " + w.pick("Running", "Running", "Running", "Pending", "Succeeded") + ", podIP: 10.0.0." + fmt.Sprint(w.IntN(4)) + "}"
	case 5:
		return "kind: ReplicaSet\nmetadata: {name: " + w.pick("rs", "rs2") + ", " + in + ", uid: " + w.pick("u1", "u2") + w.pick("", owned("apps/v1", "Deployment", "d", w.pick("v1", "v2"))) + "}\nspec: {replicas: 1, template: {metadata: {labels: {" + w.labels() + "}}, spec: " + w.spec() + "}}"
	case 6:
		return "kind: Deployment\nmetadata: {name: d, " + in + ", uid: " + w.pick("v1", "v2") + "}\nspec: {template: {metadata: {labels: {" + w.labels() + "}}, spec: " + w.spec() + "}}"
	case 7:
		return "kind: Namespace\nmetadata: {name: " + w.namespace() + ", labels: {" + w.pick("env: prod", "env: dev", "env: blue", "env: production") + "}}"
	case 8, 9, 10, 11:
		return "kind: NetworkPolicy\nmetadata: {name: n" + w.pick("1", "2", "3") + ", " + in + "}\nspec: {podSelector: " + w.requirement() + ", policyTypes: " + w.pick("[Ingress]", "[Egress]", "[Ingress, Egress]") + ", ingress: " + w.rules("from") + ", egress: " + w.rules("to") + "}"
	case 12:
		return w.ordered()
	case 13, 14:
		return "kind: Service\nmetadata: {name: " + w.pick("s", "t") + ", " + in + "}\nspec: {type: " + w.pick("ClusterIP", "NodePort", "LoadBalancer") + ", selector: {app: " + w.pick("web", "db") + "}, ports: [{port: 80, targetPort: " + w.pick("8080", "http") + ", nodePort: 30080}]" + w.pick("", "", ", externalIPs: [8.8.8.8]", ", loadBalancerSourceRanges: [10.0.0.0/8]", ", externalTrafficPolicy: Local") + "}"
	case 15:
		return "kind: Ingress\nmetadata: {name: " + w.pick("i", "j") + ", " + in + w.pick("", ", annotations: {nginx.ingress.kubernetes.io/server-snippet: x}", ", annotations: {nginx.ingress.kubernetes.io/auth-url: x}") + "}\nspec: {ingressClassName: " + w.pick("nginx", "alb") + w.pick("", ", tls: [{secretName: s}]") + ", rules: [{host: " + w.pick("a.example.com", "b.example.com") + ", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}"
	case 16:
		return "kind: " + w.pick("ResourceQuota", "LimitRange") + "\nmetadata: {name: q, " + in + "}"
	case 17:
		return "kind: Node\nmetadata: {name: " + w.pick("n1", "n2") + "}\nspec: {providerID: \"" + w.pick("aws://x", "kind://x", "") + "\"}\nstatus: {addresses: [{type: InternalIP, address: " + w.pick("8.8.8.8", "192.168.0.1") + "}]}"
	}
	switch w.IntN(3) {
	case 0:
		return "kind: Gateway\nmetadata: {name: g, " + in + "}\nspec: {gatewayClassName: c, listeners: [{name: h, port: 80, protocol: " + w.pick("HTTP", "HTTPS") + w.pick("", ", allowedRoutes: {namespaces: {from: All}}") + "}]}"
	case 1:
		return "kind: HTTPRoute\nmetadata: {name: h, " + in + "}\nspec: {parentRefs: [{name: g}], hostnames: [a.example.com], rules: [{backendRefs: [{name: " + w.pick("s", "t") + ", port: 80}]}]}"
	}
	return "kind: IngressClass\nmetadata: {name: nginx}\nspec: {controller: " + w.pick("k8s.io/ingress-nginx", "traefik.io/ingress-controller") + "}"
}

// step makes one random change: of an object, of what was seen, or of who obeys.
func (w dice) step(b *court) {
	switch w.IntN(24) {
	case 0, 1, 2, 3, 4, 5, 6:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 7:
		states := []model.CoverState{model.Complete, model.Complete, model.Denied, model.Loading, model.Partial}
		kind := w.pick("Pod", "Namespace", "NetworkPolicy", "ResourceQuota", "Service", "Node")
		b.cover(model.Coverage{Kind: model.KindByName(kind).GroupKind(), State: states[w.IntN(len(states))], Reason: w.pick("", "not permitted")})
	case 8:
		if w.IntN(6) == 0 {
			b.net.Surroundings(w.surroundings())
		}
	default:
		b.take(model.Put(recordOf(b.t, w.object())))
	}
}

func (w dice) surroundings() network.Surroundings {
	s := network.Surroundings{Enforcement: []network.Enforcement{network.Verified, network.Verified, network.Unverified, network.None}[w.IntN(4)], Plugin: "x", Why: "y"}
	if w.IntN(3) == 0 {
		s.Foreign = []network.Foreign{{Ref: model.Ref{Group: "cilium.io", Version: "v2", Kind: "CiliumNetworkPolicy", Namespace: "shop", Name: "c"}, Namespace: "shop"}}
	}
	return s
}

// anew builds the same cluster at once.
func (b *court) anew() *court {
	o := newCourt(b.t, b.rules, b.a.clock)
	for _, cov := range b.c.Coverage() {
		o.cover(cov)
	}
	o.net.Surroundings(b.net.State())
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			o.take(model.Put(r))
		}
	}
	o.flush()
	return o
}

// TestIncrementalEqualsBatch holds that it does not matter in what order a cluster came to be.
func TestIncrementalEqualsBatch(t *testing.T) {
	rules := law(t)
	found := map[string]int{}
	for seed := range uint64(12) {
		w := dice{rand.New(rand.NewPCG(seed, 7)), t}
		b := newCourt(t, rules, today()).complete()
		for step := range 250 {
			for range 1 + w.IntN(2) {
				w.step(b)
			}
			b.flush()
			if got, want := b.text(), b.anew().text(); got != want {
				t.Fatalf("seed %d, step %d: (-at once, +step by step)\n%s", seed, step, cmp.Diff(want, got))
			}
			for _, f := range b.out.findings {
				found[f.Rule.ID]++
			}
		}
		for _, gk := range b.c.Kinds() {
			for _, r := range b.c.Sorted(gk) {
				b.take(model.Drop(r.Ref()))
			}
		}
		b.flush()
		if a := b.a; len(b.out.findings)+len(a.places)+len(a.sheets)+len(a.stood)+len(a.proxies)+len(a.hosts)+len(a.crossings)+len(a.conflicts)+len(a.taking)+
			len(a.refusals.askers)+len(a.refusals.near)+len(a.refusals.far)+len(a.refusals.refused)+len(a.ordered)+len(a.led)+len(a.watchers)+a.networked > 0 {
			t.Fatalf("seed %d: left: %v %+v", seed, b.short(), a)
		}
	}
	for id := range rules {
		if id[:2] == "NW" && found[id] == 0 {
			t.Errorf("%s was never found", id)
		}
	}
}
