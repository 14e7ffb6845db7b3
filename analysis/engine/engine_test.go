package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/record"
)

func newTestEngine(t testing.TB) *Engine {
	t.Helper()
	return New(Options{Clock: model.FixedClock(testNow), Rules: rules(t), Interval: time.Millisecond})
}

func complete() []model.Coverage {
	var list []model.Coverage
	for _, k := range model.Kinds() {
		list = append(list, model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return list
}

// start runs the engine until the test ends.
func start(t testing.TB, e *Engine) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return ctx
}

// describe lists all findings in full.
func describe(r *model.Report) []string {
	var list []string
	for f := range r.Findings.All() {
		list = append(list, fmt.Sprint(f.ID, f.Severity, f.Object, f.Pods, f.Since, f.Verdict, f.Reason, f.Proof.Evidence()))
	}
	return list
}

// TestIncrementalEqualsBatch drives random changes of records and coverage through an engine and compares it, again and
// again, with one that is built from the outcome.
func TestIncrementalEqualsBatch(t *testing.T) {
	w := newWorld(t, 1)
	e := newTestEngine(t)
	seen := map[string]int{}
	for step := range 10000 {
		if step%97 == 0 {
			states := []model.CoverState{model.Complete, model.Denied, model.Loading, model.Partial}
			for _, c := range w.coverage(states[w.IntN(len(states))]) {
				e.cover(c)
			}
			// A source tells its server and its coverage together, and both are taken at once.
			e.source.Server = w.pick("v1.37.2", "v1.37.1", "v1.34.0", "v1.29.3", "")
			e.serve()
			e.flush()
		}
		e.apply(w.change())
		if step%100 != 0 && step != 9999 {
			continue
		}
		digest, reach := e.findings.digest, e.reaching.network.Digest()
		e.publish()
		incremental := e.Report()
		for f := range incremental.Findings.All() {
			seen[f.Rule.ID]++
		}
		e.rebuild()
		e.publish()
		if e.reaching.network.Digest() != reach {
			t.Fatalf("step %d: who reaches whom differs", step)
		}
		if e.findings.digest != digest {
			a, b := describe(incremental), describe(e.Report())
			for i := range max(len(a), len(b)) {
				if i >= len(a) || i >= len(b) || a[i] != b[i] {
					t.Fatalf("step %d: findings differ from entry %d of %d and %d:\nincremental %.2000s\nbatch       %.2000s", step, i, len(a), len(b), fmt.Sprint(a[min(i, len(a)):]), fmt.Sprint(b[min(i, len(b)):]))
				}
			}
			t.Fatalf("step %d: digests differ, findings do not", step)
		}
		if incremental.Findings.Len() != e.Report().Findings.Len() || incremental.Score != e.Report().Score || incremental.Unknown != e.Report().Unknown {
			t.Fatalf("step %d: counts differ: %v %d, %v %d", step, incremental.Score, incremental.Unknown, e.Report().Score, e.Report().Unknown)
		}
	}
	for _, id := range []string{"LP01", "LP05", "LP06", "LP07", "LP08", "LP09", "LP13", "LP19", "LP23", "LP24", "LP25", "LP27", "LP31", "PS01"} {
		if seen[id] == 0 {
			t.Errorf("no finding of %s: nothing was compared", id)
		}
	}
}

func TestPublishedReportNeverChanges(t *testing.T) {
	w := newWorld(t, 2)
	e := newTestEngine(t)
	type held struct {
		report *model.Report
		text   string
	}
	var all []held
	for range 40 {
		for range 25 {
			e.apply(w.change())
		}
		e.publish()
		all = append(all, held{e.Report(), fmt.Sprint(describe(e.Report()))})
	}
	for i, h := range all {
		if got := fmt.Sprint(describe(h.report)); got != h.text {
			t.Fatalf("report %d changed after it was published", i)
		}
	}
}

func privilegedPod(t testing.TB, name string) model.Record {
	t.Helper()
	yes := true
	r, err := record.Make(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", SecurityContext: &corev1.SecurityContext{Privileged: &yes}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNothingCountsWhileLoading(t *testing.T) {
	e := newTestEngine(t)
	ctx := start(t, e)
	e.Change(model.Put(privilegedPod(t, "web")))
	loading := complete()
	for i := range loading {
		loading[i].State = model.Loading
	}
	e.Cover(loading...)
	if err := e.do(ctx, func() { e.drain(); e.publish() }); err != nil {
		t.Fatal(err)
	}
	r := e.Report()
	f := r.Findings.Get("PS01//Pod/shop/web")
	if f == nil {
		t.Fatal("the finding is not there while loading")
	}
	if v, reason := r.State(f); v != model.Unknown || reason == "" || r.Score != [5]int{} || r.Unknown != 0 {
		t.Errorf("while loading: state %v %q, score %v, unknown %d", v, reason, r.Score, r.Unknown)
	}
	e.Cover(complete()...)
	r, err := e.Settle(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := r.State(r.Findings.Get(f.ID)); v != model.Yes || r.Score[model.Critical] != 1 {
		t.Errorf("after loading: state %v, score %v", v, r.Score)
	}
}

func TestChangesReachSubscribers(t *testing.T) {
	e := newTestEngine(t)
	ctx := start(t, e)
	e.Cover(complete()...)
	if _, err := e.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	news, cancel := e.Subscribe()
	defer cancel()
	await := func(want bool) {
		t.Helper()
		for (e.Report().Findings.Get("PS01//Pod/shop/web") != nil) != want {
			select {
			case <-news:
			case <-ctx.Done():
				t.Fatal("no report came")
			}
		}
	}
	e.Change(model.Put(privilegedPod(t, "web")))
	await(true)
	e.Change(model.Drop(privilegedPod(t, "web").Ref()))
	await(false)
}

func TestQueueKeepsOneChangeAnObject(t *testing.T) {
	q := newQueue()
	a, b := privilegedPod(t, "a"), privilegedPod(t, "b")
	for range 1000 {
		q.change([]model.Change{model.Put(a), model.Put(b), model.Drop(a.Ref())})
	}
	q.cover(complete())
	got := q.take()
	if len(got.changes) != 2 || got.changes[0].Record != nil || got.changes[1].Record != b || len(got.coverage) == 0 {
		t.Errorf("took %v", got.changes)
	}
	if !q.empty() {
		t.Error("not empty after all was taken")
	}
}
