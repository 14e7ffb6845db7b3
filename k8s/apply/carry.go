package apply

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// Apply carries a plan out, step by step. Each object must still be as it was in the trial; what controllers write meanwhile,
// such as its status, does not count. A patch fits only the version of the object that was read just before, and a deletion
// only that object, so that nothing is written over unseen. Where the connection breaks while a step is carried out, the
// server is asked whether it was done; if it does not answer, the undo covers the step all the same, marked IfDone.
//
// Before a step is sent, and when it has ended, the progress function gets a check with what takes everything back by then; see
// model.Check. Nothing at all is sent of a plan that would write a mask.
func (w *Writer) Apply(ctx context.Context, plan model.Plan, trial *model.Trial, progress func(model.Check)) (model.Applied, error) {
	a := model.Applied{Undo: model.Plan{Title: "Undo: " + plan.Title}, Done: make([]bool, len(plan.Steps))}
	tell := told(&a.Checks, progress)
	if e, ok := errors.AsType[*model.StepError](mask.Gate(plan)); ok {
		tell(model.Check{Rung: model.RungApplied, Step: e.Step, Outcome: model.Failed, Cause: e.Cause, Message: e.Message})
		return a, e
	}
	known := map[model.Ref]*unstructured.Unstructured{}
	for i, step := range plan.Steps {
		l := ledger{title: plan.Title, step: i, undo: &a.Undo, progress: progress}
		c := carrier{Writer: w, step: step, ledger: &l, check: model.Check{Rung: model.RungApplied, Step: i}}
		if trial != nil && i < len(trial.Steps) {
			c.expected = &trial.Steps[i].Fingerprint
		}
		// An earlier step of the plan has changed it since.
		if now, ok := known[unversioned(step.Ref)]; ok {
			print := undo.FingerprintFor(step, now)
			c.expected = &print
		}
		err := ctx.Err()
		if err == nil {
			err = c.carryOut(ctx, tell)
		} else {
			err = state(model.CauseOther, "It was stopped before this step was begun.")
		}
		l.close(c.back, c.lasting)
		if err != nil {
			f := faultOf(err)
			failed := &model.StepError{Step: i, Ref: step.Ref, Cause: f.cause, Message: f.message, Err: err}
			c.check.Outcome, c.check.Cause, c.check.Message = model.Failed, f.cause, f.message
			tell(c.check)
			return a, failed
		}
		known[unversioned(step.Ref)] = c.now
		a.Done[i] = true
		tell(c.check)
	}
	return a, nil
}

// unversioned makes references to one object equal, whatever version they name.
func unversioned(ref model.Ref) model.Ref {
	ref.Version = ""
	return ref
}

// carrier carries one step out.
type carrier struct {
	*Writer
	step   model.Step
	ledger *ledger
	target target
	// expected is the fingerprint that the object must have; nil asks for none.
	expected *string
	check    model.Check
	// before and now are the object as it was and is; guess is what the server said it would become.
	before, now, guess *unstructured.Unstructured
	// back takes the step back; nil where nothing was done, or nothing can.
	back *model.Step
	// guessed is the version of the object that the guess was made from.
	guessed string
	// sent takes back what was sent last, nil where nothing does, or need; unsent says why nothing does.
	sent   *model.Step
	unsent error
	// doubt is the error of a write of which it is not known whether it was or will be carried out.
	doubt error
	// lasting tells that something was done which cannot be taken back.
	lasting bool
}

// carryOut does the step, and sees to what takes it back.
func (c *carrier) carryOut(ctx context.Context, tell func(model.Check)) error {
	var err error
	if c.target, err = c.find(ctx, c.step); err != nil {
		return untouched(err)
	}
	if err := c.look(ctx); err != nil {
		return untouched(err)
	}
	if c.step.IfDone {
		if left, err := c.leaveOut(); left || err != nil {
			c.now = c.before
			return err
		}
	}
	if words := c.target.farewell(); words != "" && c.step.Verb == model.Delete {
		warned := c.check
		warned.Outcome, warned.Message = model.Warned, words
		tell(warned)
	}
	return c.insist(ctx)
}

// look reads the object, and holds that it is as expected.
func (c *carrier) look(ctx context.Context) error {
	u, err := c.reading.get(ctx, c.target)
	if err != nil && c.step.Verb == model.Create && !lost(err) {
		// Who may make an object need not be allowed to read it.
		return nil
	}
	if err != nil {
		return err
	}
	print := undo.FingerprintFor(c.step, u)
	switch {
	case c.step.IfDone:
	case c.step.Verb == model.Create && u != nil:
		return state(model.CauseExists, "There is such an object already.")
	case c.step.Verb != model.Create && u == nil:
		return notThere(c.target)
	case c.expected != nil && *c.expected != print:
		return state(model.CauseChanged, "It is not as it was when the plan was tried: somebody has changed it since. Look at the plan again.")
	}
	if u != nil {
		if err := sameUID(c.step, u); err != nil && !c.step.IfDone {
			return err
		}
	}
	c.before, c.expected = u, &print
	return nil
}

// leaveOut tells whether a step that takes back what may never have happened has nothing to take back.
func (c *carrier) leaveOut() (bool, error) {
	words, err := moot(c.step, c.before)
	switch {
	case err != nil:
		return false, err
	case words == "":
		return false, nil
	}
	if c.check.Message = words; words != neverDone {
		c.check.Outcome = model.Warned
	}
	return true, nil
}

const neverDone = "There is nothing to take back: the step was never done."

// moot says why a step that takes back what may never have happened is left out; "" where it is to be done. The error tells that
// neither is clear.
func moot(step model.Step, before *unstructured.Unstructured) (string, error) {
	at, err := undo.Stand(step, before)
	switch {
	case err != nil:
		return "", state(model.CauseInvalid, "It does not say what it takes back: "+err.Error())
	case at == undo.Foreign:
		return "", state(model.CauseChanged, "Whether there is anything to take back is not clear: somebody else has changed the same fields. Look at the object.")
	case at == undo.Moot:
		return neverDone, nil
	case step.Verb == model.Delete && step.UID == "" && len(entries(before)) == 0:
		return "Somebody else has made this object; it stays.", nil
	}
	return "", nil
}
