package fixtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// faults carries out fixes of scenes while something goes wrong. The scenes are as they were when it ends.
func (s *stage) faults(t *testing.T, all []*scene) {
	on := func(name string) func(*testing.T) *climb {
		return func(t *testing.T) *climb {
			i := slices.IndexFunc(all, func(c *scene) bool { return c.name == name })
			c := &climb{T: t, s: s, scene: all[i]}
			c.find()
			c.fix = s.fix(t, c.asked...)
			c.preview()
			c.photograph()
			return c
		}
	}
	t.Run("changed since the trial", func(t *testing.T) { s.changedSince(t, on("PS09")) })
	t.Run("changed since the trial, in the last document", func(t *testing.T) { s.changedLast(t, on("LP07-edit")) })
	t.Run("written at the same moment", func(t *testing.T) { s.writtenMeanwhile(t, on("PS10")) })
	t.Run("gone since the trial", func(t *testing.T) { s.goneSince(t, on("NW06")) })
	t.Run("refused by a policy", func(t *testing.T) { s.refusedByPolicy(t, on("NW15")) })
	t.Run("pods refused by a policy", func(t *testing.T) { s.podsRefused(t, on("PS24")) })
	t.Run("refused by a webhook", func(t *testing.T) { s.refusedByWebhook(t, on("PS16")) })
	t.Run("forbidden", func(t *testing.T) { s.forbidden(t, on("PS01")) })
	t.Run("forbidden in part", func(t *testing.T) { s.forbiddenInPart(t, on("NW15")) })
	t.Run("answer lost", func(t *testing.T) { s.answerLost(t, on("NW03")) })
	t.Run("server stopped", func(t *testing.T) { s.serverStopped(t, on("NW02")) })
}

// failed holds that a plan failed at a step for a reason, and said so; what was done before is in the undo, and nothing else.
func failed(t *testing.T, applied *model.Applied, err error, step int, cause model.Cause, words ...string) {
	t.Helper()
	var e *model.StepError
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want one of a step", err)
	}
	if e.Step != step || e.Cause != cause {
		t.Errorf("step %d failed (%s): %s; want step %d (%s)", e.Step, e.Cause, e.Message, step, cause)
	}
	for _, w := range words {
		if !strings.Contains(e.Message, w) {
			t.Errorf("the message lacks %q: %s", w, e.Message)
		}
	}
	for i, done := range applied.Done {
		if done != (i < step) {
			t.Errorf("step %d done: %t", i, done)
		}
	}
	told := slices.ContainsFunc(applied.Checks, func(k model.Check) bool {
		return k.Step == step && k.Outcome == model.Failed && k.Cause == cause && k.Message == e.Message
	})
	if !told {
		t.Errorf("no check tells of it: %+v", applied.Checks)
	}
	if len(applied.Undo.Steps) < step {
		t.Errorf("the undo has %d steps for %d that were done", len(applied.Undo.Steps), step)
	}
	t.Log(e.Error())
}

// restore undoes what was done, and holds that all is as before.
func (c *climb) restore(applied *model.Applied) {
	c.Helper()
	c.applied, c.undo = *applied, applied.Undo
	if len(c.undo.Steps) > 0 {
		c.takeBack()
		return
	}
	c.same()
}

// trialOf has the server judge the plan, which has to pass.
func (c *climb) trialOf() *model.Trial {
	c.Helper()
	trial, err := c.s.writer.DryRun(c.Context(), c.fix.Plan, nil)
	if err != nil {
		c.Fatal(err)
	}
	c.judge("dry run", trial.Checks, nil)
	return trial
}

// object is what a ref names, for changes.
func object(ref model.Ref) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	u.SetAPIVersion(ref.APIVersion())
	u.SetKind(ref.Kind)
	u.SetNamespace(ref.Namespace)
	u.SetName(ref.Name)
	return u
}

// noted changes an object in the name of another manager, and back with nil.
func (c *climb) noted(ref model.Ref, value any) {
	c.Helper()
	if _, err := c.s.change(object(ref), "somebody", map[string]any{"metadata": map[string]any{"annotations": map[string]any{"example.com/note": value}}}); err != nil {
		c.Fatal(err)
	}
}

func (s *stage) changedSince(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	trial := c.trialOf()
	ref := c.fix.Plan.Steps[0].Ref
	c.noted(ref, "hello")
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, trial, nil)
	failed(t, &applied, err, 0, model.CauseChanged)
	c.noted(ref, nil)
	c.restore(&applied)
}

// changedLast changes the binding that is to be deleted once others have taken its place.
func (s *stage) changedLast(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	trial := c.trialOf()
	last := len(c.fix.Plan.Steps) - 1
	ref := c.fix.Plan.Steps[last].Ref
	c.noted(ref, "hello")
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, trial, nil)
	failed(t, &applied, err, last, model.CauseChanged)
	c.noted(ref, nil)
	c.restore(&applied)
}

// writtenMeanwhile lets a controller write the status of the object twenty times a second, which is no conflict.
func (s *stage) writtenMeanwhile(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	trial := c.trialOf()
	ref := c.fix.Plan.Steps[0].Ref
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; time.Sleep(pause) {
			n++
			condition := map[string]any{"type": "Busy", "status": "True", "reason": "Busy", "message": fmt.Sprint(n)}
			_, _ = s.change(object(ref), "somebody", map[string]any{"status": map[string]any{"conditions": []any{condition}}}, "status")
		}
		ended <- n
	}()
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, trial, nil)
	stop()
	if n := <-ended; n == 0 {
		t.Error("nobody has written")
	}
	if err != nil {
		t.Errorf("a status is no conflict: %v", err)
	}
	c.restore(&applied)
}

func (s *stage) goneSince(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	trial := c.trialOf()
	ref := c.fix.Plan.Steps[0].Ref
	policy := []*unstructured.Unstructured{c.objects[ref]}
	s.unload(t, policy)
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, trial, nil)
	failed(t, &applied, err, 0, model.CauseMissing)
	// Another of the same name has come.
	fresh := c.objects[ref].DeepCopy()
	for _, f := range []string{"uid", "resourceVersion", "managedFields", "creationTimestamp", "generation"} {
		unstructured.RemoveNestedField(fresh.Object, "metadata", f)
	}
	s.load(t, []*unstructured.Unstructured{fresh})
	applied, err = s.writer.Apply(t.Context(), c.fix.Plan, trial, nil)
	failed(t, &applied, err, 0, model.CauseChanged)
	c.restore(&applied)
}
