package networktest

import (
	"fmt"
	"slices"
	"testing"

	"canopy/analysis/network"
	"canopy/model"
)

// better orders verdicts by how much is known to be possible.
func better(v network.Verdict) int {
	return map[network.Verdict]int{network.Deny: 0, network.NotEvaluated: 1, network.Depends: 2, network.Allow: 3}[v]
}

// TestMeshAgreesWithEntries holds that crowds say of every two owners what the entries say of them.
func TestMeshAgreesWithEntries(t *testing.T) {
	type pair [2]model.Ref
	told := map[network.Verdict]int{}
	near := 0
	for seed := range 400 {
		d := newDice(uint64(seed))
		w := d.world(2 + d.IntN(8)*d.IntN(5))
		b := newBench(t, w)
		want, beside := map[pair]network.Verdict{}, map[pair]bool{}
		for e := range b.a.Entries(b.c, network.Question{Level: network.Workloads}) {
			k := pair{e.Src.Ref, e.Dst.Ref}
			if slices.ContainsFunc(e.Because, func(r network.Reason) bool { return r.Note == "from the node of the pod, everything comes in" }) {
				beside[k] = true
				continue
			}
			if better(e.Verdict) > better(want[k]) {
				want[k] = e.Verdict
			}
		}
		got, onlyNear := map[pair]network.Verdict{}, map[pair]bool{}
		m := b.a.Mesh(b.c)
		join := func(from, to int, v network.Verdict, assumption string) {
			if v == network.Allow != (assumption == "") {
				t.Errorf("seed %d: %s for %q", seed, v, assumption)
			}
			for _, x := range m.Crowds[from].Owners {
				for _, y := range m.Crowds[to].Owners {
					k := pair{x, y}
					if assumption == network.OnlyNear {
						onlyNear[k] = true
					} else if better(v) > better(got[k]) {
						got[k] = v
					}
				}
			}
		}
		for _, s := range m.Strands {
			join(s.From, s.To, s.Verdict, s.Assumption)
		}
		for _, h := range m.Hubs {
			for _, x := range h.From {
				for _, y := range h.To {
					join(x.Crowd, y.Crowd, h.Verdict, x.Assumption+y.Assumption)
				}
			}
		}
		owners := map[model.Ref]bool{}
		for _, p := range w.alive() {
			owners[ownerOf(p)] = true
		}
		for x := range owners {
			for y := range owners {
				k := pair{x, y}
				if x == y {
					continue
				}
				told[want[k]]++
				// Where all pairs are beside each other, entries do not say what would be if they were not.
				if got[k] != want[k] && (!beside[k] || better(got[k]) <= better(want[k])) {
					t.Errorf("seed %d: %s to %s: %s, entries say %s", seed, x, y, got[k], want[k])
				}
				if beside[k] {
					near++
					if got[k] == network.Deny && !onlyNear[k] {
						t.Errorf("seed %d: %s to %s beside it: nothing is said", seed, x, y)
					}
				}
			}
		}
		if again := fmt.Sprint(*newBench(t, w).a.Mesh(b.c)); again != fmt.Sprint(*m) {
			t.Errorf("seed %d: told otherwise the second time:\n%s\n%v", seed, again, *m)
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, describe(w))
		}
	}
	for _, v := range []network.Verdict{network.Deny, network.Allow, network.Depends, network.NotEvaluated} {
		if told[v] < 500 {
			t.Errorf("%d pairs are told as %s", told[v], v)
		}
	}
	if near < 50 {
		t.Errorf("%d pairs are beside each other", near)
	}
}
