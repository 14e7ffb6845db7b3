package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/plan"
)

// carried is a session that notes with what a plan is carried out.
type carried struct {
	*refusing
	trials []*model.Trial
	// before is called with what is told while a plan is carried out.
	before func(model.Check)
}

func (c *carried) CarryOut(ctx context.Context, p model.Plan, trial *model.Trial, closes []string, progress func(model.Check)) (model.Applied, error) {
	c.trials = append(c.trials, trial)
	return c.refusing.CarryOut(ctx, p, trial, closes, func(k model.Check) {
		if progress(k); c.before != nil {
			c.before(k)
		}
	})
}

// TestApplyTriesFirst holds that nothing is written that the server was not asked about.
func TestApplyTriesFirst(t *testing.T) {
	w, shared := watch(t)
	c := &carried{refusing: w}
	shared.Session = c
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged, hostPath, account, web}, false), 120, 40)
	d.press("Apply")
	d.has("WRITE 3 CHANGES in the cluster prod-eu", "checked parsed, what-if passed, may I passed, server dry-run passed, synthetic pod passed")
	if want := []string{"may I", "server dry-run", "synthetic pod"}; !slices.Equal(w.Asked(), want) {
		t.Errorf("asked %q", w.Asked())
	}
	// It is asked once, as long as the plan is the same.
	d.press("Cancel")
	d.press("Apply")
	d.press("Write 3 changes")
	d.answer("apply")
	d.has("DONE")
	if len(w.Asked()) != 4 || len(c.trials) != 1 || c.trials[0] == nil || len(c.trials[0].Steps) != 3 {
		t.Errorf("asked %q, written with %+v", w.Asked(), c.trials)
	}
}

// TestApplyIsRefused holds that what fails on the way stops there.
func TestApplyIsRefused(t *testing.T) {
	w, _, d := begin(t, 120, 40, escalation)
	w.Server.Faults = []model.Check{{Rung: model.RungDryRun, Step: 0, Outcome: model.Failed, Cause: model.CauseRefused, Message: "no"}}
	d.press("Apply")
	if n := d.last().(view.Note); !n.Bad || n.Text != "nothing was written: server dry-run has failed: Export hands the plan on, Make anew makes another" {
		t.Errorf("told %+v", n)
	}
	d.has("CHANGES, IN THIS ORDER", "\u2717 server dry-run", "Make anew")
	for _, c := range d.screen.Commands() {
		if c.Text == "apply" && c.Off == "" {
			t.Error("the palette offers it")
		}
	}
}

// TestNothingToCheck holds that a rung with nothing to check has passed.
func TestNothingToCheck(t *testing.T) {
	_, _, d := begin(t, 120, 40, namespace)
	d.press("Dry-run")
	d.has("\u2713 synthetic pod", "no pods change")
	if got := d.screen.Aside(); got != "rung 5 of 7: server dry-run passed \u00b7 synthetic pod passed" {
		t.Errorf("aside %q", got)
	}
	d.press("Apply")
	d.has("synthetic pod passed (no pods change)")
}

const secretive = `apiVersion: v1
kind: Secret
metadata: {name: fresh, namespace: shop}
stringData: {password: planted-secret-value}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fresh, namespace: shop}
data: {token: planted-config-value}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web
        env: [{name: KEY, value: planted-env-value}]
`

// TestProposalHidesValues holds that values of a text are shown nowhere, and that one with a Secret is not written.
func TestProposalHidesValues(t *testing.T) {
	w, _, d := propose(t, secretive, 120, 60)
	for range 3 {
		d.lacks("planted-")
		d.do(keys.Copy)
		if c, ok := d.last().(view.Copy); !ok || strings.Contains(c.Text, "planted-") || !strings.Contains(c.Text, "kind: ") {
			t.Errorf("copies %+v", d.last())
		}
		d.do(keys.Down)
	}
	d.press("Apply")
	if !strings.HasPrefix(d.note(), "Apply: the values of the Secret shop/Secret/fresh are not in the plan") {
		t.Errorf("told %q", d.note())
	}
	if len(w.Asked()) > 0 {
		t.Errorf("asked %q", w.Asked())
	}
	// It can be tried, with masks, and the rest can be written without it.
	d.press("Dry-run")
	d.has("\u2713 server dry-run")
	d.lacks("planted-")
	for d.focusList(); d.screen.Subject().Object.Kind != "Secret"; {
		d.do(keys.Up)
	}
	d.do(keys.Mark)
	d.press("Apply")
	d.has("WRITE 2 CHANGES")
	d.lacks("planted-", "Secret")
}

// focusList brings the focus to the list of changes.
func (d *driver) focusList() {
	d.t.Helper()
	for range 4 {
		if strings.Contains(d.text(), "\u25b8 CHANGES") {
			return
		}
		d.do(keys.NextPane)
	}
}

// TestHalfReadIsNotWritten holds that a text that could be read in part only is looked at, and not written.
func TestHalfReadIsNotWritten(t *testing.T) {
	_, _, d := propose(t, proposed, 120, 40)
	d.press("Apply")
	if !strings.HasPrefix(d.note(), "Apply: 1 part of the text could not be taken: mend it first: document 3") {
		t.Errorf("told %q", d.note())
	}
}

// TestUndoIsKeptOnTheWay holds that what takes a plan back is known while it is being written.
func TestUndoIsKeptOnTheWay(t *testing.T) {
	w, shared := watch(t)
	ledger := &plan.Ledger{}
	c := &carried{refusing: w}
	shared.Session = c
	d := open(t, w.Session, plan.New(shared, ledger, []string{privileged, hostPath, account, web}, false), 120, 40)
	gate, at := make(chan struct{}), make(chan struct{}, 16)
	w.Server.Before = func(k model.Check) {
		if k.Rung == model.RungApplied && k.Step == 1 {
			at <- struct{}{}
			<-gate
		}
	}
	d.press("Apply")
	d.press("Write 3 changes")
	d.later = true
	d.answer("apply")
	d.arrive(at)
	d.await(func() bool { return ledger.Unsaved() == 1 })
	deed := ledger.Deed("1")
	if deed == nil || len(deed.Undo.Steps) == 0 || len(ledger.Deeds()) != 0 {
		t.Errorf("on the way: %+v, listed %+v", deed, ledger.Deeds())
	}
	screen, again := ledger.Stop()
	if screen != view.Screen(d.screen) || again {
		t.Errorf("stopping gives %v %v", screen, again)
	}
	if _, again := ledger.Stop(); !again {
		t.Error("it was not asked before")
	}
	close(gate)
	d.await(func() bool { return strings.Contains(d.text(), "STOPPED") })
	d.has("1 of 3 changes written to prod-eu, then it stopped", "[ Undo\u2026 ]")
	if deeds := ledger.Deeds(); len(deeds) != 1 || deeds[0] != deed || len(deed.Undo.Steps) != 1 || deed.Undo.Steps[0].IfDone {
		t.Errorf("deeds %+v", deeds)
	}
	if screen, _ := ledger.Stop(); screen != nil {
		t.Error("something is being written still")
	}
}
