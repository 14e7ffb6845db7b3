package networktest

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network"
)

func (r *row) title() string { return fmt.Sprintf("row %02d %s", r.number, r.name) }

// selectionRows are about whom policies isolate.
func selectionRows() []row {
	return []row{
		{number: 1, name: "no policy", network: []string{"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}"},
			checks: []string{"shop/db > shop/web TCP/80 allow", "shop/web > shop/db TCP/80 deny", "ops/job > shop/web SCTP/65535 allow", "203.0.113.7 > shop/web UDP/1 allow", "shop/db > 203.0.113.7 TCP/443 allow"}},
		{number: 2, name: "both sides on one port", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 80}, {port: 5432}]}]}",
			"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{ports: [{port: 443}, {port: 5432}]}]}"},
			checks: []string{"shop/web > shop/db TCP/80 deny", "shop/web > shop/db TCP/443 deny", "shop/web > shop/db TCP/5432 allow", "shop/web > shop/db UDP/5432 deny", "ops/job > shop/db TCP/443 allow"}},
		{number: 3, name: "union", network: []string{
			"shop {podSelector: {}, policyTypes: [Ingress]}",
			"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}",
			"shop {podSelector: {matchLabels: {tier: data}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}], ports: [{port: 8080}]}]}"},
			checks: []string{"shop/web > shop/db TCP/5432 allow", "shop/web > shop/db TCP/8080 deny", "ops/job > shop/db TCP/8080 allow", "ops/job > shop/db TCP/5432 deny", "shop/db > shop/web TCP/80 deny"}},
		{number: 3, name: "in any order", network: []string{
			"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}",
			"shop {podSelector: {}, policyTypes: [Ingress]}"},
			checks: []string{"shop/web > shop/db TCP/5432 allow", "shop/web > shop/db TCP/8080 deny"}},
		{number: 4, name: "policyTypes absent, no egress rule", network: []string{"shop {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 allow", "ops/job > shop/web TCP/80 deny", "shop/web > ops/job TCP/80 allow"}},
		{number: 4, name: "policyTypes absent, an egress rule", network: []string{"shop {podSelector: {matchLabels: {app: web}}, egress: [{ports: [{port: 8080}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 deny", "shop/web > ops/job TCP/80 deny", "shop/web > ops/job TCP/8080 allow"}},
		{number: 4, name: "policyTypes absent, nothing else", network: []string{"shop {podSelector: {}}"},
			checks: []string{"ops/job > shop/web TCP/8080 deny", "shop/web > ops/job TCP/80 allow"}},
		{number: 5, name: "Egress alone", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], ingress: [{ports: [{port: 1}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "shop/web > ops/job TCP/80 deny", "shop/web > 203.0.113.7 TCP/443 deny", "203.0.113.7 > shop/web TCP/443 allow"}},
		{number: 6, name: "ingress empty", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: []}"},
			checks: []string{"ops/job > shop/web TCP/80 deny", "203.0.113.7 > shop/web TCP/80 deny"}},
		{number: 6, name: "ingress absent", network: []string{"shop {podSelector: {}, policyTypes: [Ingress]}"},
			checks: []string{"ops/job > shop/web TCP/80 deny"}},
		{number: 6, name: "ingress of one empty rule", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "203.0.113.7 > shop/web SCTP/80 allow", "2001:db8::7 > shop/web UDP/80 allow"}},
		{number: 7, name: "empty from and to", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{from: [], ports: [{port: 80}]}], egress: [{to: [], ports: [{port: 443}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "203.0.113.7 > shop/web TCP/80 allow", "203.0.113.7 > shop/web TCP/81 deny", "shop/web > ops/job TCP/443 allow", "shop/web > 203.0.113.7 TCP/443 allow", "shop/web > 203.0.113.7 TCP/80 deny"}},
		{number: 8, name: "empty ports", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}], ports: []}]}"},
			checks: []string{"shop/db > shop/web TCP/1 allow", "shop/db > shop/web SCTP/65535 allow", "ops/job > shop/web TCP/1 deny"}},
		{number: 8, name: "a protocol alone, a port alone", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{protocol: UDP}, {port: 443}]}]}"},
			checks: []string{"ops/job > shop/web UDP/1 allow", "ops/job > shop/web UDP/65535 allow", "ops/job > shop/web TCP/443 allow", "ops/job > shop/web TCP/444 deny", "ops/job > shop/web SCTP/443 deny"}},
		{number: 8, name: "an empty item is all of TCP", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{}]}]}"},
			checks: []string{"ops/job > shop/web TCP/1 allow", "ops/job > shop/web TCP/65535 allow", "ops/job > shop/web UDP/53 deny"}},
		{number: 9, name: "UDP and SCTP alone", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 81, protocol: UDP}]}]}",
			"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{ports: [{port: 81, protocol: SCTP}]}]}"},
			checks: []string{"ops/job > shop/web TCP/81 deny", "ops/job > shop/web UDP/81 allow", "ops/job > shop/db TCP/81 deny", "ops/job > shop/db SCTP/81 allow", "ops/job > shop/db UDP/81 deny"}},
	}
}

// peerRows are about whom rules name.
func peerRows() []row {
	return []row{
		{number: 10, name: "podSelector alone", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: job}}}, {podSelector: {matchLabels: {app: db}}}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 deny", "shop/db > shop/web TCP/80 allow"}},
		{number: 11, name: "every namespace", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "shop/db > shop/web TCP/80 allow", "203.0.113.7 > shop/web TCP/80 deny"}},
		{number: 12, name: "both in one item", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: job}}}]}]}"},
			prepare: func(w *World) {
				w.Pods = append(w.Pods, podOf("ops/other", "10.0.1.2", map[string]string{"app": "db"}))
			},
			checks: []string{"ops/job > shop/web TCP/80 allow", "ops/other > shop/web TCP/80 deny", "shop/db > shop/web TCP/80 deny"}},
		{number: 12, name: "in two items", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}, {podSelector: {matchLabels: {app: db}}}]}]}"},
			prepare: func(w *World) {
				w.Pods = append(w.Pods, podOf("ops/other", "10.0.1.2", nil), podOf("shop/third", "10.0.0.3", map[string]string{"app": "third"}))
			},
			checks: []string{"ops/job > shop/web TCP/80 allow", "ops/other > shop/web TCP/80 allow", "shop/db > shop/web TCP/80 allow", "shop/third > shop/web TCP/80 deny"}},
		{number: 13, name: "In and NotIn", network: []string{
			"shop {podSelector: {matchExpressions: [{key: app, operator: In, values: [web, db]}, {key: tier, operator: NotIn, values: [data]}]}, policyTypes: [Ingress]}"},
			checks: []string{"ops/job > shop/web TCP/80 deny", "ops/job > shop/db TCP/80 allow"}},
		{number: 13, name: "Exists and DoesNotExist", network: []string{
			"shop {podSelector: {matchExpressions: [{key: tier, operator: Exists}]}, policyTypes: [Ingress]}",
			"shop {podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}, policyTypes: [Egress]}"},
			checks: []string{"ops/job > shop/db TCP/80 deny", "ops/job > shop/web TCP/80 allow", "shop/web > ops/job TCP/80 deny", "shop/db > ops/job TCP/80 allow"}},
		{number: 13, name: "of namespaces", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: infra, operator: NotIn, values: [x]}, {key: infra, operator: Exists}, {key: stage, operator: DoesNotExist}]}}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "shop/db > shop/web TCP/80 deny"}},
		{number: 14, name: "the name of a namespace", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "shop/db > shop/web TCP/80 deny"}},
		{number: 14, name: "without the object", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}, {namespaceSelector: {matchLabels: {team: c}}}]}]}"},
			prepare: func(w *World) {
				w.Namespaces = nil
				w.Pods = append(w.Pods, podOf("third/one", "10.0.2.1", nil))
			},
			checks: []string{"ops/job > shop/web TCP/80 allow", "shop/db > shop/web TCP/80 deny", "third/one > shop/web TCP/80 deny"}},
		{number: 15, name: "what has no meaning has no effect", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{}]}, {from: [{ipBlock: {cidr: 0.0.0.0/0}, podSelector: {}}]}, {ports: [{port: 90, endPort: 80}]}, {from: [{podSelector: {matchLabels: {app: db}}}, {}], ports: [{port: 443}, {port: 9, endPort: 8}]}]}"},
			checks: []string{"ops/job > shop/web TCP/80 deny", "ops/job > shop/web TCP/85 deny", "shop/db > shop/web TCP/85 deny", "shop/db > shop/web TCP/443 allow", "shop/db > shop/web TCP/9 deny", "203.0.113.7 > shop/web TCP/80 deny"},
			also: func(t *testing.T, _ *World, b *bench) {
				for p := range b.a.Policies() {
					if len(p.Problems) < 5 {
						t.Errorf("%s has only %d problems", p.Ref, len(p.Problems))
					}
				}
			}},
		{number: 15, name: "an exception outside of its range takes nothing out", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24, except: [198.51.100.0/24]}}]}]}"},
			checks: []string{"shop/web > 203.0.113.7 TCP/80 allow", "shop/web > 198.51.100.1 TCP/80 deny"}},
		{number: 16, name: "replicas that a policy tells apart", network: []string{"shop {podSelector: {matchLabels: {version: v2}}, policyTypes: [Ingress]}"},
			prepare: func(w *World) {
				controller := true
				for i, version := range []string{"v1", "v1", "v2"} {
					p := podOf(fmt.Sprint("shop/api-", i), address("10.0.0.10", i), map[string]string{"app": "api", "version": version, "pod-template-hash": fmt.Sprint(i)})
					p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "api", UID: types.UID("api"), Controller: &controller}}
					w.Pods = append(w.Pods, p)
				}
			},
			checks: []string{"ops/job > shop/api-0 TCP/80 allow", "ops/job > shop/api-1 TCP/80 allow", "ops/job > shop/api-2 TCP/80 deny", "shop/api-0 > shop/api-2 TCP/80 deny", "shop/api-2 > shop/api-0 TCP/80 allow"},
			also: func(t *testing.T, w *World, b *bench) {
				seen := map[string]network.Verdict{}
				for e := range b.a.Entries(b.c, network.Question{Level: network.Workloads, From: network.End{Ref: refOf(w.find(t, "ops/job"))}, Denied: true}) {
					if e.Dst.Ref.Name == "api" {
						seen[e.Dst.Class] = e.Verdict
					}
				}
				if len(seen) != 2 {
					t.Errorf("the workload is told in %d parts: %v", len(seen), seen)
				}
			}},
	}
}

// addressRows are about ranges of addresses.
func addressRows() []row {
	return []row{
		{number: 17, name: "except in one policy, allowed by another", network: []string{
			"shop {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.0/28]}}]}]}",
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.7/32}}]}]}"},
			checks: []string{"shop/web > 203.0.113.7 TCP/80 allow", "shop/db > 203.0.113.7 TCP/80 deny", "shop/web > 203.0.113.8 TCP/80 deny", "shop/db > 203.0.113.16 TCP/80 allow", "shop/db > 203.0.113.15 TCP/80 deny", "shop/db > 203.0.114.0 TCP/80 deny", "shop/db > 203.0.112.255 TCP/80 deny", "shop/db > 203.0.113.255 TCP/80 allow"}},
		{number: 18, name: "a range and addresses of pods", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.1.0/24]}}]}], egress: [{to: [{ipBlock: {cidr: 10.0.1.1/32}}], ports: [{port: 80}]}]}"},
			checks: []string{"shop/db > shop/web TCP/80 depends", "ops/job > shop/web TCP/80 deny", "shop/web > ops/job TCP/80 depends", "shop/web > ops/job TCP/81 deny", "shop/web > shop/db TCP/80 deny", "10.0.7.7 > shop/web TCP/80 allow", "10.0.1.7 > shop/web TCP/80 deny"}},
		{number: 18, name: "a selector makes certain what a range leaves open", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}, {from: [{podSelector: {}}], ports: [{port: 80}]}]}"},
			checks: []string{"shop/db > shop/web TCP/80 allow", "shop/db > shop/web TCP/81 depends", "203.0.113.7 > shop/web TCP/81 allow"}},
		{number: 19, name: "a range and addresses of nodes", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 172.16.0.0/12}}]}]}"},
			checks: []string{"shop/web > ops/agent TCP/9100 depends", "shop/web > ops/job TCP/80 deny"}},
		{number: 20, name: "each family by itself", network: []string{"shop {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 'fd00::/8', except: ['fd00:1::/32']}}]}]}"},
			checks: []string{"shop/web > fd12::1 TCP/80 allow", "shop/web > fd00:1::1 TCP/80 deny", "shop/web > fd00:2::1 TCP/80 allow", "shop/web > 253.0.0.1 TCP/80 deny", "shop/web > 0.0.0.1 TCP/80 deny", "shop/web > ops/job TCP/80 deny"}},
		{number: 20, name: "a range of all IPv4 says nothing of IPv6", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}"},
			checks: []string{"203.0.113.7 > shop/web TCP/80 allow", "2001:db8::1 > shop/web TCP/80 deny"}},
		{number: 20, name: "pods of both families", cluster: []string{"{tier: Admin, subject: {namespaces: {}}, egress: [{action: Deny, to: [{networks: ['0.0.0.0/0']}], protocols: [{tcp: {destinationPort: {number: 80}}}]}, {action: Deny, to: [{networks: ['::/0']}], protocols: [{tcp: {destinationPort: {number: 81}}}]}, {action: Deny, to: [{networks: ['0.0.0.0/0', '::/0']}], protocols: [{tcp: {destinationPort: {number: 82}}}]}]}"},
			prepare: func(w *World) {
				for i, p := range w.Pods[:3] {
					p.Status.PodIPs = append(p.Status.PodIPs, corev1.PodIP{IP: fmt.Sprint("fd00::", i+1)})
				}
			},
			checks: []string{"shop/web > shop/db TCP/80 allow", "shop/web > shop/db TCP/81 allow", "shop/web > shop/db TCP/82 deny", "shop/web > 203.0.113.7 TCP/80 deny", "shop/web > 2001:db8::1 TCP/80 allow"}},
	}
}

// portRows are about names and ranges of ports.
func portRows() []row {
	return []row{
		{number: 21, name: "a named port is the destination's", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: http}, {port: dns, protocol: UDP}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 allow", "ops/job > shop/web UDP/53 allow", "ops/job > shop/web TCP/53 deny", "ops/job > shop/db TCP/8080 deny", "203.0.113.7 > shop/web TCP/8080 allow"}},
		{number: 21, name: "by name and protocol", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: dns}]}]}"},
			checks: []string{"ops/job > shop/web TCP/53 deny", "ops/job > shop/web UDP/53 deny"}},
		{number: 21, name: "of egress", network: []string{"ops {podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}, {to: [{namespaceSelector: {}}], ports: [{port: sql}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 allow", "ops/job > shop/db TCP/8080 deny", "ops/job > shop/db TCP/5432 allow", "ops/job > 203.0.113.7 TCP/8080 deny"}},
		{number: 21, name: "never of a range", network: []string{"ops {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: http}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 deny", "ops/job > 203.0.113.7 TCP/8080 deny"}},
		{number: 21, name: "from a range", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: http}]}]}"},
			checks: []string{"203.0.113.7 > shop/web TCP/8080 allow", "203.0.113.7 > shop/db TCP/8080 deny", "ops/job > shop/web TCP/8080 deny"}},
		{number: 22, name: "endPort", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 80, endPort: 90}, {port: 65535, endPort: 65535, protocol: UDP}]}]}"},
			checks: []string{"ops/job > shop/web TCP/79 deny", "ops/job > shop/web TCP/80 allow", "ops/job > shop/web TCP/85 allow", "ops/job > shop/web TCP/90 allow", "ops/job > shop/web TCP/91 deny", "ops/job > shop/web UDP/65535 allow", "ops/job > shop/web UDP/65534 deny"}},
		// The policy sees the pod's port: that of a Service in front of it admits nothing.
		{number: 23, name: "the port of the pod counts", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}",
			"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{ports: [{port: 8080}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 deny", "ops/job > shop/db TCP/8080 allow"}},
	}
}
