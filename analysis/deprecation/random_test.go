package deprecation

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
)

// dice makes random objects of a small cluster, so that objects meet often.
type dice struct{ *rand.Rand }

func (w dice) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w dice) image() string {
	return w.pick("nginx:1", nginx, nginx, "coming/soon", "long/gone", "built/elsewhere")
}

func (w dice) meta(versions ...string) string {
	v := w.pick(versions...)
	return w.pick("", ", "+applied(v), ", "+managed(w.pick("argocd", "kubelet"), v, w.pick("02", "03")), ", "+applied(v)+", "+managed("flux", w.pick(versions...), "02"))
}

func (w dice) manifest() string {
	name := "metadata: {name: " + w.pick("a", "b")
	switch w.IntN(10) {
	case 0, 1, 2:
		owner := w.pick("", owned("apps/v1", "ReplicaSet", "rs", w.pick("u1", "u2")), owned("apps/v1", "ReplicaSet", "rs2", "u1"), owned("apps.kruise.io/v1alpha1", "CloneSet", "cs", "u"), owned("batch/v1", "Job", "a", ""))
		mirror := ""
		if owner == "" {
			mirror = w.pick("", ", annotations: {kubernetes.io/config.mirror: x}")
		}
		return "kind: Pod\nmetadata: {name: p" + w.pick("1", "2", "3") + owner + mirror + "}\nspec: " + spec(w.image()) + "\nstatus: {phase: " + w.pick("Running", "Running", "Succeeded") + "}"
	case 3:
		return "kind: ReplicaSet\nmetadata: {name: " + w.pick("rs", "rs2") + ", uid: " + w.pick("u1", "u2") + w.pick("", owned("apps/v1", "Deployment", "d", w.pick("v1", "v2"))) + "}\nspec: {replicas: " + w.pick("0", "1") + ", template: {spec: " + spec(w.image()) + "}}"
	case 4:
		return "kind: Deployment\nmetadata: {name: d, uid: " + w.pick("v1", "v2") + ", creationTimestamp: '2026-11-0" + w.pick("1", "2") + "T00:00:00Z'}\nspec: {template: {spec: " + spec(w.image()) + "}}"
	case 5:
		return "kind: Job\n" + name + "}\nspec: {template: {spec: " + spec(w.image()) + "}}\nstatus: {conditions: [{type: Complete, status: '" + w.pick("True", "False") + "'}]}"
	case 6:
		written := w.pick("", "", "written policy/v1beta1\n")
		return written + "kind: PodDisruptionBudget\n" + name + w.meta("policy/v1beta1", "policy/v1alpha1", "policy/v1", "extensions/v1beta1") + "}"
	case 7:
		return w.pick("kind: CronJob\n"+name+w.meta("batch/v1beta1", "batch/v1")+"}", "kind: Ingress\n"+name+w.meta("extensions/v1beta1")+"}")
	case 8:
		return w.pick("kind: Certificate\n"+name+w.meta("cert-manager.io/v1alpha2", "cert-manager.io/v1beta1")+"}", "kind: App\n"+name+w.meta("a.io/v1beta1", "a.io/v1alpha1", "a.io/v1beta2")+"}")
	}
	return w.pick(strings.Replace(certificates, "%s", w.pick("", ", {name: v1alpha2, served: true}"), 1), apps, strings.Replace(apps, "name: apps.a.io", "name: another", 1), strings.Replace(apps, "deprecated: true", "deprecated: false", 1), "kind: CloneSet\nmetadata: {name: cs}")
}

// step makes one random change: of an object, of what was seen, of the server, or of the time.
func (w dice) step(b *court) {
	switch w.IntN(20) {
	case 0, 1, 2, 3, 4, 5:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 6:
		states := []model.CoverState{model.Complete, model.Denied, model.Loading}
		b.cover(model.Coverage{Kind: definitionKind, State: states[w.IntN(len(states))], Reason: w.pick("", "not permitted")})
	case 7:
		b.serve(w.pick("v1.20.1", "v1.24.3", "v1.25.0", "v1.37.2", "v1.37.3", ""))
	case 8:
		b.clock.at = b.clock.at.Add(time.Duration(w.IntN(30)) * time.Hour)
		for next := b.a.Next(); !next.IsZero() && !next.After(b.clock.at); next = b.a.Next() {
			b.a.Tick()
		}
	default:
		b.take(model.Put(read(b.t, w.manifest())))
	}
}

// TestIncrementalEqualsBatch compares, after each of many random changes, with an analyser that reads the cluster at once.
func TestIncrementalEqualsBatch(t *testing.T) {
	found, depends := map[string]int{}, 0
	for seed := range uint64(8) {
		w := dice{rand.New(rand.NewPCG(seed, 7))}
		b := newCourt(t, "v1.37.2")
		told, version := b.used(), b.a.Version()
		for step := range 300 {
			for range 1 + w.IntN(2) {
				w.step(b)
			}
			b.flush()
			if got, want := b.text(), b.anew().text(); got != want {
				t.Fatalf("seed %d, step %d: (-at once, +step by step)\n%s", seed, step, cmp.Diff(want, got))
			}
			if now := b.used(); now != told && b.a.Version() == version {
				t.Fatalf("seed %d, step %d: what is used has changed, its version has not:\n%s", seed, step, cmp.Diff(told, now))
			} else {
				told, version = now, b.a.Version()
			}
			if b.a.Len() != len(b.out.findings) {
				t.Fatalf("seed %d, step %d: %d findings stand, %d are published", seed, step, b.a.Len(), len(b.out.findings))
			}
			for _, f := range b.out.findings {
				found[f.Rule.ID]++
				if f.Verdict == model.Depends {
					depends++
				}
			}
		}
		for _, gk := range b.c.Kinds() {
			for _, r := range b.c.Sorted(gk) {
				b.take(model.Drop(r.Ref()))
			}
		}
		b.flush()
		if a := b.a; len(b.out.findings)+len(a.written)+len(a.uses)+len(a.definitions)+len(a.defined)+len(a.sheets)+len(a.members)+len(a.owners)+len(a.due)+len(a.waits)+len(a.objects)+len(a.addOns)+a.hot > 0 {
			t.Fatalf("seed %d: left: %v %+v", seed, b.short(), a)
		}
	}
	if found["VP06"] < 500 || found["VP08"] < 500 || depends < 50 {
		t.Errorf("too little was found: %v, %d that depend", found, depends)
	}
}
