package policy

import (
	"math"
	"strings"
	"testing"

	"canopy/model"
	"canopy/model/record"
)

// TestUnread holds what cannot be read at all, why, and whom it may concern. None of it has a rule.
func TestUnread(t *testing.T) {
	const some = "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchLabels: {a: b}}}\n"
	const peer, protocols = some + "  egress: [{action: Accept, to: [{namespaces: {}}, ", some + "  egress: [{action: Accept, to: [{namespaces: {}}], protocols: ["
	const ports = "  priority: 1\n  subject: {namespaces: {matchLabels: {a: b}}}\n  egress: [{action: Allow, to: [{namespaces: {}}], ports: ["
	const anybody, ab = "every namespace: every pod", "a=b: every pod"
	for _, c := range []struct{ kind, body, unread, subject string }{
		{"cnp", "  []\n", "spec: not an object", anybody},
		{"cnp", "", "spec: there is none", anybody},
		{"cnp", "  tier: Root\n  priority: 1\n  subject: {namespaces: {}}\n", "spec.tier: not a tier; there are Admin and Baseline", anybody},
		{"cnp", "  priority: 1\n  subject: {namespaces: {matchLabels: {a: b}}}\n", "spec: has no tier", ab},
		{"cnp", "  tier: Admin\n  subject: {namespaces: {matchLabels: {a: b}}}\n", "spec: has no priority", ab},
		{"cnp", "  tier: Admin\n  priority: 1\n", "spec: has no subject", anybody},
		{"cnp", "  tier: Admin\n  priority: 1.5\n  subject: {namespaces: {}}\n", "spec.priority: not a whole number that fits", anybody},
		{"cnp", "  tier: Admin\n  priority: 4294967297\n  subject: {namespaces: {matchLabels: {a: b}}}\n", "spec.priority: not a whole number that fits", ab},
		{"cnp", "  tier: Admin\n  priority: '1'\n  subject: {namespaces: {}}\n", "spec.priority: not a whole number that fits", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {}\n", "spec.subject: says nothing of whom it means", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {services: {}}\n", "spec.subject.services: not a field that is known", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchLabels: {a: b}}, services: {}}\n", "spec.subject.services: not a field that is known", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchLabels: {a: b}}, pods: {podSelector: {}}}\n", "spec.subject: has namespaces and pods; only one may be set", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchLabels: {a: 5}}}\n", "spec.subject.namespaces.matchLabels: the value of a label is not a text", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchLabels: [a]}}\n", "spec.subject.namespaces.matchLabels: not an object", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {namespaces: {matchExpressions: [{key: a, operator: Is}]}}\n", "spec.subject.namespaces: not a valid selector", anybody},
		{"cnp", "  tier: Admin\n  priority: 1\n  subject: {pods: {namespaceSelector: {}}}\n", "spec.subject.pods: has no podSelector", anybody},
		{"anp", "  priority: 1\n  subject: {pods: {podSelector: {}}}\n", "spec.subject.pods: has no namespaceSelector", anybody},
		{"cnp", some + "  logging: {}\n", "spec.logging: not a field that is known", ab},
		{"cnp", some + "  egress: {}\n", "spec.egress: not a list", ab},
		{"cnp", some + "  egress: [null]\n", "spec.egress[0]: not an object", ab},
		{"cnp", some + "  egress: [Accept]\n", "spec.egress[0]: not an object", ab},
		{"cnp", some + "  egress: [{action: Allow, to: [{namespaces: {}}]}]\n", "spec.egress[0].action: not an action of this kind", ab},
		{"cnp", some + "  egress: [{action: true, to: [{namespaces: {}}]}]\n", "spec.egress[0].action: not a text", ab},
		{"cnp", some + "  egress: [{to: [{namespaces: {}}]}]\n", "spec.egress[0].action: not an action of this kind", ab},
		{"cnp", some + "  egress: [{action: Accept}]\n", "spec.egress[0]: names no peer in to", ab},
		{"cnp", some + "  ingress: [{action: Accept, from: []}]\n", "spec.ingress[0]: names no peer in from", ab},
		{"cnp", peer + "{namespaces: {}, networks: [10.0.0.0/8]}]}]\n", "spec.egress[0].to[1]: has more than one field; only one may be set", ab},
		{"cnp", peer + "{networks: [10.0.0.0]}]}]\n", "spec.egress[0].to[1].networks[0]: not a range of addresses", ab},
		{"cnp", peer + "{networks: [5]}]}]\n", "spec.egress[0].to[1].networks[0]: not a text", ab},
		{"cnp", peer + "{domainNames: [com]}]}]\n", "spec.egress[0].to[1].domainNames[0]: not a domain name", ab},
		{"cnp", peer + "{domainNames: ['a.*.com']}]}]\n", "spec.egress[0].to[1].domainNames[0]: not a domain name", ab},
		{"cnp", peer + "{nodes: {matchLabels: {a: '['}}}]}]\n", "spec.egress[0].to[1].nodes: not a valid selector", ab},
		{"cnp", peer + "{pods: {podSelector: {matchExpressions: [{key: a, operator: In}]}}}]}]\n", "spec.egress[0].to[1].pods.podSelector: not a valid selector", ab},
		{"cnp", protocols + "]}]\n", "spec.egress[0].protocols: names no protocol", ab},
		{"cnp", protocols + "{tcp: {destinationPort: {number: 1}}, destinationNamedPort: web}]}]\n", "spec.egress[0].protocols[0]: has more than one field; only one may be set", ab},
		{"cnp", protocols + "{tcp: {destinationPort: {number: 1, range: {start: 1, end: 2}}}}]}]\n", "spec.egress[0].protocols[0].tcp.destinationPort: has more than one field; only one may be set", ab},
		{"cnp", protocols + "{tcp: {destinationPort: {number: 65536}}}]}]\n", "spec.egress[0].protocols[0].tcp.destinationPort: not a range of ports", ab},
		{"cnp", protocols + "{tcp: {destinationPort: {range: {start: 9, end: 8}}}}]}]\n", "spec.egress[0].protocols[0].tcp.destinationPort.range: not a range of ports", ab},
		{"cnp", protocols + "{tcp: {destinationPort: {range: {start: 9}}}}]}]\n", "spec.egress[0].protocols[0].tcp.destinationPort.range: has no end", ab},
		{"anp", ports + "]}]\n", "spec.egress[0].ports: names no port", ab},
		{"anp", ports + "{portNumber: {port: 80, protocol: ICMP}}]}]\n", "spec.egress[0].ports[0].portNumber.protocol: not a protocol; there are TCP, UDP and SCTP", ab},
		{"anp", ports + "{portNumber: {protocol: TCP}}]}]\n", "spec.egress[0].ports[0].portNumber: has no port", ab},
		{"anp", ports + "{portRange: {start: 9, end: 8}}]}]\n", "spec.egress[0].ports[0].portRange: not a range of ports", ab},
		{"anp", ports + "{portNumber: {port: 1}, namedPort: web}]}]\n", "spec.egress[0].ports[0]: has more than one field; only one may be set", ab},
		{"banp", "  subject: {namespaces: {}}\n  ingress: [{action: Pass, from: [{namespaces: {}}]}]\n", "spec.ingress[0].action: not an action of this kind", anybody},
	} {
		p := read(t, spec(c.kind, c.body))
		if p.Unread != c.unread || p.Subject.String() != c.subject {
			t.Errorf("%s: got %q of %s, want %q of %s", c.body, p.Unread, p.Subject.String(), c.unread, c.subject)
		}
		if len(p.Problems) == 0 || p.Acts != [2]bool{} || len(p.Rules[Ingress])+len(p.Rules[Egress]) > 0 {
			t.Errorf("%s: %s%s", c.body, complaints(p), words(p))
		}
	}
}

func TestVersionsAndNames(t *testing.T) {
	for _, c := range []struct{ apiVersion, kind, name, unread string }{
		{"v1alpha1", "AdminNetworkPolicy", "p", ""},
		{"v1alpha1", "BaselineAdminNetworkPolicy", "default", ""},
		{"v1alpha2", "ClusterNetworkPolicy", "p", ""},
		{"v1alpha1", "BaselineAdminNetworkPolicy", "other", "metadata.name: the only name that a BaselineAdminNetworkPolicy may have is default"},
		{"v1alpha2", "AdminNetworkPolicy", "p", "apiVersion: not a version of AdminNetworkPolicy that is read"},
		{"v1alpha1", "ClusterNetworkPolicy", "p", "apiVersion: not a version of ClusterNetworkPolicy that is read"},
		{"v1beta1", "ClusterNetworkPolicy", "p", "apiVersion: not a version of ClusterNetworkPolicy that is read"},
	} {
		body := "  priority: 1\n  subject: {namespaces: {}}\n"
		if c.kind == "BaselineAdminNetworkPolicy" {
			body = "  subject: {namespaces: {}}\n"
		}
		if c.kind == "ClusterNetworkPolicy" {
			body += "  tier: Admin\n"
		}
		p := read(t, "apiVersion: policy.networking.k8s.io/"+c.apiVersion+"\nkind: "+c.kind+"\nmetadata: {name: "+c.name+"}\nspec:\n"+body)
		if p.Unread != c.unread || (c.unread == "") != (len(p.Problems) == 0) {
			t.Errorf("%s %s: %q %s", c.apiVersion, c.kind, p.Unread, complaints(p))
		}
		if p.Ref != (model.Ref{Group: Group, Version: c.apiVersion, Kind: c.kind, Name: c.name}) {
			t.Errorf("it is called %v", p.Ref)
		}
	}
}

// TestOtherKinds holds that nothing else is a policy, names that resemble one included.
func TestOtherKinds(t *testing.T) {
	for _, k := range []model.Kind{
		{Group: "policy.networking.k8s.io", Version: "v1alpha1", Kind: "NetworkPolicy"},
		{Group: "networking.k8s.io", Version: "v1", Kind: "ClusterNetworkPolicy"},
		{Group: "crd.antrea.io", Version: "v1beta1", Kind: "ClusterNetworkPolicy"},
	} {
		if p, ok := Read(&record.Custom{Meta: record.Meta{Kind: &k, Name: "p"}}); ok || p != nil {
			t.Errorf("%v is read", k)
		}
	}
	if _, ok := Read(nil); ok {
		t.Error("nothing is read")
	}
	if len(Kinds()) != 4 {
		t.Error("kinds are missing")
	}
}

// TestNumbers holds that numbers are read alike whatever type a reader of YAML or JSON gave them.
func TestNumbers(t *testing.T) {
	for _, n := range []any{int64(7), float64(7), int(7), int32(7)} {
		body := map[string]any{"spec": map[string]any{"tier": "Admin", "priority": n, "subject": map[string]any{"namespaces": map[string]any{}}}}
		p := readBody(clusterKind, alpha2, body)
		if p.Priority != 7 || p.Unread != "" {
			t.Errorf("%T is %d %s", n, p.Priority, p.Unread)
		}
	}
	for _, n := range []any{math.NaN(), math.Inf(1), 7.5, 1e300, int64(math.MaxInt64), uint8(7), "7", true, []any{}, struct{}{}} {
		body := map[string]any{"spec": map[string]any{"tier": "Admin", "priority": n, "subject": map[string]any{"namespaces": map[string]any{}}}}
		if p := readBody(clusterKind, alpha2, body); p.Unread != "spec.priority: not a whole number that fits" {
			t.Errorf("%v is %d %s", n, p.Priority, p.Unread)
		}
	}
}

// TestMuch holds that the size of what is hostile costs no more than its size.
func TestMuch(t *testing.T) {
	const n = 100_000
	many := func(v any) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = v
		}
		return list
	}
	unknown := map[string]any{}
	for i := range n {
		unknown[strings.Repeat("x", i%50)+item("y", i)] = i
	}
	rule := map[string]any{"action": "Accept", "from": many(map[string]any{"services": nil}), "protocols": many(map[string]any{"destinationNamedPort": "web"})}
	body := map[string]any{"spec": map[string]any{"tier": "Admin", "priority": int64(1), "subject": map[string]any{"namespaces": map[string]any{}},
		"ingress": []any{rule}, "egress": many(unknown["y"])}}
	p := readBody(clusterKind, alpha2, body)
	if len(p.Problems) < n || p.Unread != "spec.egress[0]: not an object" {
		t.Errorf("%d problems, %s", len(p.Problems), p.Unread)
	}
	body["spec"].(map[string]any)["egress"] = []any{unknown}
	if p = readBody(clusterKind, alpha2, body); len(p.Problems) < 2*n || p.Unread == "" {
		t.Errorf("%d problems, %q", len(p.Problems), p.Unread)
	}
}

func readBody(kind, version string, body map[string]any) *Policy {
	p, _ := Read(&record.Custom{Meta: record.Meta{Kind: &model.Kind{Group: Group, Version: version, Kind: kind}, Name: "default"}, Body: body})
	return p
}
