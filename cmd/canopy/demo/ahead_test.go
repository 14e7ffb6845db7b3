package demo

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/mask"
)

// TestWayBackIsKeptAhead: before each step the way back is told, as it would be if the step were done, and it can be gone from there,
// whether the step was done or not; nothing of the stage is lost. A mask is not written.
func TestWayBackIsKeptAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := trainee(t)
		deployments := model.KindByName("Deployment")
		var web *appsv1.Deployment
		h.player.mutex.Lock()
		every(h.player.open(h.jungle), func(d *appsv1.Deployment) {
			if web == nil {
				web = d.DeepCopy()
			}
		})
		h.player.mutex.Unlock()
		ref := deployments.Ref(web.Namespace, web.Name)
		account := model.KindByName("ServiceAccount").Ref(web.Namespace, "kept")
		p := model.Plan{Title: "two", Steps: []model.Step{
			{Verb: model.Create, Ref: account, Body: []byte(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"kept","namespace":"` + web.Namespace + `"}}`)},
			{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType, Body: []byte(`{"spec":{"minReadySeconds":77}}`)},
		}}
		before := h.look().report.Digest
		var kept []model.Plan
		applied, err := w.Apply(t.Context(), p, nil, func(c model.Check) {
			if c.Undo != nil {
				kept = append(kept, *c.Undo)
			}
		})
		if err != nil || len(kept) != 4 || len(applied.Checks) != 2 {
			t.Fatalf("%v: %+v %+v", err, kept, applied.Checks)
		}
		for i, want := range []string{"?account", "account", "?web account", "web account"} {
			var got []string
			for _, s := range kept[i].Steps {
				name := map[model.Ref]string{ref: "web", account: "account"}[s.Ref]
				if s.IfDone {
					name = "?" + name
				}
				got = append(got, name)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%d: %v, want %s", i, got, want)
			}
		}
		doubtful := kept[2]
		trial, err := w.DryRun(t.Context(), doubtful, nil)
		if err != nil || trial.Checks[0].Message != "" || trial.Checks[0].Outcome != model.Passed {
			t.Fatalf("%v %+v", err, trial)
		}
		if _, err := w.Apply(t.Context(), doubtful, trial, nil); err != nil {
			t.Fatal(err)
		}
		if after := h.look().report.Digest; after != before {
			t.Error("not all was taken back")
		}
		// Now there is nothing to take back any more.
		again := model.Plan{Steps: doubtful.Steps[:1]}
		done, err := w.Apply(t.Context(), again, nil, nil)
		if err != nil || !done.Done[0] || len(done.Undo.Steps) > 0 || !strings.Contains(done.Checks[0].Message, "nothing to take back") {
			t.Errorf("%v %+v", err, done)
		}
		masked := model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType, Body: []byte(`{"metadata":{"labels":{"x":"y"},"annotations":{"a":"<masked>"}}}`)}}}
		if done, err := w.Apply(t.Context(), masked, nil, nil); !errors.Is(err, mask.ErrHeld) || len(done.Checks) != 1 {
			t.Errorf("%v %+v", err, done)
		}
	})
}
