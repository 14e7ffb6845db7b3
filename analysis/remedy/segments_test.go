package remedy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/network/minimal"
	"canopy/model"
	"canopy/model/cluster"
)

// manifests makes objects of YAML. What has no namespace and needs one is in shop.
func manifests(t testing.TB, text string) []runtime.Object {
	t.Helper()
	var objs []runtime.Object
	for _, doc := range strings.Split(text, "\n---\n") {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
		k := model.KindByName(u.GetKind())
		if k == nil {
			t.Fatalf("no kind %q", u.GetKind())
		}
		u.SetAPIVersion(k.Ref("", "").APIVersion())
		if k.Namespaced && u.GetNamespace() == "" {
			u.SetNamespace("shop")
		}
		var obj runtime.Object
		switch u.GetKind() {
		case "Namespace":
			obj = &corev1.Namespace{}
		case "Node":
			obj = &corev1.Node{}
		case "Pod":
			obj = &corev1.Pod{}
		case "Service":
			obj = &corev1.Service{}
		case "Secret":
			obj = &corev1.Secret{}
		case "Deployment":
			obj = &appsv1.Deployment{}
		case "ReplicaSet":
			obj = &appsv1.ReplicaSet{}
		case "NetworkPolicy":
			obj = &networkingv1.NetworkPolicy{}
		case "Ingress":
			obj = &networkingv1.Ingress{}
		case "IngressClass":
			obj = &networkingv1.IngressClass{}
		case "EndpointSlice":
			obj = &discoveryv1.EndpointSlice{}
		case "ResourceQuota":
			obj = &corev1.ResourceQuota{}
		case "LimitRange":
			obj = &corev1.LimitRange{}
		default:
			objs = append(objs, u)
			continue
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, obj); err != nil {
			t.Fatal(err)
		}
		objs = append(objs, obj)
	}
	return objs
}

// deployed writes a Deployment with a ReplicaSet and a pod. It selects by the label app.
func deployed(namespace, name, spec string, address int) string {
	return fmt.Sprintf(`kind: Deployment
metadata: {name: %[2]s, namespace: %[1]s}
spec: {selector: {matchLabels: {app: %[2]s}}, template: {metadata: {labels: {app: %[2]s}}, spec: %[3]s}}
---
kind: ReplicaSet
metadata: {name: %[2]s-1, namespace: %[1]s, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: %[2]s, uid: "", controller: true}]}
spec: {selector: {matchLabels: {app: %[2]s}}, template: {metadata: {labels: {app: %[2]s}}, spec: %[3]s}}
---
kind: Pod
metadata: {name: %[2]s-1-a, namespace: %[1]s, labels: {app: %[2]s, pod-template-hash: "1"}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: %[2]s-1, uid: "", controller: true}]}
spec: %[3]s
status: {phase: Running, podIP: 10.1.0.%[4]d, podIPs: [{ip: 10.1.0.%[4]d}]}
---
`, namespace, name, spec, address)
}

func serving(name string, n int, more string) string {
	return fmt.Sprintf("{automountServiceAccountToken: false, containers: [{name: c, image: i, ports: [{name: %s, containerPort: %d}]%s}]}", name, n, more)
}

func aPolicy(name, spec string) string {
	return fmt.Sprintf("kind: NetworkPolicy\nmetadata: {name: %s}\nspec: %s\n---\n", name, spec)
}

// quarter is a namespace shop with web, api and db, and others around it.
func quarter() string {
	return `kind: Namespace
metadata: {name: shop, labels: {kubernetes.io/metadata.name: shop}}
---
kind: Namespace
metadata: {name: other, labels: {kubernetes.io/metadata.name: other}}
---
kind: Namespace
metadata: {name: kube-system, labels: {kubernetes.io/metadata.name: kube-system}}
---
kind: Pod
metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {dnsPolicy: Default, containers: [{name: c, image: coredns, ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53, protocol: TCP}]}]}
status: {phase: Running, podIP: 10.1.0.2, podIPs: [{ip: 10.1.0.2}]}
---
` + deployed("shop", "web", serving("http", 8080, ""), 11) + deployed("shop", "api", serving("http", 8081, ", resources: {requests: {cpu: 100m, memory: 64Mi}}"), 12) +
		deployed("shop", "db", serving("sql", 5432, ", resources: {requests: {cpu: 250m, memory: 100Mi}}"), 13) + deployed("other", "batch", serving("x", 1, ""), 14)
}

// seen is a cluster of which everything was seen.
func seen(t testing.TB, objs ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := holding(t, objs...)
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return c
}

// parted judges the network of a cluster, with all of its pods.
func parted(t testing.TB, c *cluster.Cluster) *terrain {
	t.Helper()
	science, err := newScience()
	if err != nil {
		t.Fatal(err)
	}
	var judge []string
	for _, r := range science.rules.Sorted() {
		judge = append(judge, r.ID)
	}
	if !slices.Contains(judge, "NW01") {
		t.Fatal("the catalogue has no rules on the network")
	}
	return newTerrain(c, minimal.Look(c).Pods(), science.rules)
}

// segmentScenes break each rule of which documents are made. The object is the one that the finding is on.
func segmentScenes() map[string][2]string {
	deny := aPolicy("deny", "{podSelector: {}, policyTypes: [Ingress, Egress]}")
	cloud := "kind: Node\nmetadata: {name: n1}\nspec: {providerID: aws:///eu/i-1}\nstatus: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n---\n"
	door := "kind: Ingress\nmetadata: {name: %s}\nspec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]%s}\n---\n"
	return map[string][2]string{
		"NW01": {"", "shop/Deployment/web"},
		"NW02": {"", "shop/Deployment/web"},
		"NW03": {"", "Namespace/shop"},
		"NW04": {aPolicy("open", "{podSelector: {matchLabels: {app: db}}, ingress: [{}, {from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}"), "shop/NetworkPolicy/open"},
		"NW05": {cloud, "shop/Deployment/web"},
		"NW06": {aPolicy("lost", "{podSelector: {matchLabels: {app: wbe}}, ingress: [{}]}"), "shop/NetworkPolicy/lost"},
		"NW08": {"kind: Service\nmetadata: {name: web}\nspec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}\n---\n", "shop/Service/web"},
		"NW09": {"kind: Service\nmetadata: {name: web}\nspec: {type: ClusterIP, selector: {app: web}, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080}]}\n---\n", "shop/Service/web"},
		"NW11": {fmt.Sprintf(door, "plain", "") + fmt.Sprintf(door, "safe", ", tls: [{hosts: [shop.example.com], secretName: cert}]") + "kind: Secret\nmetadata: {name: cert}\ntype: kubernetes.io/tls\n---\n", "shop/Ingress/plain"},
		"NW12": {strings.Replace(fmt.Sprintf(door, "odd", ", tls: [{hosts: [shop.example.com], secretName: cert}]"), "{name: odd}", "{name: odd, annotations: {nginx.ingress.kubernetes.io/server-snippet: x, nginx.ingress.kubernetes.io/rewrite-target: /}}", 1), "shop/Ingress/odd"},
		"NW15": {"", "Namespace/shop"},
		"NW16": {aPolicy("twice", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}, {from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 5432}]}]}"), "shop/NetworkPolicy/twice"},
		"NW17": {aPolicy("odd", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{}, {podSelector: {matchLabels: {app: api}}}]}, {from: [{}]}]}"), "shop/NetworkPolicy/odd"},
		"NW18": {aPolicy("named", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}], ports: [{port: sqll}, {port: 5432}]}, {ports: [{port: sqll}]}]}"), "shop/NetworkPolicy/named"},
		"NW19": {deny + aPolicy("web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: api}}}]}]}"), "shop/Deployment/web"},
	}
}

func segmentScene(t testing.TB, rule string) (*cluster.Cluster, *model.Finding) {
	t.Helper()
	s := segmentScenes()[rule]
	if s[1] == "" {
		t.Fatalf("%s: no scene", rule)
	}
	c := seen(t, manifests(t, quarter()+s[0])...)
	ref, err := model.ParseRef(s[1])
	if err != nil {
		t.Fatal(err)
	}
	f := parted(t, c).held[model.FindingID(rule, ref)]
	if f == nil {
		t.Fatalf("%s: the scene does not show it: %v", rule, slices.Sorted(maps.Keys(parted(t, c).held)))
	}
	return c, f
}

// segmentIsFixed holds a rule about the network to what the catalogue says of it.
func segmentIsFixed(t *testing.T, rule *model.Rule) {
	t.Helper()
	if rule.Fix != "yaml" {
		if segmentScenes()[rule.ID][1] != "" {
			t.Errorf("%s: there is a document, and the catalogue knows of none", rule.ID)
		}
		// What breaks it is judged elsewhere; the words are the same whatever that is.
		p := newPlanner(seen(t, manifests(t, quarter())...), testServer)
		f := &model.Finding{ID: model.FindingID(rule.ID, ref("Deployment", "web")), Rule: rule, Object: ref("Deployment", "web"), Verdict: model.Yes}
		p.segments.inWords(f)
		toldWhy(t, p.fix(), f)
		return
	}
	c, f := segmentScene(t, rule.ID)
	fix := fixOne(t, c, f)
	sound(t, fix)
	if len(fix.Notes) > 0 || !slices.ContainsFunc(fix.Documents, func(d Document) bool { return slices.Contains(d.Closes, f.ID) }) {
		t.Errorf("%s: %+v\n%s", rule.ID, fix.Notes, text(fix))
		return
	}
	for _, d := range fix.Documents {
		if parseBreakage(d.Breakage) < parseBreakage(rule.Breakage) {
			t.Errorf("%s: breakage %s, the catalogue says %s", rule.ID, d.Breakage, rule.Breakage)
		}
		if roundtrip(t, d.YAML) != roundtrip(t, d.Step.Body) && d.Step.Verb != model.Delete {
			t.Errorf("%s: YAML is not the body:\n%s\n%s", rule.ID, d.YAML, d.Step.Body)
		}
	}
	after := parted(t, carried(t, c, fix.Plan))
	if after.held[f.ID] != nil {
		t.Errorf("%s goes on:\n%s", f.ID, text(fix))
	}
}

func TestSegmentsAreMended(t *testing.T) {
	for _, rule := range slices.Sorted(maps.Keys(segmentScenes())) {
		t.Run(rule, func(t *testing.T) {
			c, f := segmentScene(t, rule)
			segmentIsFixed(t, f.Rule)
			before := parted(t, c).held
			fix := fixOne(t, c, f)
			told := text(fix)
			for id, o := range parted(t, carried(t, c, fix.Plan)).held {
				if before[id] == nil && !strings.Contains(told, id) {
					t.Errorf("%s begins and is not told: %v\n%s", id, o.Proof.Evidence(), told)
				}
			}
			t.Log("\n" + told)
		})
	}
}
