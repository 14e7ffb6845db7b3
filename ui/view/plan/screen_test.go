package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/plan"
	"canopy/ui/view/viewtest"
)

// helper is the DaemonSet backup-helper with a change.
func helper(t testing.TB, from, to string) *unstructured.Unstructured {
	text := `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: backup-helper, namespace: data, uid: ds-backup, creationTimestamp: "2026-10-01T09:12:00Z"}
spec:
  selector: {matchLabels: {app: backup-helper}}
  template:
    metadata: {labels: {app: backup-helper}}
    spec:
      containers:
      - {name: helper, image: "registry.example/data/backup:2", securityContext: {privileged: true, runAsUser: 0}, volumeMounts: [{name: host, mountPath: /host}]}
      volumes:
      - {name: host, hostPath: {path: /}}
status: {desiredNumberScheduled: 2, numberReady: 1}
`
	if !strings.Contains(text, from) {
		t.Fatalf("%q is not in the object", from)
	}
	return viewtest.Objects(t, []byte(strings.Replace(text, from, to, 1)))[0]
}

func ref(s string) model.Ref {
	r, err := model.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}

func TestOneChange(t *testing.T) {
	w, shared := watch(t)
	s := plan.New(shared, &plan.Ledger{}, []string{privileged}, false)
	s.Resize(120, 40)
	if got := ansi.Strip(s.View()); !strings.Contains(got, "working out the change") {
		t.Errorf("before there is a plan:\n%s", got)
	}
	for _, a := range []keys.Action{keys.Copy, keys.Export, keys.Open, keys.Down} {
		if o := s.Can(a); o.OK() {
			t.Errorf("%s is offered before there is a plan", a)
		}
	}
	d := open(t, w.Session, s, 120, 40)
	d.has("closes 1 finding · may break a program", "-          privileged: true", "closes  1 finding", "opens   nothing", "breaks  may break a program: look for", "command kubectl patch")
	sub := s.Subject()
	if sub.Object != ref("data/DaemonSet/backup-helper") || len(sub.Findings) != 1 || sub.Finding().ID != privileged {
		t.Errorf("the subject is %+v", sub)
	}
	d.do(keys.Copy)
	if c, ok := d.sent[0].(view.Copy); !ok || !strings.Contains(c.Text, "privileged") || !strings.HasPrefix(c.What, "the document 01-") {
		t.Errorf("copies %+v", d.sent)
	}
	if !strings.HasPrefix(s.Position(), "1-") {
		t.Errorf("one change is not read at once: at %s", s.Position())
	}
	// What-if begins with what it would do.
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged}, true), 80, 24)
	d.has("WHAT IT WOULD DO")
	d.lacks("CHANGES")
	for _, a := range []keys.Action{keys.Fix, keys.WhatIf} {
		if o := d.screen.Can(a); o.OK() || o.Why == "" {
			t.Errorf("%s: %+v", a, o)
		}
	}
	if d.screen.Can(keys.Sort).Known {
		t.Error("a plan can be sorted")
	}
}

func TestSeveralChanges(t *testing.T) {
	w, shared := watch(t)
	ids := []string{privileged, hostPath, account, web}
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, ids, false), 120, 40)
	if got := d.screen.Crumbs(); got[0] != "plan" || got[1] != "3 changes for 4 findings" {
		t.Errorf("the crumbs are %q", got)
	}
	if p := d.screen.Place(); p != view.FixOf(ids) || len(p.IDs()) != 4 || p.Filter != "" {
		t.Errorf("the place is %+v", p)
	}
	// The account is created first.
	d.has("▸ 1 · create data/ServiceAccount/backup-helper", "+kind: ServiceAccount", "  2 · patch", "  3 ! patch")
	if p := d.screen.Position(); p != "1 of 3 changes" {
		t.Errorf("at %s", p)
	}
	if o := d.screen.Can(keys.Left); o.OK() {
		t.Error("there is something to the left")
	}
	d.do(keys.Down)
	d.has("▸ 2 · patch shop/Deployment/web", "DIFFERENCE, WORKED OUT HERE  patch shop/Deployment/web", "+          allowPrivilegeEscalation: false")
	d.lacks("+kind: ServiceAccount")
	d.do(keys.Last, keys.Down)
	d.has("▸ 3 ! patch data/DaemonSet/backup-helper", "means an outage")
	d.do(keys.First, keys.Up)
	d.has("▸ 1 · create")
	d.do(keys.PageDown)
	d.has("▸ 3 ! patch")
	d.do(keys.PageUp)
	d.has("▸ 1 · create")
	d.do(keys.Last, keys.Open)
	if !strings.HasPrefix(d.screen.Position(), "1-") {
		t.Errorf("enter did not go to the difference: at %s", d.screen.Position())
	}
	d.run(d.screen.SetFilter("privileged"))
	if d.screen.Filter() != "privileged" || !strings.HasPrefix(d.screen.Position(), "match 1 of 1") || d.screen.FilterProblem() != "" {
		t.Errorf("searches for %q at %s", d.screen.Filter(), d.screen.Position())
	}
	d.do(keys.NextHit, keys.NextPane)
	if d.screen.Filter() != "" {
		t.Error("the search of one text is in the other")
	}
	d.do(keys.NextPane, keys.PrevPane, keys.PrevPane)
	if d.screen.Filter() != "privileged" {
		t.Error("the panes do not go round")
	}
	// The marks stay when the plan is made anew.
	d.do(keys.PrevPane, keys.Redraw)
	d.has("▸ 3 ! patch data/DaemonSet/backup-helper")
}

// TestStepsOnOneObject holds that a step is compared with what the steps before it leave of its object.
func TestStepsOnOneObject(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{"PS26//Namespace//shop"}, false), 160, 45)
	d.has("1 · patch Namespace/shop", "2 · patch Namespace/shop", "+    pod-security.kubernetes.io/warn: restricted")
	d.do(keys.Down)
	d.has("+    pod-security.kubernetes.io/enforce-version: ", "│     pod-security.kubernetes.io/warn: restricted")
}

func TestExport(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged}, false), 120, 40)
	d.do(keys.Export)
	ask, ok := d.sent[0].(view.Ask)
	if !ok || ask.Value != "canopy-fix-20261123-140000" {
		t.Fatalf("asks %+v", d.sent)
	}
	d.run(ask.Done("folder"))
	if note, ok := d.sent[1].(view.Note); !ok || note.Bad || !strings.HasPrefix(note.Text, "wrote 1 document into folder") {
		t.Errorf("says %+v", d.sent[1])
	}
	if fix := w.ExportedFix["folder"]; fix == nil || len(fix.Documents) != 1 {
		t.Errorf("exported %+v", w.ExportedFix)
	}
}

func TestPlanGrowsOld(t *testing.T) {
	w, shared := watch(t)
	// The pods would show the finding still.
	w.Delete(ref("data/Pod/backup-helper-k2x7p"), ref("data/Pod/backup-helper-q8w4z"))
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged}, false), 120, 40)
	// Pods come and go, and some are ready: that is no change of the object.
	w.Apply(helper(t, "numberReady: 1", "numberReady: 2"))
	d.show(w.Session)
	w.Delete(ref("data/Pod/debug-x9"))
	d.show(w.Session)
	d.lacks("made of the state")
	w.Apply(helper(t, "backup:2", "backup:3"))
	d.show(w.Session)
	d.has("made of the state of 14:00:00; since then the object has changed: ctrl+l makes it anew", "-          privileged: true")
	w.Apply(helper(t, "privileged: true", "privileged: false"))
	d.show(w.Session)
	d.has("the finding is gone and the object has changed")
	if w.fixes != 1 {
		t.Errorf("%d plans were made", w.fixes)
	}
	// Below a banner the panes take clicks where they are.
	d.run(d.screen.Click(2, 0))
	d.do(keys.Redraw)
	d.lacks("made of the state")
	d.has("the finding is gone: there is nothing to fix")
	if d.screen.Can(keys.Copy).OK() || d.screen.Subject().Finding() != nil {
		t.Error("there is a document for what is gone")
	}
	w.Apply(helper(t, "backup:2", "backup:2"))
	d.show(w.Session)
	d.do(keys.Redraw)
	d.has("-          privileged: true")
	w.Delete(ref("data/DaemonSet/backup-helper"))
	d.show(w.Session)
	d.has("the object has changed")
	// Of several it is told how many.
	w.Apply(helper(t, "backup:2", "backup:2"))
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged, hostPath, web, "PS04/apps/Deployment/shop/web"}, false), 120, 40)
	d.has("gone    1 of the 4 findings is gone already")
	w.Apply(helper(t, "privileged: true", "privileged: false"))
	d.show(w.Session)
	d.has("1 of the 3 findings is gone and 1 of the 2 objects has changed")
}

func TestNoDocument(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{naked}, false), 80, 24)
	d.has("WHAT IT WOULD DO", "No document ends this.", "stays   1 finding", "by hand PS02//Pod/data/debug-x9")
	d.do(keys.NextPane)
	d.has("no document ends this; what to do by hand stands under")
	if o := d.screen.Can(keys.Export); o.OK() || o.Why == "" {
		t.Errorf("export: %+v", o)
	}
	w.fix = errors.New("remedy: \x1b[31mbroken")
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged}, false), 80, 24)
	d.has("no fix could be made: remedy: ?broken")
	if strings.Contains(d.screen.View(), "\x1b[31mbroken") {
		t.Error("an error is drawn raw")
	}
	w.fix = nil
	d.do(keys.Redraw)
	d.has("privileged: true")
	w.whatIf = errors.New("what-if: it did not come back")
	d.do(keys.Redraw, keys.NextPane)
	d.has("effects what it would do is not known: what-if: it did not come back", "command kubectl patch")
	d.lacks("opens", "closes  ", "stays")
	if !d.screen.Can(keys.Export).OK() {
		t.Error("documents whose effect is not known cannot be had")
	}
}

// TestConnectionsAreTold shows what a fix does to connections: what it closes, what it opens, and what it leaves alone.
func TestConnectionsAreTold(t *testing.T) {
	w, shared := watch(t)
	w.Delete(ref("data/Pod/backup-helper-q8w4z"))
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged}, true), 200, 60)
	d.has("network opens and closes no pair of pods")
	// Two pods are in the namespace and three elsewhere, all of which may connect to all others.
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{denial}, true), 200, 60)
	d.has("network opens no pair of pods", "        closes 14 pairs of pods", "- data → data: everything (2 pairs)", "- shop → data: everything (4 pairs)", "- data → shop: everything (4 pairs)",
		"opens   2 findings, 1 of them undecided", "i? NW07 Network policies are not enforced", "closes  7 findings, 2 of them undecided", "i~ NW05 Cloud metadata")
	// A way to the name servers opens where there was none.
	w.Apply(viewtest.Objects(t, []byte(`
apiVersion: v1
kind: Pod
metadata: {name: dns, namespace: kube-system, uid: dns, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: dns, image: dns, ports: [{containerPort: 53, protocol: UDP}]}]}
status: {phase: Running, podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop, uid: deny}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
`))...)
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{"NW19/apps/Deployment/shop/web"}, true), 200, 60)
	d.has("network opens 2 pairs of pods", "- shop (app=web) → kube-system (k8s-app=kube-dns): TCP 53 UDP 53 (2 pairs)", "        closes no pair of pods")
}

func TestPointer(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged, hostPath, account, web}, false), 120, 20)
	d.run(d.screen.Click(5, 4))
	d.has("▸ 2 · patch")
	d.run(d.screen.Click(5, 6))
	d.has("▸ 3 ! patch")
	d.screen.Wheel(5, 4, -1)
	d.has("▸ 2 · patch")
	d.screen.Wheel(5, 4, 1)
	d.screen.Resize(120, 9)
	d.run(d.screen.Click(100, 5))
	before := d.screen.Position()
	d.screen.Wheel(100, 5, 3)
	if d.screen.Position() == before {
		t.Error("the wheel did not move the difference")
	}
	d.screen.Resize(120, 20)
	d.run(d.screen.Click(5, 15))
	before = d.screen.Position()
	d.screen.Wheel(5, 15, 3)
	if d.screen.Position() == before {
		t.Error("the wheel did not move the effects")
	}
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged, web}, false), 80, 24)
	d.run(d.screen.Click(5, 4))
	d.has("▸ 2 · patch")
	d.run(d.screen.Click(5, 20))
	if !strings.HasPrefix(d.screen.Position(), "1-") {
		t.Errorf("a click on the difference leads to %s", d.screen.Position())
	}
}

func TestHostileCluster(t *testing.T) {
	const evil = "\x1b[31m\x1b]0;owned\x07\u202e\u200b"
	w, shared := watch(t)
	long := strings.Repeat(evil+"x", 1<<18/20)
	o := helper(t, "backup:2", "backup:2")
	o.SetAnnotations(map[string]string{"meta.helm.sh/release-name": long, "meta.helm.sh/release-namespace": evil})
	c := o.Object["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
	c["image"], c["args"] = "busybox"+evil, []any{evil + long}
	w.Apply(o)
	for _, width := range []int{60, 120} {
		d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged, hostPath}, false), width, 30)
		for range 3 {
			for range 40 {
				drawn := d.screen.View()
				viewtest.Exact(t, drawn, width, 30)
				for _, r := range ansi.Strip(drawn) {
					if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
						t.Fatalf("%U is drawn", r)
					}
				}
				if strings.Contains(drawn, "\x1b]") || strings.Contains(drawn, "[31m\x1b]") {
					t.Fatal("a raw sequence is drawn")
				}
				d.screen.Wheel(width-2, 25, 20)
			}
			d.do(keys.NextPane)
		}
	}
}

// sizesOnTheWay draws the questions and the answers of a plan in all sizes, with texts of the server that are hostile.
func sizesOnTheWay(t *testing.T) {
	evil := strings.Repeat("\x1b[31m\x1b]0;owned\x07\u202e\u200bx", 3000)
	ids := []string{privileged, hostPath, account, web}
	all := func(d *driver) {
		t.Helper()
		for width := 1; width <= 220; width += 31 {
			for height := 1; height <= 60; height += 13 {
				d.screen.Resize(width, height)
				drawn := d.screen.View()
				viewtest.Exact(t, drawn, width, height)
				for _, r := range ansi.Strip(drawn) {
					if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
						t.Fatalf("%U is drawn", r)
					}
				}
			}
		}
		d.screen.Resize(120, 40)
	}
	w, ledger, d := begin(t, 120, 40, ids...)
	for i := range 3 {
		w.Server.Faults = append(w.Server.Faults, model.Check{
			Rung: model.RungDryRun, Step: i, Outcome: model.Outcome(i + 1), Cause: model.Cause(evil), Message: evil, Warnings: slices.Repeat([]string{evil}, 500),
			Conflicts: slices.Repeat([]model.Conflict{{Manager: evil, Operation: evil, Path: evil}}, 500),
		})
	}
	w.Server.Faults = append(w.Server.Faults, model.Check{Rung: model.RungApplied, Step: 2, Outcome: model.Failed, Cause: model.CauseRefused, Message: evil})
	d.press("Dry-run")
	all(d)
	for i := range 3 {
		d.run(d.screen.Click(5, 2+2*i))
		all(d)
	}
	d.do(keys.Wide)
	all(d)
	d.do(keys.Wide)
	// What has failed cannot be written.
	w.Server.Faults = slices.Delete(w.Server.Faults, 2, 3)
	d.do(keys.Redraw)
	d.press("Apply")
	all(d)
	d.press("Write 3")
	d.answer("apply")
	d.has("STOPPED")
	all(d)
	d.press("Undo")
	all(d)
	shared := w.Shared()
	shared.Session = w
	all(open(t, w.Session, plan.NewUndo(shared, ledger, ledger.Deeds()[0]), 120, 40))
	w.Server.Away = errors.New(evil)
	_, _, d = begin(t, 120, 40, ids...)
	all(d)
	_, _, d = propose(t, evil, 120, 40)
	all(d)
	_, _, d = propose(t, proposed+evil, 120, 40)
	all(d)
}

func TestSizesAndLooks(t *testing.T) {
	w, shared := watch(t)
	for _, ids := range [][]string{{privileged}, {privileged, hostPath, account, web, naked}, {naked}, {"gone"}, nil} {
		d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, ids, false), 120, 40)
		w.Apply(helper(t, "backup:2", "backup:3"))
		d.show(w.Session)
		for range 3 {
			for width := 1; width <= 220; width += 3 {
				for height := 1; height <= 60; height += 4 {
					d.screen.Resize(width, height)
					viewtest.Exact(t, d.screen.View(), width, height)
				}
			}
			d.do(keys.NextPane)
		}
		w.Apply(helper(t, "backup:2", "backup:2"))
	}
	sizesOnTheWay(t)
	d := open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{privileged, hostPath, account, web, naked}, false), 120, 40)
	shared.Glyphs = theme.NewGlyphs(true)
	shared.Theme = theme.New(theme.Options{NoColor: true})
	d.screen.Restyle()
	for _, r := range d.text() {
		if r > '~' {
			t.Fatalf("%q in ASCII", r)
		}
	}
}
