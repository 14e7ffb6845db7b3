package fixtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/engine"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/ladder"
	"canopy/model"
	"canopy/model/undo"
)

// climb takes the fix of a scene up the ladder and down again.
type climb struct {
	*testing.T
	s     *stage
	scene *scene
	asked []*model.Finding
	fix   *remedy.Fix
	// before are the ids of all findings of the scene.
	before  []string
	seen    *engine.Preview
	trial   *model.Trial
	applied model.Applied
	undo    model.Plan
	// objects are those that the plan touches and those of the scene, as they were before.
	objects map[model.Ref]*unstructured.Unstructured
}

// ladder climbs with the fix of one scene, once its objects have come to rest.
func (s *stage) ladder(t *testing.T, one *scene) {
	t.Helper()
	c := &climb{T: t, s: s, scene: one}
	c.find()
	c.fix = s.fix(t, c.asked...)
	c.tell()
	c.inPlace()
	if len(c.fix.Documents) == 0 {
		s.tried.add(one.rule, attempt{told: true})
		return
	}
	c.preview()
	c.rehearse()
	c.photograph()
	c.carryOut()
	c.compare()
	c.ended()
	c.takeBack()
	s.tried.add(one.rule, attempt{closed: len(c.closes()) > 0, told: len(c.fix.Notes) > 0})
	if t.Failed() {
		c.Log(c.text())
	}
}

func (c *climb) text() string {
	var b strings.Builder
	if err := c.fix.WriteYAML(&b); err != nil {
		return err.Error()
	}
	return b.String()
}

// find waits for the finding of the scene, and until nothing moves.
func (c *climb) find() {
	c.Helper()
	in := c.scene.scope()
	c.s.rest(c.T, in)
	c.s.until(c.T, "a finding of "+c.scene.rule, func() bool {
		c.asked = nil
		for f := range c.s.engine.Report().Findings.All() {
			if c.scene.shows(f) {
				c.asked = append(c.asked, f)
			}
		}
		return len(c.asked) > 0
	})
	c.before = c.s.ids(in)
}

// tell holds that every finding which no document ends has a reason and steps.
func (c *climb) tell() {
	c.Helper()
	closes := c.closes()
	for _, f := range c.asked {
		i := slices.IndexFunc(c.fix.Notes, func(n remedy.Note) bool { return n.Finding == f.ID })
		switch {
		case slices.Contains(closes, f.ID):
		case i < 0:
			c.Fatalf("%s has neither a document that ends it nor a note:\n%s", f.ID, c.text())
		case c.fix.Notes[i].Reason == "" || len(c.fix.Notes[i].Steps) == 0:
			c.Errorf("the note of %s has no reason or no steps: %+v", f.ID, c.fix.Notes[i])
		}
	}
}

// closes lists what the documents say that they end.
func (c *climb) closes() []string {
	var ids []string
	for _, d := range c.fix.Documents {
		ids = append(ids, d.Closes...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// preview plays the fix in memory.
func (c *climb) preview() {
	c.Helper()
	var err error
	if c.seen, err = c.s.engine.WhatIf(c.Context(), c.fix.Plan); err != nil {
		c.Fatalf("what-if: %v\n%s", err, c.text())
	}
	if missing := without(c.closes(), named(c.seen.Closed)); len(missing) > 0 {
		c.Errorf("the fix says that these end and the preview does not: %v", missing)
	}
}

// rehearse asks the server without changing anything.
func (c *climb) rehearse() {
	c.Helper()
	var heard []model.Check
	trial, err := c.steps().Climb(c.Context(), c.fix.Plan, model.RungSyntheticPod, func(k model.Check) { heard = append(heard, k) })
	c.judge("rehearsal", trial.Checks, err)
	c.trial = trial
	for _, rung := range []model.Rung{model.RungPermitted, model.RungDryRun} {
		of := func(k model.Check) bool { return k.Rung == rung }
		for i := range c.fix.Plan.Steps {
			if !slices.ContainsFunc(trial.Checks, func(k model.Check) bool { return of(k) && k.Step == i }) {
				c.Errorf("%s: nothing is said of step %d", rung, i+1)
			}
		}
		if !slices.ContainsFunc(heard, of) {
			c.Errorf("%s: nothing was told on the way", rung)
		}
	}
	if len(trial.Steps) != len(c.fix.Plan.Steps) {
		c.Errorf("%d steps were tried of %d", len(trial.Steps), len(c.fix.Plan.Steps))
	}
	if c.Failed() {
		c.Fatalf("not carried out:\n%s", c.text())
	}
}

// steps is the ladder as the program uses it.
func (c *climb) steps() *ladder.Ladder {
	l := ladder.New(c.s.engine, c.s.writer)
	l.Rollout, l.Verify = patience, patience
	return l
}

// judge holds that checks have passed, or could not be made since they need an earlier step.
func (c *climb) judge(rung string, checks []model.Check, err error) {
	c.Helper()
	if err != nil {
		c.Fatalf("%s: %v", rung, err)
	}
	for i := range checks {
		k := &checks[i]
		switch {
		case k.Outcome == model.Passed, k.Outcome == model.Warned:
		case k.Outcome == model.Untestable && k.Cause == model.CauseEarlier && k.Step > 0:
		default:
			c.Errorf("%s: %s", rung, told(k))
		}
	}
}

func told(k *model.Check) string {
	return fmt.Sprintf("step %d %s (%s): %s %v %v", k.Step+1, k.Outcome, k.Cause, k.Message, k.Warnings, k.Conflicts)
}

// photograph keeps what is there before.
func (c *climb) photograph() {
	c.Helper()
	c.objects = map[model.Ref]*unstructured.Unstructured{}
	for _, step := range c.fix.Plan.Steps {
		c.objects[step.Ref] = c.s.get(c.T, step.Ref)
	}
	for _, o := range c.scene.objects {
		ref := refOf(o)
		if _, ok := c.objects[ref]; !ok {
			c.objects[ref] = c.s.get(c.T, ref)
		}
	}
}

// refOf names an object.
func refOf(o *unstructured.Unstructured) model.Ref {
	gvk := o.GroupVersionKind()
	return model.Ref{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind, Namespace: o.GetNamespace(), Name: o.GetName()}
}

// carryOut applies the fix as it was tried, waits until it has rolled out, and has the findings looked at again.
func (c *climb) carryOut() {
	c.Helper()
	applied, err := c.steps().CarryOut(c.Context(), c.fix.Plan, c.trial, c.closes(), nil)
	c.applied, c.undo = applied, applied.Undo
	if err != nil {
		c.Errorf("%v\n%s", err, c.text())
	}
	c.judge("carried out", applied.Checks, nil)
	if slices.Contains(applied.Done, false) || len(applied.Done) != len(c.fix.Plan.Steps) {
		c.Errorf("done: %v of %d steps", applied.Done, len(c.fix.Plan.Steps))
	}
	if worst, ok := model.Worst(applied.Checks, model.RungVerified); len(c.closes()) > 0 && (!ok || worst != model.Passed) || len(applied.Remaining) > 0 {
		c.Errorf("not verified: %v %v", worst, applied.Remaining)
	}
	c.s.rest(c.T, c.scene.scope())
}

// follow waits for the rollout of a plan, and then until nothing moves.
func (c *climb) follow(plan model.Plan) {
	c.Helper()
	ctx, stop := context.WithTimeout(c.Context(), patience)
	defer stop()
	checks, err := c.s.writer.Watch(ctx, plan, nil)
	c.judge("watch", checks, err)
	c.s.rest(c.T, c.scene.scope())
}

// ended holds that just those findings of the scene have ended and begun that were foretold.
func (c *climb) ended() {
	c.Helper()
	in := c.scene.scope()
	want := slices.Concat(without(c.before, named(c.seen.Closed)), without(within(in, c.seen.Opened), c.before))
	slices.Sort(want)
	var have []string
	if !eventually(func() bool { have = c.s.ids(in); return slices.Equal(have, want) }) {
		c.Errorf("after it was carried out: foretold and not so %v; so and not foretold %v", without(want, have), without(have, want))
	}
	report := c.s.engine.Report()
	for _, f := range c.asked {
		said, gone := slices.Contains(c.closes(), f.ID), report.Findings.Get(f.ID) == nil
		if said && !gone {
			c.Errorf("%s goes on", f.ID)
		}
		if !said && gone {
			c.Errorf("%s has ended, and no document says so", f.ID)
		}
	}
}

// within gives the ids of findings that are in a scope.
func within(in scope, list []*model.Finding) []string {
	var ids []string
	for _, f := range list {
		if in.holds(f.Object) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// gone lists the Secrets that the plan deletes, or of which it takes kubectl's copy of the values away.
func (c *climb) gone() []model.Ref {
	var list []model.Ref
	for _, step := range c.fix.Plan.Steps {
		if step.Ref.Kind == "Secret" && (step.Verb == model.Delete || strings.Contains(string(step.Body), "last-applied-configuration")) {
			list = append(list, step.Ref)
		}
	}
	return list
}

// takeBack undoes it, and holds that all is as it was.
func (c *climb) takeBack() {
	c.Helper()
	if gone := c.gone(); len(c.undo.Steps) == 0 && len(gone) == len(c.fix.Plan.Steps) {
		// A Secret whose values were never read comes back by nobody, and this was told.
		if !slices.ContainsFunc(c.applied.Checks, func(k model.Check) bool {
			return k.Outcome == model.Warned && strings.Contains(k.Message, "gone for good")
		}) || !strings.Contains(c.undo.Title, "cannot be taken back") {
			c.Errorf("nobody is told that Secrets do not come back: %q %v", c.undo.Title, c.applied.Checks)
		}
		return
	}
	if len(c.undo.Steps) == 0 {
		c.Fatal("there is no undo")
	}
	if _, err := c.s.writer.Apply(c.Context(), c.undo, nil, nil); err != nil {
		c.Fatalf("undo: %v", err)
	}
	if c.scene.name == "PS09-refused" {
		// What was refused before is refused again.
		c.s.stuck(c.T, c.undo, "allowPrivilegeEscalation")
		c.s.rest(c.T, c.scene.scope())
	} else {
		c.follow(c.undo)
	}
	c.same()
}

// same holds that all objects and findings are as they were.
func (c *climb) same() {
	c.Helper()
	for ref, before := range c.objects {
		now := c.s.get(c.T, ref)
		if diff := difference(undo.Strip(before), undo.Strip(now)); diff != "" {
			c.Errorf("after the undo %s is not as it was: %s", ref, diff)
		}
	}
	var have []string
	if !eventually(func() bool { have = c.s.ids(c.scene.scope()); return slices.Equal(have, c.before) }) {
		c.Errorf("after the undo: not back %v; new %v", without(c.before, have), without(have, c.before))
	}
}
