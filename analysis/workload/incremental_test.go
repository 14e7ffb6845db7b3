package workload

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
)

// TestIncrementalEqualsBatch drives random changes, coverage and time through one analyser, and now and then compares it
// with a new one that is shown the final records in order.
func TestIncrementalEqualsBatch(t *testing.T) {
	runs, steps := 120, 400
	if os.Getenv("CANOPY_LONG") != "" {
		runs, steps = 400, 2000
	}
	law, taken := newBench(t, model.FixedClock(now)).reaching(), 0
	for seed := range runs {
		w := newWorld(uint64(seed))
		clock := &movable{now}
		b := law.againBy(clock)
		if seed%4 != 0 {
			b.complete()
		}
		for step := range steps {
			switch w.IntN(24) {
			case 0, 1, 2, 3, 4, 5:
				if ref := w.some(b); !ref.IsZero() {
					b.apply(model.Drop(ref))
				}
			case 6:
				k := pick(w.dice, model.Kinds()...)
				if w.one(2) {
					k = model.KindByName(pick(w.dice, "ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Namespace"))
				}
				b.cover(model.Coverage{Kind: k.GroupKind(), State: pick(w.dice, model.Complete, model.Complete, model.Denied, model.Loading), Reason: pick(w.dice, "", "not permitted")})
			case 7:
				clock.at = clock.at.Add(time.Duration(w.IntN(1200)) * time.Second)
				b.a.Tick(clock.at, b.c, b.access, b.out)
				b.settle()
			default:
				b.put(w.object())
			}
			if step%20 == 19 {
				if next := b.a.Next(); !next.IsZero() && !next.After(clock.at) {
					b.a.Tick(clock.at, b.c, b.access, b.out)
					b.settle()
				}
				compareWithFresh(t, b, clock, fmt.Sprintf("seed %d, step %d", seed, step))
				checkTakeovers(t, b, fmt.Sprintf("seed %d, step %d", seed, step))
				taken += len(b.a.taken)
			}
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
		for ref := w.some(b); !ref.IsZero(); ref = w.some(b) {
			b.apply(model.Drop(ref))
		}
		groups, pods, templates, judgements := b.a.Sizes()
		if n := len(b.out.findings) + b.a.Len() + groups + pods + templates + judgements + len(b.a.accounts) + len(b.a.namespaces) + len(b.a.fronts) + len(b.a.ported) + len(b.a.running) + len(b.a.lowers); n != 0 {
			t.Fatalf("seed %d: an empty cluster leaves %d findings, %d groups, %d pods, %d templates, %d judgements, %d accounts, %d namespaces",
				seed, len(b.out.findings), groups, pods, templates, judgements, len(b.a.accounts), len(b.a.namespaces))
		}
	}
	if taken < 50 {
		t.Errorf("only %d workloads led from outside to the cluster", taken)
	}
}

// some picks an object that is there.
func (w *world) some(b *bench) model.Ref {
	kinds := b.c.Kinds()
	w.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, gk := range kinds {
		if list := b.c.Sorted(gk); len(list) > 0 {
			return list[w.IntN(len(list))].Ref()
		}
	}
	return model.Ref{}
}

// againBy gives an empty bench of the same law.
func (b *bench) againBy(clock model.Clock) *bench {
	return benchOf(b.t, clock, b.set).reachingBy(b.edges)
}

func compareWithFresh(t *testing.T, b *bench, clock model.Clock, when string) {
	t.Helper()
	fresh := b.againBy(clock)
	for _, cov := range b.c.Coverage() {
		fresh.c.Cover(cov)
	}
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			fresh.apply(model.Put(r))
		}
	}
	fresh.settle()
	if got, want := b.text(), fresh.text(); got != want {
		t.Fatalf("%s: batch and incremental differ:\n%s", when, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
	}
	if b.a.Len() != len(b.out.findings) {
		t.Fatalf("%s: Len is %d of %d", when, b.a.Len(), len(b.out.findings))
	}
	g1, p1, t1, j1 := b.a.Sizes()
	g2, p2, t2, j2 := fresh.a.Sizes()
	if g1 != g2 || p1 != p2 || t1 != t2 || j1 != j2 || len(b.a.accounts) != len(fresh.a.accounts) || len(b.a.namespaces) != len(fresh.a.namespaces) {
		t.Fatalf("%s: holds %d/%d/%d/%d/%d, fresh %d/%d/%d/%d/%d", when, g1, p1, t1, j1, len(b.a.accounts), g2, p2, t2, j2, len(fresh.a.accounts))
	}
}
