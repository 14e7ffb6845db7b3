package network_test

import (
	"testing"

	"canopy/analysis/network"
	"canopy/analysis/network/networktest"
	"canopy/model/cluster"
)

// TestMesh holds what crowds are, and that many to many is told by hubs.
func TestMesh(t *testing.T) {
	s := newScene(t)
	s.pod("shop/web-1", "app=web", "web", "n1")
	s.pod("shop/web-2", "app=web", "web", "n2")
	s.pod("ops/job", "app=job", "", "n1")
	s.pod("sys/agent", "app=agent", "agent", "n1!")
	s.flush()
	m := s.a.Mesh(s.c)
	// The host's network tells the agent apart; else nothing does.
	if len(m.Crowds) != 2 || len(m.Strands) != 0 || len(m.Hubs) != 1 || len(m.Hubs[0].From) != 2 || len(m.Hubs[0].To) != 2 {
		t.Errorf("open: %+v", m)
	}
	s.policy("shop/deny", `{podSelector: {}, policyTypes: [Ingress]}`)
	s.policy("shop/let", `{podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: job}}}]}]}`)
	s.flush()
	m = s.a.Mesh(s.c)
	at := func(owner string) int {
		for i, c := range m.Crowds {
			for _, o := range c.Owners {
				if o.String() == owner {
					return i
				}
			}
		}
		t.Fatalf("no crowd has %s", owner)
		return 0
	}
	job, web, agent := at("ops/Pod/job"), at("shop/ReplicaSet/web"), at("sys/ReplicaSet/agent")
	want := map[network.Strand]bool{{From: job, To: web, Verdict: network.Allow}: true, {From: agent, To: web, Verdict: network.Depends, Assumption: network.OnlyNear}: true}
	for _, x := range m.Strands {
		if !want[x] {
			t.Errorf("strand %+v", x)
		}
		delete(want, x)
	}
	if len(want) > 0 || len(m.Hubs) != 1 || len(m.Hubs[0].From) != 3 || len(m.Hubs[0].To) != 2 {
		t.Errorf("lacks %v; hubs %+v", want, m.Hubs)
	}
}

// BenchmarkMesh measures 30,000 pods of 1,500 ReplicaSets in 300 namespaces: where all is open, where every namespace lets in its own and one
// team, and the largest cluster.
func BenchmarkMesh(b *testing.B) {
	l := networktest.Layout{Pods: 30_000, PodsPerTier: 20, Teams: 10, Owned: true, OnePolicy: true}
	open := &world{l, cluster.New(), network.New()}
	for r := range l.Records() {
		if r.Ref().Kind != "NetworkPolicy" {
			open.take(r)
		}
	}
	open.a.Flush(open.c)
	for _, x := range []struct {
		name string
		make func() *world
	}{
		{"open", func() *world { return open }},
		{"closed", func() *world { return built(l) }},
		{"large", func() *world { return built(networktest.Large()) }},
	} {
		b.Run(x.name, func(b *testing.B) {
			w := x.make()
			b.ResetTimer()
			for range b.N {
				m := w.a.Mesh(w.c)
				b.ReportMetric(float64(len(m.Crowds)), "crowds")
				b.ReportMetric(float64(len(m.Strands)), "strands")
			}
		})
	}
}
