package plan_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/plan"
)

const escalation = "PS09/apps/Deployment/shop/web"

// begin opens the plan of findings, with the ledger that it writes to.
func begin(t testing.TB, width, height int, ids ...string) (*refusing, *plan.Ledger, *driver) {
	w, shared := watch(t)
	ledger := &plan.Ledger{}
	return w, ledger, open(t, w.Session, plan.New(shared, ledger, ids, false), width, height)
}

// TestOpeningTellsNobody holds that nothing is sent to a server before Dry-run is pressed, whatever else is done.
func TestOpeningTellsNobody(t *testing.T) {
	w, _, d := begin(t, 120, 40, privileged, hostPath, account, web)
	d.do(keys.NextPane, keys.NextPane, keys.NextPane, keys.NextPane, keys.Guard, keys.Guard, keys.Edit, keys.Redraw, keys.Copy)
	d.has("nothing is sent before Dry-run or Apply")
	d.press("Cancel")
	if leave, ok := d.last().(view.Leave); !ok || leave.Screen != view.Screen(d.screen) {
		t.Errorf("Cancel sends %+v", d.last())
	}
	if asked := w.Asked(); len(asked) > 0 {
		t.Errorf("the server was asked %q", asked)
	}
}

func TestDryRun(t *testing.T) {
	w, _, d := begin(t, 120, 40, privileged, hostPath, account, web)
	d.has("DIFFERENCE, WORKED OUT HERE  create")
	d.press("Dry-run")
	if want := []string{"may I", "server dry-run", "synthetic pod"}; !slices.Equal(w.Asked(), want) {
		t.Errorf("asked %q", w.Asked())
	}
	if got := d.screen.Aside(); got != "rung 5 of 7: server dry-run passed · synthetic pod passed" {
		t.Errorf("aside %q", got)
	}
	d.has("✓ may I  ✓ server dry-run  ✓ synthetic pod  · applied", "1 ✓ create", "2 ✓ patch", "3 ! patch", "DIFFERENCE, BY THE SERVER  create", "+    kubernetes.io/by-the-server", "besides the server would change fields", "the server has kept nothing")
	if w.Report().Findings.Get(privileged) == nil {
		t.Error("a dry run has changed something")
	}
	// A plan that is made anew was never tried.
	d.do(keys.Redraw)
	d.has("DIFFERENCE, WORKED OUT HERE", "· may I", "nothing is sent before Dry-run or Apply")
}

func TestDryRunFails(t *testing.T) {
	w, _, d := begin(t, 120, 40, privileged, hostPath, account, web)
	w.Server.Faults = []model.Check{
		{Rung: model.RungPermitted, Step: 0, Outcome: model.Failed, Cause: model.CauseForbidden, Message: "serviceaccounts is forbidden: User \"eve\" cannot create"},
		{Rung: model.RungDryRun, Step: 1, Outcome: model.Warned, Message: "it works, with a warning", Warnings: []string{"spec.x is deprecated"}, Conflicts: []model.Conflict{{Manager: "argocd-controller", Operation: "Apply", Path: "spec.template.spec.hostNetwork"}}},
		{Rung: model.RungSyntheticPod, Step: 2, Outcome: model.Untestable, Cause: model.CauseRefused, Message: "the webhook policy.example takes no dry run"},
	}
	d.press("Dry-run")
	d.has("✗ may I", "! server dry-run", "? synthetic pod", "1 ✗ create", "may I: you may not", "2 ! patch", "argocd-controller manages", "3 ? patch", "synthetic pod: refused by admission")
	d.has("server  ✗ may I: you may not:", "hand it to somebody", "who may")
	if got := d.screen.Aside(); got != "rung 2 of 7: what-if passed · may I failed" {
		t.Errorf("aside %q", got)
	}
	d.run(d.screen.Click(5, 4))
	d.has("warns   spec.x is deprecated", "owned   argocd-controller (Apply) manages")
	// What has failed is not written, whoever presses what.
	d.press("Apply")
	if d.note() != "Apply: may I has failed: Export hands the plan on, Make anew makes another" {
		t.Errorf("told %q", d.note())
	}
	d.has("CHANGES, IN THIS ORDER", "Make anew")
	// What cannot be tested is named, and that somebody else may take it back.
	w.Server.Faults = w.Server.Faults[1:]
	d.press("Make anew")
	d.lacks("Make anew")
	d.press("Apply")
	d.has("open    synthetic pod: nobody can say before it is done", "owned   2: argocd-controller manages", "you type the word apply: it means an outage.", "checked parsed, what-if passed, may I passed, server dry-run passed with warnings")
	d.press("Write 3 changes to prod-eu")
	d.answer("yes")
	if !strings.Contains(d.note(), "nothing was written") || slices.Contains(w.Asked(), "apply") {
		t.Errorf("a wrong word: %q, asked %q", d.note(), w.Asked())
	}
	d.run(d.screen.Up())
	d.has("CHANGES, IN THIS ORDER")
	// The server that cannot be asked at all.
	w.Server.Faults, w.Server.Away = nil, errors.New("dial tcp 10.0.0.1:443: \x1b[31mconnection refused")
	d.press("Dry-run")
	d.has("the server could not be asked: dial tcp 10.0.0.1:443: ?connection refused")
	if strings.Contains(d.screen.View(), "\x1b[31mconnection") {
		t.Error("an error is drawn raw")
	}
}

func TestApplyAndUndo(t *testing.T) {
	w, ledger, d := begin(t, 120, 40, escalation)
	d.press("Dry-run")
	d.press("Apply")
	d.has("WRITE 1 CHANGE in the cluster prod-eu, v1.37.2", "1 ✓ patch shop/Deployment/web, likely safe", "breaks  likely safe", "checked parsed, what-if passed, may I passed, server dry-run passed", "[ Cancel ]")
	d.press("Write 1 change to prod-eu")
	if w.Report().Findings.Get(escalation) != nil {
		t.Fatal("the finding goes on")
	}
	d.has("DONE  1 change written to prod-eu", "1 ✓ patch shop/Deployment/web  written", "the findings that were to end have ended", "✓ applied  ✓ verified", "[ Close ]", "1 step takes it back")
	if got := d.screen.Aside(); got != "rung 7 of 7: applied · verified" {
		t.Errorf("aside %q", got)
	}
	if d.note() != "1 change written to prod-eu" || len(ledger.Deeds()) != 1 || ledger.Unsaved() != 1 {
		t.Errorf("told %q, deeds %+v", d.note(), ledger.Deeds())
	}
	// The undo goes to a file, and then to the server, once it was confirmed.
	d.press("Save undo")
	ask := d.last().(view.Ask)
	if ask.Value != "canopy-undo-20261123-140000.yaml" || !strings.Contains(ask.Title, "secret") {
		t.Errorf("asks %+v", ask)
	}
	d.answer("undo.yaml")
	if len(w.Server.Saved["undo.yaml"].Steps) != 1 || ledger.Unsaved() != 0 {
		t.Errorf("saved %+v", w.Server.Saved)
	}
	d.answer2("undo.yaml")
	if !strings.Contains(d.note(), "the undo was not saved") {
		t.Errorf("told %q", d.note())
	}
	d.press("Undo")
	d.has("TAKE BACK WHAT WAS DONE AT 14:00:00, 1 step", "patch shop/Deployment/web", "[ Cancel ]")
	d.run(d.screen.Up())
	d.has("DONE")
	d.press("Undo")
	d.press("Take back 1 change in prod-eu")
	d.has("TAKEN BACK  1 change taken back in prod-eu", "the objects are as they were before", "[ Close ]")
	d.lacks("Undo…")
	if w.Report().Findings.Get(escalation) == nil {
		t.Error("what was taken back has not come back")
	}
	// What was taken back can be done again, by the list; it is nothing to be warned of.
	if deeds := ledger.Deeds(); len(deeds) != 1 || ledger.Unsaved() != 0 || deeds[0].Title != "1 change taken back of what was done at 14:00:00" {
		t.Errorf("deeds %+v", deeds)
	}
	d.press("Close")
	if _, ok := d.last().(view.Leave); !ok {
		t.Errorf("Close sends %+v", d.last())
	}
	// The plan can be made anew from here.
	d.do(keys.Redraw)
	d.has("CHANGES, IN THIS ORDER", "· applied")
}

// answer2 gives the answer to the last question but one.
func (d *driver) answer2(text string) {
	d.t.Helper()
	for i := len(d.sent) - 1; i >= 0; i-- {
		if ask, ok := d.sent[i].(view.Ask); ok {
			d.run(ask.Done(text))
			return
		}
	}
	d.t.Fatal("nothing was asked")
}

func TestOutageIsTyped(t *testing.T) {
	w, _, d := begin(t, 120, 40, hostPath)
	d.press("Apply")
	d.has("means an outage", "It is only written once you type the word apply: it means an outage.")
	d.press("Write 1 change to prod-eu…")
	ask := d.last().(view.Ask)
	if ask.Title != "type apply to write to prod-eu: " || ask.Hint != "it means an outage" {
		t.Errorf("asks %+v", ask)
	}
	if slices.Contains(w.Asked(), "apply") {
		t.Fatal("written without the word")
	}
	d.answer(" apply ")
	d.has("DONE  1 change written to prod-eu")
	// An old answer writes nothing a second time.
	d.run(ask.Done("apply"))
	if n := len(slices.DeleteFunc(w.Asked(), func(s string) bool { return s != "apply" })); n != 1 {
		t.Errorf("written %d times", n)
	}
}

func TestStops(t *testing.T) {
	ids := []string{privileged, hostPath, account, web}
	for cause, want := range map[model.Cause][]string{
		model.CauseRefused:   {"refused by admission", "talk to whoever runs that policy"},
		model.CauseConflict:  {"somebody else writes it", "makes the plan anew"},
		model.CauseForbidden: {"you may not", "hand it to somebody who may"},
		model.CauseChanged:   {"it has changed meanwhile", "makes the plan anew"},
		model.CauseLost:      {"the connection broke", "is not known"},
		model.CauseInvalid:   {"not a valid object", "edits the document"},
	} {
		t.Run(string(cause), func(t *testing.T) {
			w, ledger, d := begin(t, 120, 40, ids...)
			w.Server.Faults = []model.Check{{Rung: model.RungApplied, Step: 1, Outcome: model.Failed, Cause: cause, Message: "the server says: \x1b]0;owned\x07no"}}
			d.press("Apply")
			d.press("Write 3 changes")
			d.answer("apply")
			d.has("STOPPED  1 of 3 changes written to prod-eu, then it stopped", "1 ✓ create data/ServiceAccount/backup-helper  written", "2 ✗ patch shop/Deployment/web", "3 · patch data/DaemonSet/backup-helper  not begun", "the server says: ?no")
			d.has(want...)
			// The way back is at hand, and pressing it asks first.
			d.has("[ Undo… ]")
			if strings.Contains(d.screen.View(), "\x1b]0") {
				t.Error("a raw sequence is drawn")
			}
			if note := d.last().(view.Note); !note.Bad {
				t.Errorf("told %+v", note)
			}
			undo := 1
			if cause == model.CauseLost {
				undo = 2
			}
			if deeds := ledger.Deeds(); len(deeds) != 1 || len(deeds[0].Undo.Steps) != undo || deeds[0].Title != "1 of 3 changes for 4 findings" {
				t.Errorf("deeds %+v", deeds)
			}
			w.Server.Faults = nil
			d.do(keys.Open)
			d.has("TAKE BACK", "[ Cancel ]")
			d.press("Take back")
			d.has("TAKEN BACK")
			if _, err := w.Object(context.Background(), ref("data/ServiceAccount/backup-helper")); !errors.Is(err, model.ErrNotFound) {
				t.Errorf("the account is there still: %v", err)
			}
		})
	}
}

// TestNothingDone holds that where the first step fails there is nothing to take back, and it is said.
func TestNothingDone(t *testing.T) {
	w, ledger, d := begin(t, 120, 40, escalation)
	w.Server.Faults = []model.Check{{Rung: model.RungApplied, Step: 0, Outcome: model.Failed, Cause: model.CauseForbidden, Message: "no"}}
	d.press("Apply")
	d.press("Write 1 change")
	d.has("STOPPED  nothing was written to prod-eu", "nothing was written, so nothing has to be taken back", "[ Close ]")
	if len(ledger.Deeds()) != 0 || ledger.Writing() != "" {
		t.Errorf("deeds %+v, writing %q", ledger.Deeds(), ledger.Writing())
	}
	d.press("Undo")
	if d.note() != "Undo: nothing was written, so nothing has to be taken back" {
		t.Errorf("told %q", d.note())
	}
	d.do(keys.Redraw)
	d.press("Apply")
	w.Server.Away = errors.New("connection refused")
	d.press("Write 1 change")
	d.has("STOPPED", "connection refused")
	d.do(keys.Redraw)
	d.press("Apply")
	d.has("the server could not be asked: connection refused", "CHANGES, IN THIS ORDER")
}

func TestStuckAndOpen(t *testing.T) {
	w, _, d := begin(t, 120, 40, escalation)
	w.Server.Faults = []model.Check{{Rung: model.RungApplied, Step: 0, Outcome: model.Failed, Cause: model.CauseStuck, Message: "1 of 2 new pods is not ready: CreateContainerConfigError"}}
	d.press("Apply")
	d.press("Write 1 change")
	d.has("WRITTEN, BUT NOT AS IT SHOULD BE", "rollout 1: 1 of 2 new pods is not ready", "undo brings the old ones back", "[ Undo… ]", "✗ applied")
	// The findings that go on are named.
	w, _, d = begin(t, 120, 40, escalation)
	w.open = []string{escalation}
	d.press("Apply")
	d.press("Write 1 change")
	d.has("WRITTEN, BUT NOT AS IT SHOULD BE", "goes on "+escalation, "[ Undo… ]", "✗ verified")
}

// TestUndoFails holds that what is left to take back stays at hand.
func TestUndoFails(t *testing.T) {
	w, ledger, d := begin(t, 120, 40, privileged, hostPath, account, web)
	d.press("Apply")
	d.press("Write 3 changes")
	d.answer("apply")
	d.has("DONE")
	w.Server.Faults = []model.Check{{Rung: model.RungApplied, Step: 1, Outcome: model.Failed, Cause: model.CauseChanged, Message: "somebody has changed it"}}
	d.press("Undo")
	d.press("Take back 3 changes")
	d.has("STOPPED  1 of 3 changes taken back in prod-eu, then it stopped", "2 steps are still to be taken back", "[ Undo the rest… ]")
	w.Server.Faults = nil
	d.do(keys.Open)
	d.has("TAKE BACK WHAT WAS DONE AT 14:00:00, 2 steps")
	d.press("Take back 2 changes")
	d.has("TAKEN BACK  2 changes")
	for _, deed := range ledger.Deeds() {
		if !strings.Contains(deed.Title, "taken back of what was done") {
			t.Errorf("still to be taken back: %+v", deed)
		}
	}
}

// TestUndoPlan holds that what was done can be looked at and taken back later, without what it holds being shown.
func TestUndoPlan(t *testing.T) {
	w, ledger, d := begin(t, 120, 40, escalation)
	d.press("Apply")
	d.press("Write 1 change")
	shared := w.Shared()
	shared.Session = w
	u := open(t, w.Session, plan.NewUndo(shared, ledger, ledger.Deeds()[0]), 120, 40)
	u.has("-        securityContext:", "1 · patch shop/Deployment/web", "Take back…", "Save undo…")
	u.lacks("planted-secret-value")
	if crumbs := u.screen.Crumbs(); crumbs[1] != "1 change to undo what was done at 14:00:00" {
		t.Errorf("crumbs %q", crumbs)
	}
	for _, a := range []keys.Action{keys.Copy, keys.Mark, keys.Edit, keys.Guard} {
		if o := u.screen.Can(a); o.OK() || o.Why == "" {
			t.Errorf("%s is offered for an undo: %+v", a, o)
		}
	}
	u.press("Dry-run")
	u.has("✓ may I", "DIFFERENCE, BY THE SERVER")
	u.lacks("planted-secret-value")
	u.press("Take back")
	u.press("Take back 1 change")
	u.has("TAKEN BACK")
	if w.Report().Findings.Get(escalation) == nil {
		t.Error("it was not taken back")
	}
}

func TestReadOnly(t *testing.T) {
	w, _, d := begin(t, 120, 40, escalation)
	w.Server.Locked = errors.New("this is a capture")
	d.do(keys.Redraw)
	d.has("cannot write: this is a capture")
	for _, label := range []string{"Dry-run", "Apply"} {
		d.press(label)
		if d.note() != label+": this is a capture" {
			t.Errorf("%s tells %q", label, d.note())
		}
	}
	d.press("Export")
	if _, ok := d.last().(view.Ask); !ok {
		t.Errorf("Export sends %+v", d.last())
	}
	for _, c := range d.screen.Commands() {
		if (c.Text == "apply" || c.Text == "dry-run") != (c.Off != "") {
			t.Errorf("the palette offers %+v", c)
		}
	}
}

// TestManaged holds that what something else would take back is exported rather than written.
func TestManaged(t *testing.T) {
	w, _, _ := begin(t, 120, 40, privileged)
	o := helper(t, "backup:2", "backup:2")
	o.SetAnnotations(map[string]string{"argocd.argoproj.io/tracking-id": "shop:apps/DaemonSet:data/backup-helper"})
	w.Apply(o)
	shared := w.Shared()
	shared.Session = w
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged}, false), 120, 40)
	d.has("1 ! patch data/DaemonSet/backup-helper", "managed by Argo CD", "export instead", "[ Export ]", "Git")
	d.press("Apply")
	d.has("managed by Argo CD", "may take it back", "the word apply", "Git")
	d.run(d.screen.Up())
	d.has("[ Export ]")
}

// TestWritingIsSeen stops the world while a plan is written: progress shows, and to stop takes two presses.
func TestWritingIsSeen(t *testing.T) {
	w, ledger, d := begin(t, 120, 40, privileged, hostPath, account, web)
	gate, at := make(chan struct{}), make(chan struct{}, 16)
	w.Server.Before = func(c model.Check) {
		if c.Rung == model.RungApplied && c.Step == 1 {
			at <- struct{}{}
			<-gate
		}
	}
	d.press("Apply")
	d.press("Write 3 changes")
	d.later = true
	d.answer("apply")
	d.arrive(at)
	d.await(func() bool { return strings.Contains(d.text(), "1 ✓ create") })
	d.has("WRITING TO prod-eu", "1 ✓ create data/ServiceAccount/backup-helper  written", "2 → patch shop/Deployment/web  being written", "3 · patch", "not begun", "[ Stop ]")
	if d.screen.Aside() != "writing 2 of 3" || ledger.Writing() == "" || !d.screen.Deep() {
		t.Errorf("aside %q, writing %q", d.screen.Aside(), ledger.Writing())
	}
	// Another plan waits.
	shared := w.Shared()
	shared.Session = w
	other := open(t, w.Session, plan.New(shared, ledger, []string{escalation}, false), 120, 40)
	other.press("Apply")
	if !strings.Contains(other.note(), "wait: 3 changes are being written") {
		t.Errorf("another plan: %q", other.note())
	}
	d.run(d.screen.Up())
	d.await(func() bool { return d.told("once more stops") })
	d.run(d.screen.Up())
	close(gate)
	d.await(func() bool { return strings.Contains(d.text(), "STOPPED") })
	d.has("✓ may I", "1 of 3 changes written to prod-eu, then it stopped", "you have stopped it", "[ Undo… ]", "2 · patch shop/Deployment/web  not begun")
	if ledger.Writing() != "" || len(ledger.Deeds()) != 1 {
		t.Errorf("writing %q, deeds %+v", ledger.Writing(), ledger.Deeds())
	}
}

func TestTryingCanBeStopped(t *testing.T) {
	w, _, d := begin(t, 120, 40, privileged, hostPath, account, web)
	gate, at := make(chan struct{}), make(chan struct{}, 16)
	w.Server.Before = func(c model.Check) {
		if c.Rung == model.RungDryRun && c.Step == 1 {
			at <- struct{}{}
			<-gate
		}
	}
	d.later = true
	d.press("Dry-run")
	d.arrive(at)
	d.await(func() bool { return strings.Contains(d.screen.Aside(), "server dry-run 2 of 3") })
	d.has("✓ may I", "→ server dry-run", "1 ✓ create", "[ Stop ]", "the server is asked, and keeps nothing")
	for _, a := range []keys.Action{keys.Mark, keys.Edit, keys.Redraw} {
		if o := d.screen.Can(a); o.OK() || o.Why == "" {
			t.Errorf("%s while the server is asked: %+v", a, o)
		}
	}
	d.run(d.screen.Up())
	close(gate)
	d.await(func() bool { return !d.screen.Deep() })
	d.await(func() bool { return d.told("stopped: the server has kept nothing") })
	d.has("· may I", "Dry-run", "Apply…")
}

// wait bounds what a test waits for.
const wait = 20 * time.Second
