package image

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
	"canopy/model/record"
)

// serve makes a Service on port 80 that selects pods by the label app.
func serve(namespace, name, app string, kind corev1.ServiceType) *corev1.Service {
	return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: corev1.ServiceSpec{
		Type: kind, Selector: map[string]string{"app": app}, Ports: []corev1.ServicePort{{Port: 80, NodePort: 30080, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(8080)}},
	}}
}

// lead makes an Ingress of nginx that leads to a Service of its namespace.
func lead(namespace, name, service string) *networkingv1.Ingress {
	class := "nginx"
	to := networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: service, Port: networkingv1.ServiceBackendPort{Number: 80}}}
	return &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: networkingv1.IngressSpec{IngressClassName: &class, Rules: []networkingv1.IngressRule{
		{Host: "shop.example", IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: "/", Backend: to}}}}},
	}}}
}

// closing makes a NetworkPolicy on pods with the label app that lets in what comes from some ranges; from nowhere without any.
func closing(namespace, name, app string, from ...string) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}, PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
	}}
	for _, block := range from {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: block}}}})
	}
	return p
}

// facing is a pod that listens, with the label app.
func facing(namespace, app, name, image, imageID string) *corev1.Pod {
	p := pod(namespace, app, name, "n1", image, imageID)
	p.Labels = map[string]string{"app": app}
	p.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 8080, Protocol: corev1.ProtocolTCP}}
	p.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprint("10.0.0.", len(name)+int(name[len(name)-1]))}}
	return p
}

// TestExposedAndVulnerable is VP01, by what the newest report says and by the way in.
func TestExposedAndVulnerable(t *testing.T) {
	external := serve("shop", "front", "web", corev1.ServiceTypeLoadBalancer)
	kept := external.DeepCopy()
	kept.Spec.ExternalTrafficPolicy = corev1.ServiceExternalTrafficPolicyLocal
	controller := facing("ingress-nginx", "edge", "edge-a", "nginx-ingress@<F>", "")
	controller.Labels = map[string]string{"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"}
	door := serve("ingress-nginx", "edge", "", corev1.ServiceTypeLoadBalancer)
	door.Spec.Selector = controller.Labels
	host := facing("shop", "web", "web-a", "nginx:1.29", nginxA)
	host.Spec.Containers[0].Ports[0].HostPort = 8443
	const critical = "trivy of=A counts=3/12/0/0 under=none"
	for _, c := range []struct {
		name    string
		scans   []string
		objects []runtime.Object
		verdict model.Verdict
		// lines are what evidence has to hold; without any there is to be no finding.
		lines []string
	}{
		{name: "no way in", scans: []string{critical}, objects: []runtime.Object{serve("shop", "front", "web", corev1.ServiceTypeClusterIP)}},
		{name: "a way to others", scans: []string{critical}, objects: []runtime.Object{serve("shop", "front", "other", corev1.ServiceTypeLoadBalancer)}},
		{name: "no report", objects: []runtime.Object{external}},
		{name: "nothing critical", scans: []string{"trivy of=A counts=0/12/0/0 under=none"}, objects: []runtime.Object{external}},
		{name: "another digest", scans: []string{"trivy of=B ref=nginx:1.29 counts=3/12/0/0 under=none"}, objects: []runtime.Object{external}},
		{name: "failed", scans: []string{"trivy of=A failed=boom under=none"}, objects: []runtime.Object{external}},
		{name: "a part", scans: []string{"grype of=A filtered=a_part counts=3/12/0/0"}, objects: []runtime.Object{external}},
		{name: "newer report without", scans: []string{critical + " age=30h", "trivy of=A counts=0/1/0/0 age=2h"}, objects: []runtime.Object{external}},
		{name: "newer report without, and both count", scans: []string{critical + " age=20h", "trivy of=A counts=0/1/0/0 age=2h"}, objects: []runtime.Object{external}, verdict: model.Yes, lines: []string{"3 critical, 12 high, trivy-operator, 2026-11-25"}},
		{name: "newer report without in another namespace", scans: []string{critical + " age=20h", "trivy of=A counts=0/0/0/0 age=2h ns=evil"}, objects: []runtime.Object{external}, verdict: model.Yes, lines: []string{"3 critical, 12 high, trivy-operator, 2026-11-25"}},
		{name: "newer report of another source without", scans: []string{critical + " age=20h", "grype of=A counts=0/1/0/0 age=2h"}, objects: []runtime.Object{external}, verdict: model.Yes, lines: []string{"3 critical, 12 high, trivy-operator, 2026-11-25"}},
		{name: "what VEX has taken out", scans: []string{critical + " age=20h", "grype of=A counts=0/12/0/0 vex=3 age=2h"}, objects: []runtime.Object{external}},
		{name: "another platform", scans: []string{critical + " on=linux/s390x"}, objects: []runtime.Object{external, node("n1", "amd64", "containerd://2")}},
		{name: "load balancer", scans: []string{critical}, objects: []runtime.Object{external}, verdict: model.Yes, lines: []string{
			"shop/Service/front spec.type: LoadBalancer", "spec.template.spec.containers[0].image: nginx:1.29 (sha256:aaaaaaaaaaaa): 3 critical, 12 high, trivy-operator, 2026-11-26\n",
		}},
		{name: "newer report with", scans: []string{"trivy of=A counts=0/0/0/0 age=20h under=none", "grype of=A counts=7/1/0/0 age=2h"}, objects: []runtime.Object{external}, verdict: model.Yes, lines: []string{"7 critical, 1 high, grype, 2026-11-26"}},
		{name: "old report", scans: []string{critical + " age=144h"}, objects: []runtime.Object{external}, verdict: model.Yes, lines: []string{"3 critical, 12 high, trivy-operator, 2026-11-20; stale: ", "longer ago than 24h"}},
		{name: "port of nodes", scans: []string{critical}, objects: []runtime.Object{serve("shop", "front", "web", corev1.ServiceTypeNodePort)}, verdict: model.Yes, lines: []string{"shop/Service/front spec.type: NodePort"}},
		{name: "port of its node", scans: []string{critical}, objects: []runtime.Object{host}, verdict: model.Yes, lines: []string{"shop/Pod/web-a spec.containers[0].ports[0].hostPort: 8443"}},
		{name: "closed", scans: []string{critical}, objects: []runtime.Object{external, closing("shop", "p", "web")}},
		{name: "closed but for some", scans: []string{critical}, objects: []runtime.Object{kept, closing("shop", "p", "web", "203.0.113.0/24")}, verdict: model.Yes, lines: []string{"spec.type"}},
		{name: "whose address it is", scans: []string{critical}, objects: []runtime.Object{external, closing("shop", "p", "web", "203.0.113.0/24")}, verdict: model.Depends, lines: []string{"spec.type"}},
		{name: "Ingress", scans: []string{critical}, objects: []runtime.Object{serve("shop", "front", "web", corev1.ServiceTypeClusterIP), lead("shop", "in", "front"), controller, door}, verdict: model.Yes, lines: []string{
			"shop/Ingress/in spec.rules[0].host: shop.example", "shop/Service/front spec.selector: app=web",
		}},
		{name: "Ingress without a way to its controller", scans: []string{critical}, objects: []runtime.Object{serve("shop", "front", "web", corev1.ServiceTypeClusterIP), lead("shop", "in", "front"), controller}, verdict: model.Depends, lines: []string{"shop/Ingress/in"}},
		{name: "Ingress that a policy stops", scans: []string{critical}, objects: []runtime.Object{serve("shop", "front", "web", corev1.ServiceTypeClusterIP), lead("shop", "in", "front"), controller, door, closing("shop", "p", "web")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newCourt(t, Options{}).reached()
			b.put(deployment("shop", "web")...)
			b.put(facing("shop", "web", "web-a", "nginx:1.29", nginxA), facing("shop", "web", "web-b", "nginx:1.29", nginxA))
			b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "ingress-nginx"}})
			for i, words := range c.scans {
				b.take(model.Put(report(t, fmt.Sprint("r", i), words)))
			}
			for _, o := range c.objects {
				b.put(o.DeepCopyObject())
			}
			b.flush()
			f := b.of("VP01", ref("Deployment", "shop", "web"))
			if len(c.lines) == 0 {
				if f != nil {
					t.Fatalf("%v %q\n%s", f.Verdict, f.Reason, text(f))
				}
				return
			}
			if f == nil {
				t.Fatal("nothing was found")
			}
			if f.Verdict != c.verdict || f.Severity != model.Critical || (f.Verdict == model.Yes) != (f.Reason == "") {
				t.Errorf("%v %v %q", f.Verdict, f.Severity, f.Reason)
			}
			if want := 2; f.Pods != want && c.name != "port of its node" {
				t.Errorf("%d pods", f.Pods)
			}
			for _, l := range c.lines {
				if !strings.Contains(text(f), l) {
					t.Errorf("%q is not in\n%s", l, text(f))
				}
			}
			if got := b.ids("VP01"); len(got) != 1 {
				t.Errorf("found on %v", got)
			}
		})
	}
}

// Policies that are not evaluated leave it unknown, and what they may concern is judged anew once they are gone.
func TestExposedUnderForeignPolicies(t *testing.T) {
	b := newCourt(t, Options{}).reached()
	b.put(deployment("shop", "web")...)
	b.put(facing("shop", "web", "web-a", "nginx:1.29", nginxA), serve("shop", "front", "web", corev1.ServiceTypeLoadBalancer))
	b.take(model.Put(report(t, "r", "trivy of=A counts=1/0/0/0 under=none")))
	b.cover("NetworkPolicy.networking.k8s.io", model.Denied, "")
	b.flush()
	at := ref("Deployment", "shop", "web")
	if f := b.of("VP01", at); f == nil || f.Verdict != model.Unknown || !strings.Contains(f.Reason, "not all evaluated") {
		t.Fatalf("%+v", f)
	}
	b.cover("NetworkPolicy.networking.k8s.io", model.Complete, "")
	b.flush()
	if f := b.of("VP01", at); f == nil || f.Verdict != model.Yes {
		t.Fatalf("%+v", f)
	}
}

// TestManyCritical is VP02: five of one image, wherever it runs and whoever reaches it.
func TestManyCritical(t *testing.T) {
	b := newCourt(t, Options{})
	for _, name := range []string{"web", "db"} {
		b.put(deployment("shop", name)...)
	}
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA), pod("shop", "db", "db-a", "n1", "redis:7", "docker.io/library/redis@<B>"))
	b.take(model.Put(report(t, "r", "trivy of=A counts=5/1/0/0 under=none age=30h")))
	b.take(model.Put(report(t, "s", "trivy of=B counts=4/9/0/0 under=none")))
	b.flush()
	if got := b.ids("VP02"); len(got) != 1 || got[0] != "shop/Deployment/web" {
		t.Fatalf("%v", got)
	}
	f := b.of("VP02", ref("Deployment", "shop", "web"))
	if f.Severity != model.Medium || f.Pods != 1 || !strings.Contains(text(f), "5 critical, 1 high, trivy-operator, 2026-11-25; stale: ") {
		t.Errorf("%v, %d pods\n%s", f.Severity, f.Pods, text(f))
	}
	b.take(model.Put(report(t, "s", "trivy of=B counts=6/9/0/0 under=none")))
	b.flush()
	if got := b.ids("VP02"); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// Without evidence the rules are not clean but unknown.
func TestNothingCounted(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA))
	say := func(when string, v model.Verdict, loading bool, reason string) {
		t.Helper()
		b.flush()
		for _, rule := range []string{"VP01", "VP02"} {
			s, ok := b.a.State(rule)
			if ok != (reason != "") || s.Verdict != v || s.Loading != loading || !strings.Contains(s.Reason, reason) {
				t.Errorf("%s: %s: %v %+v", when, rule, ok, s)
			}
		}
	}
	say("nothing", model.Unknown, false, "no report of a scanner was seen")
	b.cover("VulnerabilityReport.aquasecurity.github.io", model.Loading, "")
	say("loading", model.Unknown, true, "VulnerabilityReport loading")
	b.cover("VulnerabilityReport.aquasecurity.github.io", model.Complete, "")
	b.take(model.Put(report(t, "r", "kubescape of=A counts=none")))
	say("no counts", model.Unknown, false, "no report of a scanner tells how much was found")
	b.take(model.Put(report(t, "r", "kubescape of=A counts=0/0/0/0")))
	say("counted", model.RuleState{}.Verdict, false, "")
	b.cover("VulnerabilityReport.aquasecurity.github.io", model.Denied, "")
	say("in part", model.Depends, false, "there may be reports that cannot be read: VulnerabilityReport denied")
}

// Who writes objects chooses what stands in them.
func TestHostileCounts(t *testing.T) {
	b := newCourt(t, Options{}).reached()
	b.put(deployment("shop", "web")...)
	p := facing("shop", "web", "web-a", "nginx:1.29", nginxA)
	b.put(p, serve("shop", "front", "web", corev1.ServiceTypeLoadBalancer))
	long := strings.Repeat("ä", 100_000)
	// Many Services and hosts lead to the same pod, with names as long as one likes.
	for i := range 300 {
		s := serve("shop", fmt.Sprint("s", i), "web", corev1.ServiceTypeExternalName)
		if i%2 == 0 {
			s.Spec.Type, s.Spec.ExternalIPs = corev1.ServiceTypeClusterIP, []string{"192.0.2.1", long}
		}
		in := lead("shop", fmt.Sprint("i", i), s.Name)
		in.Spec.Rules[0].Host = long
		b.put(s, in)
	}
	evil := report(t, "r", "trivy of=A counts=2147483647/-1/0/0 under=none")
	evil.Source, evil.Scanned = long, -1
	b.take(model.Put(evil))
	negative := report(t, "s", "trivy of=A counts=-7/0/0/0 under=none age=2h")
	b.take(model.Put(negative))
	b.flush()
	b.take(model.Drop(negative.Ref()))
	b.flush()
	for _, f := range b.found {
		for _, e := range f.Proof.Evidence() {
			if len(e.Value) > 4*longest {
				t.Errorf("%s: a value of %d bytes", f.ID, len(e.Value))
			}
		}
	}
	if f := b.of("VP02", ref("Deployment", "shop", "web")); f == nil {
		t.Error("a source with a long name is no source")
	}
	b.take(model.Put(&record.Scan{Meta: evil.Meta, Source: "x", Workload: evil.Workload, Digests: evil.Digests, Scanned: now.Add(time.Hour * 24 * 365).Unix(), Counts: &record.Counts{Critical: 9}}))
	b.flush()
	if f := b.of("VP01", ref("Deployment", "shop", "web")); f != nil {
		t.Errorf("a report of the future counts\n%s", text(f))
	}
}
