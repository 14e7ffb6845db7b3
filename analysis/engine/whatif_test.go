package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/record"
)

// plan gives a random plan on what the cluster holds: patches of templates, namespaces and accounts, creates, deletes.
func (w *world) plan(e *Engine) model.Plan {
	var refs []model.Ref
	for _, gk := range e.cluster.Kinds() {
		for _, r := range e.cluster.Sorted(gk) {
			refs = append(refs, r.Ref())
		}
	}
	var p model.Plan
	for range 1 + w.IntN(3) {
		ref := refs[w.IntN(len(refs))]
		switch w.IntN(6) {
		case 0:
			p.Steps = append(p.Steps, model.Step{Verb: model.Delete, Ref: ref})
		case 1:
			obj := w.object()
			r, err := record.Make(obj.DeepCopyObject())
			if err != nil {
				w.t.Fatal(err)
			}
			obj.GetObjectKind().SetGroupVersionKind(model.KindOf(r.Ref().GroupKind()).GVK())
			body, err := json.Marshal(obj)
			if err != nil {
				w.t.Fatal(err)
			}
			p.Steps = append(p.Steps, model.Step{Verb: model.Create, Ref: r.Ref(), Body: body})
		default:
			p.Steps = append(p.Steps, model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(w.patch(ref))})
		}
	}
	return p
}

func (w *world) patch(ref model.Ref) string {
	spec := fmt.Sprintf(`{"hostPID":%t,"hostNetwork":%t,"serviceAccountName":%q,"automountServiceAccountToken":%t,"containers":[{"name":"c0","securityContext":{"privileged":%t,"runAsNonRoot":%t}}]}`,
		*w.yes(), *w.yes(), w.account(), *w.yes(), *w.yes(), *w.yes())
	switch ref.Kind {
	case "Namespace":
		return fmt.Sprintf(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":%q}}}`, w.pick("privileged", "baseline", "restricted"))
	case "ServiceAccount":
		return fmt.Sprintf(`{"automountServiceAccountToken":%t}`, *w.yes())
	case "CronJob":
		return `{"spec":{"jobTemplate":{"spec":{"template":{"spec":` + spec + `}}}}}`
	case "Pod":
		return `{"spec":` + spec + `}`
	}
	if record.TemplatePath(ref.Kind) != "" {
		return `{"spec":{"template":{"spec":` + spec + `}}}`
	}
	return `{"metadata":{"labels":{"touched":"yes"}}}`
}

// TestWhatIfIsTakenBack runs random plans and checks after each that nothing stayed, and that the preview is what really
// making the changes gives.
func TestWhatIfIsTakenBack(t *testing.T) {
	w := newWorld(t, 5)
	e := newTestEngine(t)
	for _, c := range complete() {
		e.cover(c)
	}
	for range 600 {
		e.apply(w.change())
	}
	ran, changed := 0, 0
	for i := 0; ran < 1000; i++ {
		if i > 5000 {
			t.Fatalf("only %d of %d random plans could be played", ran, i)
		}
		if i%5 == 0 {
			e.apply(w.change())
		}
		whole := ran%20 == 19
		var before []string
		if whole {
			e.publish()
			before = describe(e.Report())
		}
		digest := e.findings.digest
		plan := w.plan(e)
		p, err := e.whatIf(plan)
		if e.findings.digest != digest {
			t.Fatalf("plan %d: the digest differs after it was taken back", i)
		}
		if err != nil {
			// A step on an object that an earlier step deleted, and the like.
			continue
		}
		ran++
		changed += len(p.Closed) + len(p.Opened)
		if whole {
			e.publish()
			if after := describe(e.Report()); !slices.Equal(before, after) {
				t.Fatalf("plan %d: findings differ after it was taken back", i)
			}
			comparePreview(t, e, plan, p)
		}
	}
	if changed == 0 {
		t.Fatal("no plan changed anything: the test compared nothing")
	}
}

// comparePreview makes the changes of a plan for real in an engine of its own.
func comparePreview(t *testing.T, e *Engine, plan model.Plan, p *Preview) {
	t.Helper()
	real := newTestEngine(t)
	for _, c := range complete() {
		real.cover(c)
	}
	for _, gk := range e.cluster.Kinds() {
		for _, r := range e.cluster.Sorted(gk) {
			real.apply(model.Put(r))
		}
	}
	ids := func() map[string]bool {
		set := map[string]bool{}
		for f := range real.findings.snapshot().All() {
			set[f.ID] = true
		}
		return set
	}
	before := ids()
	changes, _, err := rollout.Expand(real.cluster, plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		real.apply(c)
	}
	after := ids()
	var closed, opened []string
	for id := range before {
		if !after[id] {
			closed = append(closed, id)
		}
	}
	for id := range after {
		if !before[id] {
			opened = append(opened, id)
		}
	}
	slices.Sort(closed)
	slices.Sort(opened)
	if got := names(p.Closed); !slices.Equal(got, closed) {
		t.Fatalf("closed: preview %v, really %v", got, closed)
	}
	if got := names(p.Opened); !slices.Equal(got, opened) {
		t.Fatalf("opened: preview %v, really %v", got, opened)
	}
}

func names(list []*model.Finding) []string {
	var ids []string
	for _, f := range list {
		ids = append(ids, f.ID)
	}
	return ids
}

// TestWhatIfPublishesNothing checks that no subscriber sees what is tried.
func TestWhatIfPublishesNothing(t *testing.T) {
	e := newTestEngine(t)
	ctx := start(t, e)
	e.Change(model.Put(privilegedPod(t, "web")))
	e.Cover(complete()...)
	if _, err := e.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	sequence := e.Report().Sequence
	p, err := e.WhatIf(ctx, model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: privilegedPod(t, "web").Ref()}}})
	if err != nil || !slices.Contains(names(p.Closed), "PS01//Pod/shop/web") {
		t.Fatalf("preview %+v, %v", p, err)
	}
	if e.Report().Sequence != sequence || e.Report().Findings.Get("PS01//Pod/shop/web") == nil {
		t.Error("what was tried was published")
	}
}
