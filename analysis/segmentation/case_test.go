package segmentation

import (
	"slices"
	"strings"
	"testing"

	"canopy/analysis/catalogue"
	"canopy/analysis/network"
	"canopy/model"
)

// scene is a cluster in a few objects, and what one rule says of it.
type scene struct {
	name, rule string
	objects    string
	// want are the findings of the rule in short; lines are parts of their evidence.
	want, lines []string
	// enforcement is that of the plug-in; Verified where it says nothing.
	enforcement network.Enforcement
}

func (s *scene) court(t testing.TB, rules catalogue.Set) *court {
	b := newCourt(t, rules, today()).complete()
	if s.enforcement != "" {
		b.net.Surroundings(network.Surroundings{Enforcement: s.enforcement, Plugin: "flannel", Why: "DaemonSet kube-flannel-ds runs"})
		b.flush()
	}
	return b
}

// The pieces of which scenes are made.
const (
	shop = `
kind: Namespace
metadata: {name: shop}
---
`
	system = `
kind: Namespace
metadata: {name: kube-system}
---
kind: Pod
metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {dnsPolicy: Default, containers: [{name: c, image: coredns, ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53, protocol: TCP}]}]}
status: {phase: Running, podIP: 10.1.0.2}
---
`
	web = `
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: web, ports: [{name: http, containerPort: 8080}]}]}
status: {phase: Running, podIP: 10.1.0.3}
---
`
	db = `
kind: Pod
metadata: {name: db, labels: {app: db}}
spec: {containers: [{name: c, image: db, ports: [{name: sql, containerPort: 5432}]}]}
status: {phase: Running, podIP: 10.1.0.4}
---
`
	deny = `
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
`
	awsNode = `
kind: Node
metadata: {name: n1}
spec: {providerID: "aws:///eu/i-1"}
status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}
---
`
)

// policyOf writes a NetworkPolicy of namespace shop.
func policyOf(name, spec string) string {
	return "kind: NetworkPolicy\nmetadata: {name: " + name + "}\nspec: " + spec + "\n---\n"
}

func scenes() []scene {
	return slices.Concat(isolationScenes(), ruleScenes(), exposureScenes(), orderScenes())
}

func TestScenes(t *testing.T) {
	rules := law(t)
	for _, s := range scenes() {
		t.Run(s.rule+" "+s.name, func(t *testing.T) {
			objects := read(t, s.objects)
			b := s.court(t, rules).put(objects...)
			if got := b.short(s.rule); !slices.Equal(got, s.want) {
				t.Errorf("got  %q\nwant %q\n%s", got, s.want, b.text(s.rule))
			}
			text := b.text(s.rule)
			for _, line := range s.lines {
				if !strings.Contains(text, line) {
					t.Errorf("no %s in\n%s", line, text)
				}
			}
			// What was put one after the other says the same, and nothing is left once all is gone.
			if len(b.out.findings) != b.a.Len() {
				t.Errorf("%d findings are out, %d stand", len(b.out.findings), b.a.Len())
			}
			one := s.court(t, rules)
			for _, o := range objects {
				one.put(o)
			}
			if one.text() != b.text() {
				t.Errorf("one by one:\n%s\nat once:\n%s", one.text(), b.text())
			}
			b.drop(objects...)
			if len(b.out.findings) > 0 || len(b.a.places) > 0 || len(b.a.sheets) > 0 || len(b.a.stood) > 0 {
				t.Errorf("left: %v, %d places, %d sheets", b.short(), len(b.a.places), len(b.a.sheets))
			}
		})
	}
}

// TestEveryRuleIsShown holds that the scenes show of each rule that it holds and that it does not.
func TestEveryRuleIsShown(t *testing.T) {
	yes, no := map[string]bool{}, map[string]bool{}
	for _, s := range scenes() {
		if len(s.want) > 0 {
			yes[s.rule] = true
		} else {
			no[s.rule] = true
		}
	}
	for id := range law(t) {
		if strings.HasPrefix(id, "NW") && (!yes[id] || !no[id]) {
			t.Errorf("%s: holds %t, does not hold %t", id, yes[id], no[id])
		}
	}
}

// TestEvidenceIsExact holds that every finding has evidence, each with an object and a path.
func TestEvidenceIsExact(t *testing.T) {
	rules := law(t)
	for _, s := range scenes() {
		b := s.court(t, rules).put(read(t, s.objects)...)
		for _, f := range b.out.findings {
			list := f.Proof.Evidence()
			if len(list) == 0 {
				t.Errorf("%s %s: %s has no evidence", s.rule, s.name, f.ID)
			}
			for _, e := range list {
				if e.Path == "" || e.Object.IsZero() || b.c.Get(e.Object) == nil && f.Rule.ID != "NW07" && e.Object.Kind != "Namespace" {
					t.Errorf("%s %s: %s: evidence %+v", s.rule, s.name, f.ID, e)
				}
			}
			if f.Verdict == model.Yes != (f.Reason == "") || f.Verdict == model.No {
				t.Errorf("%s %s: %s is %s because %q", s.rule, s.name, f.ID, f.Verdict, f.Reason)
			}
		}
	}
}
