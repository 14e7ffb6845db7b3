package networktest

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network/policy"
)

// TestEffectsHold takes each rule away that is said to have no effect, or to be in the shadow of another, and holds that no
// answer of the reference changes. It also compares which peers are said to select nothing.
func TestEffectsHold(t *testing.T) {
	seeds := 250
	if os.Getenv("CANOPY_LONG") != "" {
		seeds = 5000
	}
	shadows, without, empty := 0, 0, 0
	for seed := range seeds {
		d := newDice(uint64(seed) + 2_000_000)
		w := d.world(1 + d.IntN(9))
		w.Unread, w.Foreign, w.Unenforced = nil, nil, false
		for _, p := range w.Policies {
			p.Spec.PolicyTypes = policyTypes(p) // so that a rule that goes does not change them
		}
		c := comparison{TB: t, World: w, reference: NewReference(w), bench: newBench(t, w), seed: fmt.Sprint("seed ", seed)}
		before := c.fingerprint(w)
		hold := func(what string, less *World) {
			if after := c.fingerprint(less); after != before {
				t.Errorf("seed %d: without %s the answers are others", seed, what)
			}
		}
		for i, p := range w.Policies {
			for _, e := range c.bench.a.Effects(Record(p).Ref()) {
				empty += c.emptyPeers(p, e.Direction, e.Rule, e.PeersEmpty)
				if e.Shadow == nil && !e.NoEffect {
					continue
				}
				less, q := *w, p.DeepCopy()
				if e.Direction == policy.Ingress {
					q.Spec.Ingress = slices.Delete(q.Spec.Ingress, e.Rule, e.Rule+1)
				} else {
					q.Spec.Egress = slices.Delete(q.Spec.Egress, e.Rule, e.Rule+1)
				}
				less.Policies = swap(w.Policies, i, q)
				hold(fmt.Sprintf("%s %s rule %d (shadow %v, no effect %v)", p.Name, e.Direction, e.Rule, e.Shadow, e.NoEffect), &less)
				shadows += btoi(e.Shadow != nil)
				without += btoi(e.NoEffect)
			}
		}
		for i, p := range w.Cluster {
			for _, e := range c.bench.a.Effects(Record(p).Ref()) {
				if e.Shadow == nil && !e.NoEffect {
					continue
				}
				less, q := *w, p.DeepCopy()
				if e.Direction == policy.Ingress {
					q.Spec.Ingress = slices.Delete(q.Spec.Ingress, e.Rule, e.Rule+1)
				} else {
					q.Spec.Egress = slices.Delete(q.Spec.Egress, e.Rule, e.Rule+1)
				}
				less.Cluster = swap(w.Cluster, i, q)
				hold(fmt.Sprintf("%s %s rule %d (shadow %v, no effect %v)", p.Name, e.Direction, e.Rule, e.Shadow, e.NoEffect), &less)
				shadows += btoi(e.Shadow != nil)
				without += btoi(e.NoEffect)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, describe(w))
		}
	}
	if shadows < seeds/10 || without < seeds/10 || empty < seeds/10 {
		t.Errorf("%d shadows, %d rules without effect, %d empty peers", shadows, without, empty)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fingerprint writes down the answers of the reference for a world that differs in its policies alone.
func (c *comparison) fingerprint(w *World) string {
	r := NewReference(w)
	var text []byte
	addresses := c.bounds()
	for _, src := range w.alive() {
		for _, dst := range w.alive() {
			if src != dst {
				for _, p := range probes() {
					text = append(text, r.Pods(src, dst, p)[1])
				}
			}
		}
		for _, a := range addresses {
			for _, p := range []Port{{corev1.ProtocolTCP, 80}, {corev1.ProtocolUDP, 53}, {corev1.ProtocolTCP, 8080}} {
				text = append(text, r.Out(src, a, p)[1], r.In(a, src, p)[1])
			}
		}
	}
	return string(text)
}

// emptyPeers compares the peers of a rule that select nothing, and counts them.
func (c *comparison) emptyPeers(p *networkingv1.NetworkPolicy, d policy.Direction, rule int, got []string) int {
	path := fmt.Sprintf("spec.ingress[%d].from", rule)
	var peers []networkingv1.NetworkPolicyPeer
	if d == policy.Ingress {
		peers = p.Spec.Ingress[rule].From
	} else {
		path, peers = fmt.Sprintf("spec.egress[%d].to", rule), p.Spec.Egress[rule].To
	}
	var want []string
	for i, x := range peers {
		if x.IPBlock == nil && !slices.ContainsFunc(c.alive(), func(pod *corev1.Pod) bool {
			return c.reference.networkPeer(p, x, end{pod, netip.Addr{}}) != no
		}) {
			want = append(want, fmt.Sprintf("%s[%d]", path, i))
		}
	}
	if !slices.Equal(got, want) {
		c.Errorf("%s: %s: peers %v are said to select nothing, want %v", c.seed, p.Name, got, want)
	}
	return len(want)
}
