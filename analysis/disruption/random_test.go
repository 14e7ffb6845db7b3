package disruption

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
)

// dice makes random clusters of few names, so that much meets.
type dice struct {
	*rand.Rand
	t *testing.T
}

func (w dice) pick(of ...string) string { return of[w.IntN(len(of))] }

func (w dice) owner() string {
	return w.pick("", owned("apps/v1", "ReplicaSet", w.pick("a", "b")), owned("apps/v1", "ReplicaSet", "a"), owned("apps/v1", "StatefulSet", "a"), owned("apps/v1", "DaemonSet", "a"), owned("batch/v1", "Job", "a"), owned("a.io/v1", "App", "a"), owned("apps/v1", "Deployment", "a"))
}

func (w dice) labels() string {
	return w.pick("app: web", "app: db", "app: web, tier: x", "tier: x", "")
}

func (w dice) manifest() string {
	switch w.IntN(8) {
	case 0, 1, 2:
		text := pod(w.pick("p", "q", "r", "s"), w.labels(), w.pick("n1", "n2", "n3", "''"), w.owner(), w.pick("", ", volumes: [{name: t, emptyDir: {}}]", ", volumes: [{name: tmp, emptyDir: {}}]", ", volumes: [{name: t, persistentVolumeClaim: {claimName: "+w.pick("x1", "x2")+"}}]", ", nodeSelector: {kubernetes.io/hostname: n1}"))
		return text[:len(text)-len("status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}")] +
			"status: {phase: " + w.pick("Running", "Running", "Running", "Pending", "Succeeded") + ", conditions: [{type: Ready, status: '" + w.pick("True", "True", "False") + "'}]}"
	case 3, 4:
		text := set(w.pick("Deployment", "ReplicaSet", "StatefulSet"), w.pick("a", "b"), w.IntN(4), w.pick("web", "db"))
		if w.IntN(2) == 0 {
			text = "kind: ReplicaSet\nmetadata: {name: " + w.pick("a", "b") + owned("apps/v1", "Deployment", w.pick("a", "b")) + "}\nspec: {replicas: 2, template: {metadata: {labels: {" + w.labels() + "}}}}"
		}
		return text
	case 5, 6:
		limit := w.pick("maxUnavailable: 0, ", "maxUnavailable: 1, ", "minAvailable: 50%, ", "minAvailable: 2, ", "maxUnavailable: x%, ", "")
		selector := w.pick(web, web, "selector: {}", "selector: {matchLabels: {tier: x}}", "selector: {matchExpressions: [{key: app, operator: In, values: [web, db]}]}", "selector: {matchExpressions: [{key: app, operator: Exists}]}", "selector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}", "selector: null")
		status := w.pick("", "", fmt.Sprintf("expectedPods: %d, desiredHealthy: %d, currentHealthy: %d, disruptionsAllowed: %d", w.IntN(4), w.IntN(3), w.IntN(3), w.IntN(2)))
		return pdb(w.pick("b", "c", "d"), limit+selector, status)
	}
	return w.pick("kind: PersistentVolumeClaim\nmetadata: {name: "+w.pick("x1", "x2")+"}\nspec: {volumeName: v}", "kind: DaemonSet\nmetadata: {name: a}\nspec: {template: {metadata: {labels: {app: web}}}}",
		"kind: PersistentVolume\nmetadata: {name: v}\nspec: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: ["+w.pick("n1", "n1, n2")+"]}]}]}}}")
}

func (w dice) step(b *court) {
	switch w.IntN(12) {
	case 0, 1, 2, 3:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 4:
		states := []model.CoverState{model.Complete, model.Complete, model.Denied, model.Partial}
		b.cover(w.pick("PodDisruptionBudget", "Pod", "DaemonSet", "PersistentVolumeClaim"), states[w.IntN(len(states))], w.pick("", "not permitted"))
	default:
		for _, r := range read(w.t, w.manifest()) {
			b.take(model.Put(r))
		}
	}
}

// TestIncrementalEqualsBatch compares, after each of many random changes, with an analyser that reads the cluster at once.
func TestIncrementalEqualsBatch(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(8) {
		w := dice{rand.New(rand.NewPCG(seed, 3)), t}
		b := newCourt(t)
		told, version := b.said(), b.a.Version()
		for step := range 400 {
			for range 1 + w.IntN(2) {
				w.step(b)
			}
			b.flush()
			if got, want := b.text(), b.anew().text(); got != want {
				t.Fatalf("seed %d, step %d: (-at once, +step by step)\n%s", seed, step, cmp.Diff(want, got))
			}
			now := b.said()
			if now != told && b.a.Version() == version {
				t.Fatalf("seed %d, step %d: what is told has changed, its version has not:\n%s", seed, step, cmp.Diff(told, now))
			}
			told, version = now, b.a.Version()
			if b.a.Len() != len(b.out.findings) {
				t.Fatalf("seed %d, step %d: %d findings stand, %d are published", seed, step, b.a.Len(), len(b.out.findings))
			}
			for _, f := range b.out.findings {
				found[f.Rule.ID+" "+f.Verdict.String()]++
			}
			if !b.a.Populated(b.c) {
				found["unpeopled"]++
			}
			for _, node := range []string{"n1", "n2"} {
				for _, o := range b.a.Drain(b.c, node) {
					found[o.Cause]++
				}
			}
		}
		for _, gk := range b.c.Kinds() {
			for _, r := range b.c.Sorted(gk) {
				b.take(model.Drop(r.Ref()))
			}
		}
		b.flush()
		if a := b.a; len(b.out.findings)+len(a.places)+len(a.members)+len(a.templates)+len(a.owners)+len(a.nodes)+len(a.sheets)+len(a.stood)+len(a.arrived)+len(a.held)+len(a.rests)+len(a.wanting)+a.settled > 0 {
			t.Fatalf("seed %d: left: %v %+v", seed, b.short(), a)
		}
	}
	for _, what := range []string{"VP10 yes", "VP10 depends", "VP11 yes", "VP11 unknown", TwoBudgets, OneBudget, Unseen, Bare, Pinned, Local, Single, Waiting, Scratch, "unpeopled"} {
		if found[what] == 0 {
			t.Errorf("%s was never found", what)
		}
	}
}
