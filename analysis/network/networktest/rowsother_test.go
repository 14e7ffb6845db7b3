package networktest

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network"
	"canopy/model"
)

// hostRows are about the host's network.
func hostRows() []row {
	return []row{
		{number: 24, name: "selected on the host's network", network: []string{"ops {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 9100}]}]}"},
			checks: []string{"ops/job > ops/agent TCP/22 deny", "shop/db > ops/agent TCP/9100 allow", "shop/db > ops/agent TCP/22 depends", "ops/agent > ops/job TCP/9100 depends", "ops/agent > shop/web TCP/80 depends", "203.0.113.7 > ops/agent TCP/22 depends", "ops/agent > 203.0.113.7 TCP/22 depends"}},
		{number: 25, name: "a peer on the host's network", network: []string{"ops {podSelector: {matchLabels: {app: job}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: agent}}}]}], egress: [{to: [{namespaceSelector: {}}]}]}"},
			checks: []string{"ops/agent > ops/job TCP/80 depends", "ops/job > ops/agent TCP/80 depends", "ops/job > shop/web TCP/80 allow"}},
		{number: 25, name: "no peer and no subject of cluster-wide policies", cluster: []string{"{tier: Admin, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}], egress: [{action: Deny, to: [{namespaces: {}}]}]}"},
			checks: []string{"ops/agent > ops/job TCP/80 allow", "ops/job > ops/agent TCP/80 allow", "ops/job > shop/web TCP/80 deny"}},
		{number: 26, name: "from the own node", network: []string{"shop {podSelector: {}, policyTypes: [Ingress]}", "ops {podSelector: {matchLabels: {app: job}}, policyTypes: [Ingress]}"},
			checks: []string{"ops/agent > shop/web TCP/80 allow", "ops/agent > shop/db UDP/1 allow", "ops/agent > ops/job TCP/80 deny", "shop/web > shop/db TCP/80 deny"}},
		{number: 26, name: "which no policy of the cluster denies", cluster: []string{"{tier: Admin, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {}}}]}]}"},
			checks: []string{"ops/agent > shop/web TCP/80 allow", "shop/web > shop/db TCP/80 deny"}},
		{number: 27, name: "a pod to itself", network: []string{"shop {podSelector: {}, policyTypes: [Ingress, Egress]}"},
			checks: []string{"shop/web > shop/web TCP/80 allow"},
			also: func(t *testing.T, w *World, b *bench) {
				if cell := b.a.Cell("shop", "shop"); cell.Total != 2 || cell.Allowed != 0 {
					t.Errorf("%+v", cell)
				}
				for e := range b.a.Entries(b.c, network.Question{Level: network.Pods, Denied: true}) {
					if e.Src == e.Dst {
						t.Errorf("%v stands in the entries", e.Src)
					}
				}
			}},
		// What is asserted: the explanation of a pod and itself says that the way through a Service is another.
		{number: 28, name: "a pod to itself through a Service", network: []string{"shop {podSelector: {}, policyTypes: [Ingress, Egress]}"},
			also: func(t *testing.T, w *World, b *bench) {
				web := w.find(t, "shop/web")
				if notes := strings.Join(b.explain(web, web).Notes, " "); !strings.Contains(notes, "Service") {
					t.Errorf("notes %q", notes)
				}
			}},
		{number: 29, name: "replies need no rule", network: []string{"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 5432}]}]}", "ops {podSelector: {}, policyTypes: [Ingress]}"},
			checks: []string{"ops/job > shop/db TCP/5432 allow", "shop/db > ops/job TCP/5432 deny"}},
	}
}

// lifeRows are about the lives of pods.
func lifeRows() []row {
	deny := []string{"shop {podSelector: {}, policyTypes: [Ingress]}"}
	return []row{
		{number: 30, name: "ended pods", network: deny,
			prepare: func(w *World) {
				for i, phase := range []corev1.PodPhase{corev1.PodSucceeded, corev1.PodFailed} {
					p := podOf("shop/ended-"+strings.ToLower(string(phase)), address("10.0.0.20", i), map[string]string{"app": "ended"})
					p.Status.Phase = phase
					w.Pods = append(w.Pods, p)
				}
			},
			also: func(t *testing.T, w *World, b *bench) {
				if cell := b.a.Cell("shop", "shop"); cell.Total != 2 {
					t.Errorf("%+v", cell)
				}
				for e := range b.a.Entries(b.c, network.Question{Level: network.Pods, Denied: true, Outside: true}) {
					if strings.HasPrefix(e.Src.Ref.Name, "ended") || strings.HasPrefix(e.Dst.Ref.Name, "ended") {
						t.Errorf("%v to %v", e.Src, e.Dst)
					}
				}
				for _, p := range w.Pods {
					if exempt := b.a.Isolation(b.podRecord(p)).Exempt; (exempt != "") != (Ended(p) || p.Spec.HostNetwork) {
						t.Errorf("%s: %q", key(p), exempt)
					}
				}
				if n := b.a.Selected(model.KindByName("NetworkPolicy").Ref("shop", "np-0")); n != 2 {
					t.Errorf("%d pods are selected", n)
				}
			}},
		{number: 31, name: "pending and terminating pods", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]}"},
			prepare: func(w *World) {
				waiting, going := podOf("shop/waiting", "", map[string]string{"app": "waiting"}), podOf("shop/going", "10.0.0.30", map[string]string{"app": "going"})
				waiting.Status.Phase = corev1.PodPending
				now := metav1.Unix(1_800_000_000, 0)
				going.DeletionTimestamp, going.Finalizers = &now, []string{"example.com/wait"}
				w.Pods = append(w.Pods, waiting, going)
			},
			checks: []string{"shop/waiting > shop/web TCP/80 allow", "ops/job > shop/waiting TCP/80 deny", "shop/going > shop/web TCP/80 allow", "ops/job > shop/going TCP/80 deny"},
			also: func(t *testing.T, _ *World, b *bench) {
				if cell := b.a.Cell("shop", "shop"); cell.Total != 12 || cell.Allowed != 12 {
					t.Errorf("%+v", cell)
				}
			}},
		{number: 32, name: "ports of init containers and sidecars", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: warm}, {port: mesh}]}]}"},
			prepare: func(w *World) {
				always := corev1.ContainerRestartPolicyAlways
				w.Pods[0].Spec.InitContainers = []corev1.Container{
					{Name: "init", Image: "i", Ports: []corev1.ContainerPort{named("warm", "", 7000)}},
					{Name: "side", Image: "s", RestartPolicy: &always, Ports: []corev1.ContainerPort{named("mesh", corev1.ProtocolTCP, 15001)}},
				}
			},
			checks: []string{"ops/job > shop/web TCP/7000 allow", "ops/job > shop/web TCP/15001 allow", "ops/job > shop/web TCP/8080 deny", "ops/job > shop/db TCP/7000 deny"}},
	}
}

// exposureRows are those whose ways in other packages find; what is asserted here is what the policies say at the pod.
func exposureRows() []row {
	return []row{
		{number: 33, name: "from outside, at the pod", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: http}]}]}"},
			checks: []string{"198.51.100.9 > shop/web TCP/8080 allow", "203.0.113.9 > shop/web TCP/8080 deny", "203.0.113.9 > shop/db TCP/5432 allow"}},
		{number: 34, name: "from the pods of a controller", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]}]}"},
			prepare: func(w *World) {
				w.Pods = append(w.Pods, podOf("ingress/controller", "10.0.9.1", nil))
			},
			checks: []string{"ingress/controller > shop/web TCP/8080 allow", "203.0.113.9 > shop/web TCP/8080 deny"}},
		{number: 35, name: "DNS", network: []string{
			"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}",
			"shop {podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]}"},
			prepare: func(w *World) {
				w.Pods = append(w.Pods, podOf("kube-system/dns", "10.0.8.1", map[string]string{"k8s-app": "kube-dns"}))
			},
			checks: []string{"shop/web > kube-system/dns UDP/53 deny", "shop/web > kube-system/dns TCP/53 deny", "shop/db > kube-system/dns UDP/53 allow", "shop/db > kube-system/dns TCP/53 allow", "shop/db > kube-system/dns TCP/54 deny"}},
		{number: 36, name: "the metadata service", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]}"},
			checks: []string{"shop/web > 169.254.169.254 TCP/80 deny", "shop/web > 169.254.169.253 TCP/80 allow", "shop/web > 169.254.169.255 TCP/80 allow", "shop/db > 169.254.169.254 TCP/80 allow", "shop/db > fd00:ec2::254 TCP/80 allow"}},
	}
}

// tierRows are about cluster-wide policies.
func tierRows() []row {
	subject := "subject: {namespaces: {matchLabels: {team: a}}}"
	toOps := "to: [{namespaces: {matchLabels: {team: b}}}]"
	port := func(n string) string { return "protocols: [{tcp: {destinationPort: {number: " + n + "}}}]" }
	return []row{
		{number: 37, name: "admin, then NetworkPolicy, then baseline, then allow",
			network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 2}, {port: 4}]}]}"},
			cluster: []string{
				"{tier: Admin, " + subject + ", egress: [{action: Accept, " + toOps + ", " + port("1") + "}, {action: Deny, " + toOps + ", " + port("2") + "}]}",
				"{tier: Baseline, " + subject + ", egress: [{action: Accept, " + toOps + ", " + port("3") + "}, {action: Deny, " + toOps + ", " + port("4") + "}, {action: Deny, " + toOps + ", " + port("1") + "}]}"},
			checks: []string{"shop/web > ops/job TCP/1 allow", "shop/web > ops/job TCP/2 deny", "shop/web > ops/job TCP/3 deny", "shop/web > ops/job TCP/4 allow", "shop/web > ops/job TCP/5 deny",
				"shop/db > ops/job TCP/1 allow", "shop/db > ops/job TCP/2 deny", "shop/db > ops/job TCP/3 allow", "shop/db > ops/job TCP/4 deny", "shop/db > ops/job TCP/5 allow"}},
		{number: 38, name: "the lower priority goes first", cluster: []string{
			"{tier: Admin, priority: 20, " + subject + ", egress: [{action: Deny, " + toOps + "}]}",
			"{tier: Admin, priority: 5, " + subject + ", egress: [{action: Accept, " + toOps + ", " + port("1") + "}]}"},
			checks: []string{"shop/web > ops/job TCP/1 allow", "shop/web > ops/job TCP/2 deny"}},
		{number: 38, name: "equal priority", cluster: []string{
			"{tier: Admin, " + subject + ", egress: [{action: Deny, " + toOps + ", " + port("1") + "}, {action: Deny, " + toOps + ", " + port("2") + "}, {action: Deny, " + toOps + ", " + port("3") + "}]}",
			"{tier: Admin, " + subject + ", egress: [{action: Accept, " + toOps + ", " + port("1") + "}, {action: Pass, " + toOps + ", " + port("2") + "}, {action: Deny, " + toOps + ", " + port("3") + "}, {action: Accept, " + toOps + ", " + port("4") + "}]}",
			"{tier: Admin, priority: 11, " + subject + ", egress: [{action: Deny, " + toOps + "}]}"},
			checks: []string{"shop/web > ops/job TCP/1 depends", "shop/web > ops/job TCP/2 depends", "shop/web > ops/job TCP/3 deny", "shop/web > ops/job TCP/4 allow", "shop/web > ops/job TCP/5 deny"},
			also: func(t *testing.T, w *World, b *bench) {
				for _, part := range b.explain(w.find(t, "shop/web"), w.find(t, "ops/job")).Parts {
					if part.Verdict != network.Depends {
						continue
					}
					text := part.Assumption
					for _, r := range part.Because {
						text += " " + r.Object.Name + " " + r.Note
					}
					if !strings.Contains(text, "cnp-0") || !strings.Contains(text, "cnp-1") {
						t.Errorf("%s: not both are named: %s", part.Connections, text)
					}
				}
			}},
		{number: 39, name: "the first rule decides", cluster: []string{"{tier: Admin, " + subject + ", egress: [{action: Accept, " + toOps + ", " + port("1") + "}, {action: Deny, " + toOps + "}, {action: Accept, " + toOps + "}]}"},
			checks: []string{"shop/web > ops/job TCP/1 allow", "shop/web > ops/job TCP/2 deny"}},
		{number: 39, name: "Pass skips its tier alone", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}"}, cluster: []string{
			"{tier: Admin, priority: 1, " + subject + ", egress: [{action: Pass, " + toOps + ", " + port("1") + "}]}",
			"{tier: Admin, priority: 2, " + subject + ", egress: [{action: Accept, " + toOps + "}]}",
			"{tier: Baseline, " + subject + ", egress: [{action: Deny, " + toOps + "}]}"},
			checks: []string{"shop/web > ops/job TCP/1 deny", "shop/web > ops/job TCP/2 allow", "shop/db > ops/job TCP/1 deny", "shop/db > ops/job TCP/2 allow"}},
		{number: 40, name: "a NetworkPolicy is final", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 1}]}]}"}, cluster: []string{
			"{tier: Baseline, " + subject + ", egress: [{action: Accept, " + toOps + ", " + port("2") + "}, {action: Deny, " + toOps + "}], ingress: [{action: Deny, from: [{namespaces: {}}]}]}"},
			checks: []string{"shop/web > ops/job TCP/1 allow", "shop/web > ops/job TCP/2 deny", "shop/db > ops/job TCP/2 allow", "shop/db > ops/job TCP/1 deny", "ops/job > shop/web TCP/1 deny"}},
		{number: 41, name: "no isolation", cluster: []string{"{tier: Admin, " + subject + ", ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: a}}}]}]}", "{tier: Baseline, " + subject + "}"},
			checks: []string{"ops/job > shop/web TCP/80 allow", "shop/web > ops/job TCP/80 allow", "203.0.113.7 > shop/web TCP/80 allow"}},
		{number: 42, name: "networks, certain for pods too", cluster: []string{"{tier: Admin, " + subject + ", egress: [{action: Deny, to: [{networks: ['10.0.1.0/24', '203.0.113.0/24', '172.16.0.1/32']}]}]}"},
			checks: []string{"shop/web > ops/job TCP/80 deny", "shop/web > shop/db TCP/80 allow", "shop/web > ops/agent TCP/80 deny", "shop/web > 203.0.113.7 TCP/80 deny", "shop/web > 203.0.114.0 TCP/80 allow"}},
		{number: 42, name: "nodes", cluster: []string{"{tier: Admin, " + subject + ", egress: [{action: Deny, to: [{nodes: {matchLabels: {role: edge}}}]}]}"},
			prepare: func(w *World) {
				p := podOf("ops/agent-2", "172.16.0.2", nil)
				p.Spec.HostNetwork, p.Spec.NodeName = true, "n2"
				w.Pods = append(w.Pods, p)
			},
			checks: []string{"shop/web > ops/agent TCP/80 deny", "shop/web > ops/agent-2 TCP/80 allow", "shop/web > ops/job TCP/80 allow", "shop/web > 172.16.0.1 TCP/22 deny", "shop/web > 172.16.0.2 TCP/22 allow", "shop/web > 172.16.0.3 TCP/22 allow", "shop/web > 172.16.0.0 TCP/22 allow"}},
		{number: 42, name: "domain names", cluster: []string{"{tier: Admin, " + subject + ", egress: [{action: Accept, to: [{domainNames: ['*.example.com']}], " + port("443") + "}, {action: Deny, to: [{networks: ['0.0.0.0/0', '::/0']}]}]}"},
			checks: []string{"shop/web > 203.0.113.7 TCP/443 depends", "shop/web > 203.0.113.7 TCP/80 deny", "shop/web > 2001:db8::1 TCP/443 depends", "shop/web > ops/job TCP/443 deny"}},
		{number: 43, name: "a peer of a kind that is not known", cluster: []string{
			"{tier: Admin, priority: 1, " + subject + ", egress: [{action: Accept, to: [{}, {namespaces: {}}], " + port("1") + "}]}",
			"{tier: Admin, priority: 2, subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}, egress: [{action: Pass, to: [{}], " + port("2") + "}]}",
			"{tier: Baseline, subject: {namespaces: {matchLabels: {team: b}}}, ingress: [{action: Deny, from: [{}], " + port("3") + "}]}"},
			prepare: func(w *World) { w.Pods = append(w.Pods, podOf("third/one", "10.0.3.1", nil)) },
			checks:  []string{"shop/web > third/one TCP/1 deny", "shop/web > third/one UDP/9 deny", "shop/web > 203.0.113.7 TCP/443 deny", "shop/db > third/one TCP/1 allow", "shop/db > third/one TCP/2 allow", "third/one > ops/job TCP/4 deny", "203.0.113.7 > ops/job TCP/4 deny", "ops/job > third/one TCP/4 allow"}},
		{number: 43, name: "a field that is not known", also: func(t *testing.T, w *World, b *bench) {
			b.take(model.Put(mustRecord(&unstructured.Unstructured{Object: map[string]any{
				"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": map[string]any{"name": "newer"},
				"spec": map[string]any{"tier": "Admin", "priority": int64(1), "subject": map[string]any{"namespaces": map[string]any{}},
					"ingress": []any{map[string]any{"action": "Deny", "from": []any{map[string]any{"networks": []any{"192.0.2.0/24"}}}}}},
			}})))
			b.flush()
			check(t, w, "analyser", b, "ops/job > shop/web TCP/80 deny")
			check(t, w, "analyser", b, "203.0.113.7 > shop/web TCP/80 deny")
			check(t, w, "analyser", b, "shop/web > 203.0.113.7 TCP/80 allow")
		}},
		// Every row of policies of the cluster is asked in v1alpha1 too; here all that the two spell differently.
		{number: 44, name: "both versions", cluster: []string{
			"{tier: Admin, " + subject + ", ingress: [{action: Accept, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: job}}}}], protocols: [{destinationNamedPort: http}, {destinationNamedPort: dns}, {udp: {destinationPort: {range: {start: 10, end: 20}}}}, {sctp: {destinationPort: {number: 7}}}]}]}",
			"{tier: Baseline, " + subject + ", ingress: [{action: Deny, from: [{namespaces: {}}]}]}"},
			checks: []string{"ops/job > shop/web TCP/8080 allow", "ops/job > shop/web UDP/53 allow", "ops/job > shop/db TCP/8080 deny", "ops/job > shop/web UDP/9 deny", "ops/job > shop/web UDP/10 allow", "ops/job > shop/web UDP/20 allow", "ops/job > shop/web UDP/21 deny", "ops/job > shop/web SCTP/7 allow", "ops/job > shop/web TCP/7 deny", "shop/db > shop/web TCP/8080 deny"}},
	}
}

// limitRows are about what cannot be known.
func limitRows() []row {
	deny := []string{"shop {podSelector: {}, policyTypes: [Ingress]}"}
	return []row{
		{number: 45, name: "policies of other kinds", network: deny, prepare: func(w *World) { w.Foreign = []string{"shop"} },
			checks: []string{"ops/job > shop/web TCP/80 not-evaluated", "shop/web > ops/job TCP/80 not-evaluated", "shop/web > shop/db TCP/80 not-evaluated", "203.0.113.7 > shop/web TCP/80 not-evaluated", "ops/job > ops/agent TCP/80 allow"},
			also: func(t *testing.T, w *World, b *bench) {
				for _, part := range b.explain(w.find(t, "ops/job"), w.find(t, "shop/web")).Parts {
					if !strings.Contains(part.Assumption, "foreign-0") {
						t.Errorf("the object is not named: %q", part.Assumption)
					}
				}
			}},
		{number: 45, name: "everywhere, and many", prepare: func(w *World) { w.Foreign = []string{"", "shop", "shop", "ops"} },
			checks: []string{"ops/job > shop/web TCP/80 not-evaluated", "ops/job > ops/agent TCP/80 not-evaluated"},
			also: func(t *testing.T, w *World, b *bench) {
				if cell := b.a.Cell("ops", "shop"); cell.Unknown != 4 || cell.Total != 4 {
					t.Errorf("%+v", cell)
				}
				for _, part := range b.explain(w.find(t, "ops/job"), w.find(t, "shop/web")).Parts {
					if !strings.Contains(part.Assumption, "more") {
						t.Errorf("not counted: %q", part.Assumption)
					}
				}
			}},
		{number: 46, name: "a plug-in that does not enforce", network: []string{"shop {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]}"}, prepare: func(w *World) { w.Unenforced = true },
			checks: []string{"ops/job > shop/web TCP/80 allow", "ops/job > shop/web TCP/81 depends", "203.0.113.7 > shop/web TCP/81 depends"},
			also: func(t *testing.T, w *World, b *bench) {
				for _, part := range b.explain(w.find(t, "ops/job"), w.find(t, "shop/web")).Parts {
					if part.Verdict == network.Depends && !strings.Contains(part.Assumption, "flannel") {
						t.Errorf("the plug-in is not named: %q", part.Assumption)
					}
				}
			}},
		{number: 47, name: "policies of one namespace that may not be read", prepare: func(w *World) {
			w.Unread = []Unread{{Kind: schema.GroupKind{Group: model.GroupNetwork, Kind: "NetworkPolicy"}, Namespace: "shop"}}
		}, checks: []string{"ops/job > shop/web TCP/80 not-evaluated", "shop/web > ops/job TCP/80 not-evaluated", "shop/web > 203.0.113.7 TCP/80 not-evaluated", "ops/job > 203.0.113.7 TCP/80 allow", "ops/job > ops/agent TCP/80 allow"}},
		{number: 47, name: "policies of the cluster that may not be read", prepare: func(w *World) {
			w.Unread = []Unread{{Kind: schema.GroupKind{Group: "policy.networking.k8s.io", Kind: "ClusterNetworkPolicy"}}}
		}, checks: []string{"ops/job > shop/web TCP/80 not-evaluated", "203.0.113.7 > shop/web TCP/80 not-evaluated"},
			also: func(t *testing.T, w *World, b *bench) {
				for _, part := range b.explain(w.find(t, "ops/job"), w.find(t, "shop/web")).Parts {
					if !strings.Contains(part.Assumption, "ClusterNetworkPolicy") {
						t.Errorf("the reason is not named: %q", part.Assumption)
					}
				}
			}},
		{number: 47, name: "kinds that are not served", also: func(t *testing.T, w *World, b *bench) {
			b.cover(model.Coverage{Kind: schema.GroupKind{Group: "policy.networking.k8s.io", Kind: "AdminNetworkPolicy"}, State: model.Absent, Reason: "not served by this server"})
			b.flush()
			check(t, w, "analyser", b, "ops/job > shop/web TCP/80 allow")
		}},
		{number: 47, name: "namespaces that may not be read", network: []string{"shop {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: b}}}]}, {from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}], ports: [{port: 80}]}, {from: [{namespaceSelector: {}}], ports: [{port: 81}]}]}"},
			prepare: func(w *World) { w.Namespaces, w.NamespacesUnread = nil, true },
			checks:  []string{"ops/job > shop/web TCP/80 allow", "ops/job > shop/web TCP/81 allow", "ops/job > shop/web TCP/82 depends", "shop/db > shop/web TCP/80 depends", "shop/db > shop/web TCP/81 allow"}},
		// What is asserted: verdicts are what is declared. A plug-in that is not known changes none of them, and what is known of it
		// comes back for the label.
		{number: 48, name: "declared, not in force", network: deny, checks: []string{"ops/job > shop/web TCP/80 deny", "shop/web > ops/job TCP/80 allow"},
			also: func(t *testing.T, w *World, b *bench) {
				told := network.Surroundings{Enforcement: network.Unverified, Why: "no known plug-in was found"}
				b.a.Surroundings(told)
				b.flush()
				check(t, w, "analyser", b, "ops/job > shop/web TCP/80 deny")
				check(t, w, "analyser", b, "shop/web > ops/job TCP/80 allow")
				if s := b.a.State(); s.Enforcement != told.Enforcement || s.Why != told.Why {
					t.Errorf("%+v", s)
				}
			}},
	}
}
