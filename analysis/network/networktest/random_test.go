package networktest

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

func sameFamily(a, b string) bool { return strings.Contains(a, ":") == strings.Contains(b, ":") }

// alive lists the pods that have not ended.
func (w *World) alive() []*corev1.Pod {
	return slices.DeleteFunc(slices.Clone(w.Pods), Ended)
}

// TestAnalyserAgreesWithReference compares every answer about random clusters.
func TestAnalyserAgreesWithReference(t *testing.T) {
	seeds := 500
	if os.Getenv("CANOPY_LONG") != "" {
		seeds = 5000
	}
	count, sure := map[Answer]int{}, 0
	for seed := range seeds {
		d := newDice(uint64(seed))
		w := d.world(2 + d.IntN(8)*d.IntN(5))
		c := comparison{TB: t, World: w, reference: NewReference(w), bench: newBench(t, w), seed: fmt.Sprint("seed ", seed), count: count}
		c.pods()
		c.outside(d)
		c.listedOutside(d)
		c.filters(d)
		c.isolation()
		c.toward()
		sure += c.sure
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, describe(w))
		}
	}
	if sure < 1000 {
		t.Errorf("only %d times it was told what an owner can do at best", sure)
	}
	for _, a := range []Answer{Allow, Deny, Depends, NotEvaluated} {
		if count[a] < 1000 {
			t.Errorf("%d answers are %s", count[a], a)
		}
	}
}

// comparison asks the reference and an analyser about one world.
type comparison struct {
	testing.TB
	*World
	reference *Reference
	bench     *bench
	seed      string
	count     map[Answer]int
	// sure counts owners and namespaces of which Toward could tell.
	sure int
}

// entry is what stands in the entries of a pair of pods.
type entry map[[2]model.Ref][]network.Entry

// pods compares each pair of pods: what is explained, what is listed, and what is counted.
func (c *comparison) pods() {
	listed := entry{}
	for e := range c.bench.a.Entries(c.bench.c, network.Question{Level: network.Pods, Denied: true}) {
		k := [2]model.Ref{e.Src.Ref, e.Dst.Ref}
		listed[k] = append(listed[k], e)
	}
	pods, pairs, cells := c.alive(), 0, map[[2]string]*network.Cell{}
	between, reached, list := sums{}, sums{}, probes()
	for _, src := range pods {
		for _, dst := range pods {
			if src == dst {
				continue
			}
			pairs++
			entries := listed[[2]model.Ref{refOf(src), refOf(dst)}]
			var seen mask
			ns := [2]string{src.Namespace, dst.Namespace}
			owners, namespaces := between.at(ownerOf(src), ownerOf(dst)), reached.at(model.Ref{Name: src.Namespace}, model.Ref{Name: dst.Namespace})
			for i, p := range list {
				want := c.reference.Pods(src, dst, p)
				c.count[want]++
				one := maskOf(want)
				seen |= one
				owners[i] |= one
				namespaces[i] |= one
				if got := c.bench.Pods(src, dst, p); got != want {
					c.Errorf("%s: %s to %s on %v: %s, want %s", c.seed, key(src), key(dst), p, got, want)
				}
				if got := listing(c.TB, entries, p); got != want {
					c.Errorf("%s: %s to %s on %v is listed as %q, want %s", c.seed, key(src), key(dst), p, got, want)
				}
				if c.Failed() {
					return
				}
			}
			c.reasons(src, dst)
			if cells[ns] == nil {
				cells[ns] = &network.Cell{}
			}
			cells[ns].Total++
			switch {
			case seen&maskOf(NotEvaluated) > 0:
				cells[ns].Unknown++
			case seen&maskOf(Allow) > 0:
				cells[ns].Allowed++
			case seen&maskOf(Depends) > 0:
				cells[ns].Depends++
			}
		}
	}
	if len(listed) != pairs {
		c.Errorf("%s: %d pairs are listed of %d", c.seed, len(listed), pairs)
	}
	c.cells(cells, reached)
	c.workloads(between)
}

// reasons holds that each part says why, by rules that there are.
func (c *comparison) reasons(src, dst *corev1.Pod) {
	for _, part := range c.bench.explain(src, dst).Parts {
		if len(part.Because) == 0 && part.Verdict != network.NotEvaluated {
			c.Errorf("%s: %s to %s: %s on %s for no reason", c.seed, key(src), key(dst), part.Verdict, part.Connections)
		}
		for _, r := range part.Because {
			if r.Object.IsZero() || part.Verdict == network.NotEvaluated {
				continue
			}
			ingress, egress, ok := c.rules(r.Object)
			rules := map[policy.Direction]int{policy.Ingress: ingress, policy.Egress: egress}[r.Direction]
			if !ok || r.Rule < -1 || r.Rule >= rules {
				c.Errorf("%s: %s to %s: %s on %s because of %s, %s rule %d, which is not there", c.seed, key(src), key(dst), part.Verdict, part.Connections, r.Object, r.Direction, r.Rule)
			}
		}
	}
}

// rules counts the rules of a policy.
func (c *comparison) rules(ref model.Ref) (ingress, egress int, ok bool) {
	for _, p := range c.Policies {
		if ref.Kind == networkPolicyKind().Kind && ref.Namespace == p.Namespace && ref.Name == p.Name {
			return len(p.Spec.Ingress), len(p.Spec.Egress), true
		}
	}
	for _, tier := range c.reference.tiers {
		for _, p := range tier {
			if ref.Namespace == "" && ref.Name == p.Name {
				ingress, egress, ok = max(ingress, len(p.Spec.Ingress)), max(egress, len(p.Spec.Egress)), true
			}
		}
	}
	return ingress, egress, ok
}

// listing takes the answer from entries, which must hold a connection once.
func listing(t testing.TB, entries []network.Entry, p Port) (found Answer) {
	proto := protocolOf(t, p.Protocol)
	for _, e := range entries {
		if e.Connections.Has(proto, uint16(p.Number)) {
			if found != "" {
				t.Errorf("%s to %s on %v is listed twice", e.Src.Ref, e.Dst.Ref, p)
			}
			found = Answer(e.Verdict.String())
		}
	}
	return found
}

// toward compares what owners can do to namespaces at best with what is listed of them.
func (c *comparison) toward() {
	type way struct {
		owner     model.Ref
		namespace string
	}
	rank := map[network.Verdict]int{network.Deny: 0, network.NotEvaluated: 1, network.Depends: 2, network.Allow: 3}
	best, whys := map[way]network.Verdict{}, map[way]map[string]bool{}
	owners := map[model.Ref]bool{}
	for e := range c.bench.a.Entries(c.bench.c, network.Question{Level: network.Workloads, Denied: true}) {
		owners[e.Src.Ref] = true
		w := way{e.Src.Ref, e.Dst.Ref.Namespace}
		if rank[e.Verdict] > rank[best[w]] {
			best[w], whys[w] = e.Verdict, nil
		}
		if e.Verdict == best[w] {
			if whys[w] == nil {
				whys[w] = map[string]bool{}
			}
			whys[w][e.Assumption] = true
		}
	}
	for owner := range owners {
		for _, name := range c.bench.a.Names() {
			got, why, ok := c.bench.a.Toward(c.bench.c, owner, name)
			if !ok {
				continue
			}
			w := way{owner, name}
			if got != best[w] {
				c.Errorf("%s: %s to namespace %s: %s at best, listed %s", c.seed, owner, name, got, best[w])
			}
			if listed := slices.Sorted(maps.Keys(whys[w])); len(listed) > 0 && why != listed[0] {
				c.Errorf("%s: %s to namespace %s: %s because %q, listed %q", c.seed, owner, name, got, why, listed)
			}
			c.sure++
		}
	}
}
