package plan_test

import (
	"errors"
	"fmt"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view/plan"
	"canopy/ui/view/viewtest"
)

// TestGoldenWay draws what one sees on the way from a plan to what was done, and back.
func TestGoldenWay(t *testing.T) {
	ids := []string{privileged, hostPath, account, web}
	fault := func(rung model.Rung, step int, cause model.Cause) []model.Check {
		return []model.Check{{Rung: rung, Step: step, Outcome: model.Failed, Cause: cause, Message: `admission webhook "policy.example" denied the request: containers must not run as root, see https://policies.example/root`}}
	}
	for name, way := range map[string]func(w *refusing, d *driver){
		"tried": func(_ *refusing, d *driver) { d.press("Dry-run") },
		"tried-badly": func(w *refusing, d *driver) {
			w.Server.Faults = append(fault(model.RungSyntheticPod, 2, model.CauseRefused), model.Check{Rung: model.RungDryRun, Step: 1, Outcome: model.Warned, Conflicts: []model.Conflict{{Manager: "argocd-controller", Operation: "Apply", Path: "spec.template.spec.containers[0].securityContext"}}})
			d.press("Dry-run")
		},
		"confirm": func(w *refusing, d *driver) {
			w.Server.Faults = fault(model.RungSyntheticPod, 2, model.CauseRefused)
			w.Server.Faults[0].Outcome, w.Server.Faults[0].Message = model.Untestable, `admission webhook "policy.example" takes no dry run`
			d.press("Apply")
		},
		"done": func(_ *refusing, d *driver) {
			d.press("Apply")
			d.press("Write 3")
			d.answer("apply")
		},
		"stopped": func(w *refusing, d *driver) {
			w.Server.Faults = fault(model.RungApplied, 1, model.CauseRefused)
			d.press("Apply")
			d.press("Write 3")
			d.answer("apply")
		},
		"take-back": func(_ *refusing, d *driver) {
			d.press("Apply")
			d.press("Write 3")
			d.answer("apply")
			d.press("Undo")
		},
		"locked": func(w *refusing, d *driver) {
			w.Server.Locked = errors.New("a capture is looked at, and no cluster")
			d.do(keys.Redraw)
		},
		"guard":   func(_ *refusing, d *driver) { d.do(keys.Guard) },
		"columns": func(_ *refusing, d *driver) { d.do(keys.Last, keys.Difference) },
		"left-out": func(_ *refusing, d *driver) {
			d.do(keys.Down, keys.Mark)
		},
	} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			file := fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				w, _, d := begin(t, size[0], size[1], ids...)
				way(w, d)
				viewtest.Exact(t, d.screen.View(), size[0], size[1])
				golden(t, file, d.screen)
			})
		}
	}
}

// TestGoldenProposal draws the plan of a text, some of which cannot be taken.
func TestGoldenProposal(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
		_, _, d := propose(t, proposed, size[0], size[1])
		golden(t, fmt.Sprintf("proposal-%dx%d", size[0], size[1]), d.screen)
	}
}

func TestGolden(t *testing.T) {
	whole, _ := watch(t)
	blind, _ := watch(t)
	blind.whatIf = errors.New("what-if: the cluster was not as before after taking the change back")
	old, _ := watch(t)
	// All of its pods are alike to policies, so that each line of what closes is about all of them.
	alike, _ := watch(t)
	alike.Delete(ref("data/Pod/backup-helper-q8w4z"))
	for name, c := range map[string]struct {
		session *refusing
		ids     []string
	}{
		"patch":     {whole, []string{privileged}},
		"several":   {whole, []string{privileged, hostPath, account, web, naked}},
		"notes":     {whole, []string{naked}},
		"namespace": {whole, []string{namespace}},
		"blind":     {blind, []string{privileged}},
		"old":       {old, []string{privileged}},
		"deny":      {alike, []string{denial}},
	} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			file := fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				shared := c.session.Shared()
				shared.Session = c.session
				d := open(t, c.session.Session, plan.New(shared, &plan.Ledger{}, c.ids, false), size[0], size[1])
				if name == "old" {
					c.session.Apply(helper(t, "backup:2", "backup:3"))
					d.show(c.session.Session)
					c.session.Apply(helper(t, "backup:2", "backup:2"))
				}
				viewtest.Exact(t, d.screen.View(), size[0], size[1])
				golden(t, file, d.screen)
				if size[0] < 100 {
					d.do(keys.NextPane)
					golden(t, "next-"+file, d.screen)
				}
			})
		}
	}
}
