package network_test

import (
	"net/netip"
	"testing"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
)

// TestReplicasThatPoliciesTellApart holds that a workload is told in as few entries as say all of it.
func TestReplicasThatPoliciesTellApart(t *testing.T) {
	s := newScene(t)
	s.pod("shop/web-1", "app=web,tier=a,hash=1", "web", "n1")
	s.pod("shop/web-2", "app=web,tier=b,hash=2", "web", "n1")
	s.pod("shop/web-3", "app=web,tier=c,hash=3", "web", "n1")
	s.pod("shop/db-1", "app=db,hash=4", "db", "n1")
	s.policy("shop/db", `{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {tier: a}}}], ports: [{port: 5432}]}]}`)
	s.flush()
	to := network.Question{To: network.End{Ref: ref("shop/ReplicaSet/db")}}
	s.want("one replica", s.entries(to), "shop/ReplicaSet/web[tier=a] > shop/ReplicaSet/db allow TCP 5432\n")
	to.Denied = true
	s.want("with denials", s.entries(to), `
		shop/ReplicaSet/web[tier=a] > shop/ReplicaSet/db allow TCP 5432
		shop/ReplicaSet/web[tier=a] > shop/ReplicaSet/db deny TCP 1-5431,5433-65535 UDP * SCTP *
		shop/ReplicaSet/web[tier=b | tier=c] > shop/ReplicaSet/db deny everything
	`)
	// What all of them can do alike is said once, though a policy tells them apart.
	s.want("alike", s.entries(network.Question{From: network.End{Ref: ref("shop/ReplicaSet/db")}}), "shop/ReplicaSet/db > shop/ReplicaSet/web allow everything\n")
	s.want("one of them", s.entries(network.Question{From: network.End{Ref: ref("shop/Pod/web-1")}, To: network.End{Ref: ref("shop/ReplicaSet/db")}}), "shop/Pod/web-1 > shop/ReplicaSet/db allow TCP 5432\n")
	s.want("ports", s.entries(network.Question{Level: network.Pods, To: network.End{Ref: ref("shop/Pod/db-1")}, Ports: set(port.Of(port.TCP, 80, 80))}), "")
	s.want("namespaces", s.entries(network.Question{Level: network.Namespaces}), "Namespace/shop > Namespace/shop allow everything 10/12\n")
	// Once nobody looks at tier any more, it tells nothing apart.
	s.drop("NetworkPolicy", "shop", "db")
	s.flush()
	if classes, groups, peers, _ := s.a.Sizes(); classes != 1 || groups != 1 || peers != 0 {
		t.Errorf("%d classes, %d groups, %d peers are left", classes, groups, peers)
	}
}

func ref(text string) model.Ref {
	r, err := model.ParseRef(text)
	if err != nil {
		panic(err)
	}
	return r
}

func set(s port.Set) *port.Set { return &s }

// TestSameNode holds that what a node's own pods may do is told where it is something else, and counted.
func TestSameNode(t *testing.T) {
	s := newScene(t)
	s.pod("sys/agent-1", "app=agent", "agent", "n1!")
	s.pod("sys/agent-2", "app=agent", "agent", "n2!")
	s.pod("shop/web-1", "app=web", "web", "n1")
	s.pod("shop/web-2", "app=web", "web", "n1")
	s.pod("shop/api-1", "app=api", "api", "n3")
	s.policy("shop/deny", `{podSelector: {}, policyTypes: [Ingress]}`)
	s.flush()
	s.want("workloads", s.entries(network.Question{From: network.End{Ref: ref("sys/ReplicaSet/agent")}}), `
		sys/ReplicaSet/agent[same node] > shop/ReplicaSet/web allow everything
		sys/ReplicaSet/agent > sys/ReplicaSet/agent allow everything
	`)
	s.want("pods", s.entries(network.Question{Level: network.Pods, To: network.End{Ref: ref("Namespace/shop")}}), `
		sys/Pod/agent-1 > shop/Pod/web-1 allow everything
		sys/Pod/agent-1 > shop/Pod/web-2 allow everything
	`)
	if c := s.a.Cell("sys", "shop"); c.Pairs != (network.Pairs{Allowed: 2, Total: 6}) || !c.Ports.Full() {
		t.Errorf("cell %+v", c)
	}
	in, out := s.a.Totals("shop")
	if in != (network.Tally{Namespaces: 1, Pairs: network.Pairs{Allowed: 2, Total: 6}}) || out != (network.Tally{Namespaces: 1, Pairs: network.Pairs{Allowed: 6, Total: 6}}) {
		t.Errorf("in %+v, out %+v", in, out)
	}
}

// TestOutsideIsMerged holds that ranges with one answer are told as one, and clipped to what was asked for.
func TestOutsideIsMerged(t *testing.T) {
	s := newScene(t)
	s.pod("shop/web-1", "app=web", "web", "n1")
	s.policy("shop/out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/25}}]}, {to: [{ipBlock: {cidr: 192.0.2.128/25}}]}, {to: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.0/26]}}], ports: [{port: 443}]}]}`)
	s.flush()
	s.want("all", s.entries(network.Question{Outside: true}), `
		shop/ReplicaSet/web > 192.0.2.0/24 allow everything
		shop/ReplicaSet/web > 198.51.100.64/26 allow TCP 443
		shop/ReplicaSet/web > 198.51.100.128/25 allow TCP 443
		0.0.0.0/0 > shop/ReplicaSet/web allow everything
		::/0 > shop/ReplicaSet/web allow everything
	`)
	s.want("a part", s.entries(network.Question{To: network.End{Block: netip.MustParsePrefix("192.0.2.7/32")}, Outside: true}), "shop/ReplicaSet/web > 192.0.2.7/32 allow everything\n")
	s.want("namespaces", s.entries(network.Question{Level: network.Namespaces, To: network.End{Block: netip.MustParsePrefix("198.51.100.200/32")}, Outside: true}), "Namespace/shop > 198.51.100.200/32 allow TCP 443 1/1\n")
	x, err := s.a.Explain(s.c, network.End{Ref: ref("shop/ReplicaSet/web")}, network.End{Block: netip.MustParsePrefix("198.51.100.0/24")})
	if err != nil || x.Parts[0].Verdict != network.Depends || x.Parts[0].Assumption != "a rule speaks of a part of the addresses" {
		t.Errorf("%+v, %v", x, err)
	}
}
