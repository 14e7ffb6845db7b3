package remedy

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/minimal"
	"canopy/model"
	"canopy/model/cluster"
)

// heldOn gives findings on the network by rule and object.
func heldOn(t testing.TB, c *cluster.Cluster, want ...string) []*model.Finding {
	t.Helper()
	held := parted(t, c).held
	var list []*model.Finding
	for _, w := range want {
		rule, object, _ := strings.Cut(w, " ")
		ref, err := model.ParseRef(object)
		if err != nil {
			t.Fatal(err)
		}
		f := held[model.FindingID(rule, ref)]
		if f == nil {
			t.Fatalf("no finding %s; there are %v", w, keysOf(held))
		}
		list = append(list, f)
	}
	return list
}

// mended makes a fix, carries it out, and gives what is held then.
func mended(t testing.TB, c *cluster.Cluster, o Options, findings ...*model.Finding) (*Fix, map[string]*model.Finding) {
	t.Helper()
	fix, err := Make(c, o, findings)
	if err != nil {
		t.Fatal(err)
	}
	return fix, parted(t, carried(t, c, fix.Plan)).held
}

func wants(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in\n%s", p, text)
		}
	}
}

func lacks(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%q in\n%s", p, text)
		}
	}
}

func declared(t testing.TB, text string) Options {
	t.Helper()
	flows, err := minimal.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Options{Flows: flows, Declared: true}
}

func TestDeclaredFlows(t *testing.T) {
	c := seen(t, manifests(t, quarter())...)
	all := heldOn(t, c, "NW03 Namespace/shop", "NW01 shop/Deployment/web", "NW02 shop/Deployment/web", "NW01 shop/Deployment/api", "NW02 shop/Deployment/db")
	o := declared(t, "other/batch shop/web http\nshop/web shop/api 8081\nshop/api shop/db sql\n")
	fix, held := mended(t, c, o, all...)
	told := text(fix)
	for _, f := range all {
		if held[f.ID] != nil || !slices.ContainsFunc(fix.Documents, func(d Document) bool { return slices.Contains(d.Closes, f.ID) }) {
			t.Errorf("%s goes on", f.ID)
		}
	}
	wants(t, told, "keeps the flows that were declared and nothing else: 3 of 3 flows are possible for certain", "names can be asked for by UDP and TCP",
		"no longer possible into shop/Deployment/db: all addresses outside, namespace kube-system, namespace other, shop/Deployment/api (all but TCP 5432), shop/Deployment/web")
	lacks(t, told, "allow-namespace", "- podSelector: {}")
	names := make([]string, len(fix.Documents))
	for i := range fix.Documents {
		names[i] = fix.Documents[i].Step.Ref.Name
	}
	if !slices.Equal(names, []string{"allow-api", "allow-db", "allow-web", "allow-dns", "default-deny"}) {
		t.Errorf("documents: %v", names)
	}
	slices.Reverse(all)
	again, err := Make(c, o, all)
	if err != nil || text(again) != told {
		t.Error("the order of findings shows", err)
	}
	var faults minimal.Faults
	if _, err := Make(c, declared(t, "shop/gone shop/web 1\nshop/web shop/api nobody"), all); !errors.As(err, &faults) || len(faults) != 2 {
		t.Errorf("faults: %v", err)
	}
}

// What a policy of somebody else denies is told, and what one lets in besides.
func TestWhatOthersSay(t *testing.T) {
	c := seen(t, manifests(t, quarter()+aPolicy("from-other", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 9}]}]}")+
		strings.Replace(aPolicy("closed", "{podSelector: {}, policyTypes: [Egress]}"), "{name: closed}", "{name: closed, namespace: other}", 1))...)
	fix, _ := mended(t, c, declared(t, "other/batch shop/web 8080"), heldOn(t, c, "NW03 Namespace/shop")...)
	wants(t, text(fix), "not kept: other/batch shop/web 8080/TCP (line 1): TCP 8080 is denied by other/NetworkPolicy/closed, as it was before",
		"stays possible beside what is needed into shop/Deployment/db: namespace kube-system (TCP 9) by shop/NetworkPolicy/from-other")
}

// What leads in from outside is let in: by a load balancer from its ranges, by an Ingress from the pods of its controller.
func TestWaysInAreKept(t *testing.T) {
	ways := `kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [203.0.113.0/24], selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 8081}]}
---
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
kind: Ingress
metadata: {name: api}
spec: {ingressClassName: nginx, rules: [{host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}}]}
---
kind: Namespace
metadata: {name: ingress-nginx, labels: {kubernetes.io/metadata.name: ingress-nginx}}
---
`
	controller := strings.ReplaceAll(deployed("ingress-nginx", "ingress-nginx-controller", "{containers: [{name: controller, image: \"registry.k8s.io/ingress-nginx/controller:v1.13.0\", args: [/nginx-ingress-controller, --controller-class=k8s.io/ingress-nginx], ports: [{containerPort: 80}]}]}", 20),
		"{app: ingress-nginx-controller", "{app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller, app: ingress-nginx-controller")
	c := seen(t, manifests(t, quarter()+ways+controller)...)
	fix, held := mended(t, c, Options{}, heldOn(t, c, "NW01 shop/Deployment/web", "NW01 shop/Deployment/api")...)
	told := text(fix)
	wants(t, told, "cidr: 203.0.113.0/24", "kubernetes.io/metadata.name: ingress-nginx")
	lacks(t, told, "0.0.0.0/0\n", "by hand")
	if len(held) == 0 {
		t.Error("nothing is held any more")
	}
	c = seen(t, manifests(t, quarter()+ways)...)
	fix, _ = mended(t, c, Options{}, heldOn(t, c, "NW01 shop/Deployment/api")...)
	if fix.Documents[0].Breakage != "outage" {
		t.Errorf("breakage: %s", fix.Documents[0].Breakage)
	}
	wants(t, text(fix), "shop/Ingress/api leads to shop/Deployment/api, and the pods of its controller were not seen")
}

// Rules that let out to the metadata leave it out, and go on letting out the rest.
func TestMetadataIsTakenOutOfRules(t *testing.T) {
	cloud := "kind: Node\nmetadata: {name: n1}\nspec: {providerID: gce://p/z/i}\nstatus: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n---\n"
	c := seen(t, manifests(t, quarter()+cloud+aPolicy("out", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 80}]}, {to: [{ipBlock: {cidr: 169.0.0.0/8}}, {ipBlock: {cidr: 169.254.169.254/32}}]}]}"))...)
	fix, held := mended(t, c, Options{}, heldOn(t, c, "NW05 shop/Deployment/web")...)
	if held[model.FindingID("NW05", model.KindByName("Deployment").Ref("shop", "web"))] != nil || len(fix.Documents) != 1 || len(fix.Notes) > 0 {
		t.Errorf("%s", text(fix))
	}
	wants(t, string(fix.Documents[0].YAML), "- 169.254.169.254/32", "namespaceSelector: {}", "cidr: 169.0.0.0/8")
}

// Of rules that cover each other one stays.
func TestOneOfTwoEqualRulesStays(t *testing.T) {
	spec := "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}"
	c := seen(t, manifests(t, quarter()+aPolicy("one", spec)+aPolicy("two", spec))...)
	var both []*model.Finding
	for _, f := range parted(t, c).held {
		if f.Rule.ID == "NW16" {
			both = append(both, f)
		}
	}
	fix, held := mended(t, c, Options{}, both...)
	if len(fix.Documents) != 1 || len(fix.Notes) != 0 {
		t.Errorf("%s", text(fix))
	}
	for id := range held {
		if strings.HasPrefix(id, "NW16") {
			t.Errorf("%s goes on", id)
		}
	}
	now := parted(t, carried(t, c, fix.Plan))
	if now.net.Cell("shop", "shop").Allowed != parted(t, c).net.Cell("shop", "shop").Allowed {
		t.Error("somebody lost something")
	}
}

func TestLoadBalancersAndPorts(t *testing.T) {
	balancer := "kind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n---\n"
	c := seen(t, manifests(t, quarter()+balancer)...)
	f := heldOn(t, c, "NW08 shop/Service/web")
	fix, _ := mended(t, c, Options{}, f...)
	if len(fix.Documents) != 0 || len(fix.Notes) != 1 {
		t.Errorf("ranges were made up: %s", text(fix))
	}
	fix, held := mended(t, c, declared(t, "cidr:203.0.113.0/24 shop/web 8080\ncidr:198.51.100.0/24 shop/web 8080"), f...)
	if held[f[0].ID] != nil || len(fix.Documents) != 1 {
		t.Errorf("%s", text(fix))
	}
	wants(t, text(fix), "  loadBalancerSourceRanges:\n  - 198.51.100.0/24\n  - 203.0.113.0/24\n")
	fix, _ = mended(t, c, declared(t, "cidr:203.0.113.0/24 shop/web 8080\ninternet shop/web 8080"), f...)
	if len(fix.Documents) != 0 {
		t.Errorf("everybody may come: %s", text(fix))
	}
}

func TestQuotaWithoutFigures(t *testing.T) {
	c := seen(t, manifests(t, quarter())...)
	f := heldOn(t, c, "NW15 Namespace/other")
	fix, held := mended(t, c, Options{}, f...)
	if len(fix.Documents) != 1 || len(fix.Notes) != 1 || len(fix.Advice) == 0 || held[f[0].ID] == nil {
		t.Errorf("%s", text(fix))
	}
	lacks(t, string(fix.Documents[0].YAML), "cpu", "memory", "status")
	c = seen(t, manifests(t, quarter()+"kind: LimitRange\nmetadata: {name: l, namespace: other}\nspec: {limits: [{type: Container, max: {cpu: 1}}]}\n---\n")...)
	fix, held = mended(t, c, Options{}, f...)
	if len(fix.Documents) != 1 || len(fix.Notes) != 0 || held[f[0].ID] != nil {
		t.Errorf("%s", text(fix))
	}
}

func TestFoundationsOfQuotas(t *testing.T) {
	c := seen(t, manifests(t, quarter()+strings.ReplaceAll(deployed("shop", "big", "{initContainers: [{name: i, image: i, resources: {requests: {cpu: 2}}}, {name: s, image: s, restartPolicy: Always, resources: {requests: {cpu: 50m}}}], containers: [{name: c, image: i, resources: {limits: {cpu: 1}}}]}", 30), "\x00", ""))...)
	u := (&segments{p: newPlanner(c, "")}).usage("shop")
	if got := u.sum.Cpu().String() + " " + u.largest.Cpu().String() + " " + u.least.Cpu().String(); got != "2350m 2 50m" || u.pods != 4 || u.bare["cpu"] != 1 {
		t.Errorf("%s, %d pods, %v", got, u.pods, u.bare)
	}
}

// Random policies, Services and Ingresses: every finding is ended by a document, or gets a note; nothing that is said to be
// over goes on, nothing begins untold, and the order of the findings does not show.
func TestRandomSegments(t *testing.T) {
	ended := map[string]int{}
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := seen(t, manifests(t, randomQuarter(r))...)
		before := parted(t, c).held
		var all []*model.Finding
		for _, id := range keysOf(before) {
			if segmented(before[id].Rule.ID) && r.IntN(3) > 0 {
				all = append(all, before[id])
			}
		}
		o := Options{}
		if r.IntN(3) == 0 {
			o = declared(t, "shop/web shop/api 8081\nNamespace/other shop/web http\nshop/api cidr:198.51.100.0/24 443")
		}
		fix, after := mended(t, c, o, all...)
		told := text(fix)
		closed := map[string]bool{}
		for _, d := range fix.Documents {
			for _, id := range d.Closes {
				if closed[id] {
					t.Errorf("seed %d: %s is closed twice", seed, id)
				}
				closed[id] = true
				ended[before[id].Rule.ID]++
				if after[id] != nil {
					t.Errorf("seed %d: %s goes on\n%s", seed, id, told)
				}
			}
		}
		for _, f := range all {
			noted := slices.ContainsFunc(fix.Notes, func(n Note) bool { return n.Finding == f.ID })
			if slices.ContainsFunc(fix.Notes, func(n Note) bool { return strings.Contains(n.Reason, "no document could be made") }) {
				t.Errorf("seed %d: %s", seed, told)
			}
			if noted == closed[f.ID] {
				t.Errorf("seed %d: %s closed %t, noted %t\n%s", seed, f.ID, closed[f.ID], noted, told)
			}
		}
		for id := range after {
			if before[id] == nil && !strings.Contains(told, id) {
				t.Errorf("seed %d: %s begins and is not told\n%s", seed, id, told)
			}
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		again, err := Make(c, o, all)
		if err != nil || text(again) != told {
			t.Errorf("seed %d: the order of findings shows: %v", seed, err)
		}
		if t.Failed() {
			return
		}
	}
	for _, rule := range []string{"NW01", "NW02", "NW03", "NW04", "NW05", "NW06", "NW08", "NW15", "NW16", "NW18", "NW19"} {
		if ended[rule] == 0 {
			t.Errorf("%s was never ended: %v", rule, ended)
		}
	}
}

func randomQuarter(r *rand.Rand) string {
	text := quarter()
	if r.IntN(2) == 0 {
		text += "kind: Node\nmetadata: {name: n1}\nspec: {providerID: aws:///eu/i-1}\nstatus: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n---\n"
	}
	peer := func() string {
		return one(r, "podSelector: {}", "podSelector: {matchLabels: {app: api}}", "podSelector: {matchLabels: {app: apii}}", "namespaceSelector: {}", "ipBlock: {cidr: 0.0.0.0/0}", "ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}", "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}")
	}
	ports := func() string {
		return one(r, "", "ports: [{port: 8081}]", "ports: [{port: http}]", "ports: [{port: nothing}, {port: 80}]", "ports: [{port: 53, protocol: UDP}, {port: 53}]")
	}
	rule := func(field string) string {
		var parts []string
		if r.IntN(4) > 0 {
			text := field + ": [{" + peer() + "}"
			if r.IntN(3) == 0 {
				text += ", {" + peer() + "}"
			}
			parts = append(parts, text+"]")
		}
		if p := ports(); p != "" {
			parts = append(parts, p)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	for i := range r.IntN(5) {
		spec := "podSelector: " + one(r, "{}", "{matchLabels: {app: web}}", "{matchLabels: {app: wbe}}", "{matchLabels: {app: db}}")
		switch r.IntN(3) {
		case 0:
			spec += ", ingress: [" + rule("from") + ", " + rule("from") + "]"
		case 1:
			spec += ", policyTypes: [Egress], egress: [" + rule("to") + ", " + rule("to") + "]"
		default:
			spec += ", policyTypes: [Ingress, Egress], ingress: [" + rule("from") + "], egress: [" + rule("to") + "]"
		}
		text += aPolicy(fmt.Sprintf("p%d", i), "{"+spec+"}")
	}
	if r.IntN(2) == 0 {
		text += fmt.Sprintf("kind: Service\nmetadata: {name: web}\nspec: {type: %s, selector: {app: web}, ports: [{port: 80, targetPort: %s, nodePort: 30080}]}\n---\n", one(r, "NodePort", "LoadBalancer", "ClusterIP"), one(r, "8080", "http"))
	}
	return text
}

// In a folder of manifests there are no pods: what owners will make stands for them.
func TestManifestsWithoutPods(t *testing.T) {
	folder := `kind: Namespace
metadata: {name: shop}
---
kind: Deployment
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}}}
---
kind: Deployment
metadata: {name: api}
spec: {replicas: 1, selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 8081}]}]}}}
`
	c := seen(t, manifests(t, folder)...)
	all := heldOn(t, c, "NW01 shop/Deployment/web", "NW02 shop/Deployment/web", "NW03 Namespace/shop")
	fix, held := mended(t, c, declared(t, "shop/web shop/api 8081"), all...)
	for _, f := range all {
		if held[f.ID] != nil {
			t.Errorf("%s goes on", f.ID)
		}
	}
	wants(t, text(fix), "1 of 1 flows are possible for certain", "no pods that answer for names were seen", "app: api")
}

// Parts of the cluster itself are isolated only by what somebody has declared.
func TestSystemNamespacesAreSpared(t *testing.T) {
	c := seen(t, manifests(t, quarter())...)
	all := heldOn(t, c, "NW03 Namespace/kube-system", "NW01 kube-system/Pod/coredns")
	fix, _ := mended(t, c, Options{}, all...)
	if len(fix.Documents) != 0 || len(fix.Notes) != 2 {
		t.Errorf("%s", text(fix))
	}
	fix, held := mended(t, c, declared(t, "Namespace/shop kube-system/coredns dns,dns-tcp\nNamespace/other kube-system/coredns dns"), all...)
	if len(fix.Documents) == 0 || held[all[0].ID] != nil || held[all[1].ID] != nil {
		t.Errorf("%s", text(fix))
	}
	wants(t, text(fix), "2 of 2 flows are possible for certain")
}

// What a capture calls its objects, and says in them, leaves no comment and no document.
func TestHostileSegments(t *testing.T) {
	evil := "x\n- op: remove\u202e'; rm -rf /"
	objs := manifests(t, quarter())
	objs = append(objs,
		&networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "shop"}, Spec: networkingv1.NetworkPolicySpec{PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": evil}}, Ingress: []networkingv1.NetworkPolicyIngressRule{{}}}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: evil, Namespace: "shop", Labels: map[string]string{"app": evil}}, Status: corev1.PodStatus{Phase: corev1.PodRunning}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: evil, Ports: []corev1.ContainerPort{{Name: evil, ContainerPort: 80}}}}}},
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "s", Namespace: "shop"}, Spec: corev1.ServiceSpec{Type: "NodePort", ExternalIPs: []string{evil}, Selector: map[string]string{"app": evil}, Ports: []corev1.ServicePort{{Port: 80, NodePort: 30080}}}},
		&networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Name: "i", Namespace: "shop", Annotations: map[string]string{"nginx.ingress.kubernetes.io/" + evil + "-snippet": evil}}, Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{Host: evil}}}})
	c := seen(t, objs...)
	var all []*model.Finding
	held := parted(t, c).held
	for _, id := range keysOf(held) {
		if segmented(held[id].Rule.ID) {
			all = append(all, held[id])
		}
	}
	fix := fixOne(t, c, all...)
	for _, line := range strings.Split(text(fix), "\n") {
		if strings.HasPrefix(line, "- op: remove\u202e") || strings.ContainsAny(line, "\u202e\x1b\r") {
			t.Errorf("it got out: %q", line)
		}
	}
	for _, d := range fix.Documents {
		if strings.ContainsAny(d.File+d.Command, "\n\u202e;") || d.Step.Verb == model.Create && badName(d.Step.Ref.Name) != "" {
			t.Errorf("%q %q %q", d.File, d.Command, d.Step.Ref.Name)
		}
	}
}

// All that is wrong with one policy comes to one patch, and a policy that goes needs none.
func TestOnePatchForOnePolicy(t *testing.T) {
	cloud := "kind: Node\nmetadata: {name: n1}\nspec: {providerID: aws:///eu/i-1}\nstatus: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n---\n"
	c := seen(t, manifests(t, quarter()+cloud+
		aPolicy("many", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: gone}}}]}, {to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: nothing}]}, {to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 80}]}, {to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 80}]}, {to: [{podSelector: {matchLabels: {app: db}}}]}]}")+
		aPolicy("lost", "{podSelector: {matchLabels: {app: wbe}}, ingress: [{}, {from: [{podSelector: {matchLabels: {app: gone}}}]}]}"))...)
	all := heldOn(t, c, "NW04 shop/NetworkPolicy/many", "NW05 shop/Deployment/web", "NW06 shop/NetworkPolicy/many", "NW16 shop/NetworkPolicy/many", "NW18 shop/NetworkPolicy/many",
		"NW04 shop/NetworkPolicy/lost", "NW06 shop/NetworkPolicy/lost")
	fix, held := mended(t, c, Options{}, all...)
	if len(fix.Documents) != 2 || len(fix.Notes) > 0 {
		t.Errorf("%s", text(fix))
	}
	for _, f := range all {
		if held[f.ID] != nil {
			t.Errorf("%s goes on\n%s", f.ID, text(fix))
		}
	}
}
