package apply

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// DryRun has the server go through each step as if it were kept: the user's rights, the schema, defaults, admission and
// validation. Every step meets the cluster as it is now; one that needs what an earlier one makes is untestable, and one that
// takes back what may never have happened passes where there is nothing to take back. With an error, which tells that the
// server could not be reached, comes what was found before.
func (w *Writer) DryRun(ctx context.Context, plan model.Plan, progress func(model.Check)) (*model.Trial, error) {
	trial := &model.Trial{Steps: make([]model.StepTrial, len(plan.Steps))}
	tell := told(&trial.Checks, progress)
	for i, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return trial, err
		}
		check := model.Check{Rung: model.RungDryRun, Step: i}
		r, err := w.rehearse(ctx, step)
		trial.Steps[i] = r.trial(step, w.inspector)
		check.Warnings = slices.Concat(r.warnings, r.unwritten)
		if err != nil {
			check = judge(check, plan.Steps[:i], step, err)
			tell(check)
			if check.Cause == model.CauseLost {
				return trial, fmt.Errorf("%s: %w", step.Ref, err)
			}
			continue
		}
		if r.moot != "" {
			if check.Message = r.moot; r.moot != neverDone {
				check.Outcome = model.Warned
			}
			tell(check)
			continue
		}
		check.Conflicts = conflicts(r.before, r.after)
		if step.Verb == model.Delete {
			check.Warnings = append(check.Warnings, makers(r.before)...)
			if words := r.target.farewell(); words != "" {
				check.Warnings = append(check.Warnings, words)
			}
		}
		if len(check.Warnings) > 0 || len(check.Conflicts) > 0 {
			check.Outcome = model.Warned
		}
		tell(check)
	}
	return trial, nil
}

// rehearsal is what a dry run of one step shows, with all values: nothing for people.
type rehearsal struct {
	target        target
	before, after *unstructured.Unstructured
	warnings      []string
	// unwritten warns of what keeps the step from being carried out, though it can be tried.
	unwritten []string
	// moot says why the step is left out, since there is nothing to take back; "" where it is done.
	moot string
}

// rehearse makes a dry run of one step.
func (w *Writer) rehearse(ctx context.Context, step model.Step) (rehearsal, error) {
	var r rehearsal
	var err error
	if r.target, err = w.find(ctx, step); err != nil {
		return r, err
	}
	if err := mask.Barred(step); err != nil {
		if !r.target.secret() {
			return r, &statedError{fault{cause: model.CauseInvalid, message: mask.Sentence(err)}, err}
		}
		// Values of Secrets are never read, so what comes of it can be looked at with masks only.
		r.unwritten = []string{mask.Sentence(err)}
	}
	if step.IfDone {
		if r.before, err = w.reading.get(ctx, r.target); err != nil {
			return r, err
		}
		if r.moot, err = moot(step, r.before); r.moot != "" || err != nil {
			r.after = r.before
			return r, err
		}
	}
	if step.Verb != model.Create {
		if r.before, err = w.reading.get(ctx, r.target); err != nil {
			return r, err
		}
		if r.before == nil {
			return r, notThere(r.target)
		}
		if err := sameUID(step, r.before); err != nil {
			return r, err
		}
	}
	a, err := w.rehearsing.send(ctx, r.target, step, r.before)
	r.after, r.warnings = a.object, a.warnings
	return r, err
}

// send makes the one write of a step. The object before is that which a deletion is for.
func (c *connection) send(ctx context.Context, t target, step model.Step, before *unstructured.Unstructured) (answer, error) {
	switch step.Verb {
	case model.Create:
		return c.create(ctx, t, step.Body)
	case model.Patch:
		return c.patch(ctx, t, step.PatchType, step.Body)
	case model.Delete:
		return c.remove(ctx, t, before)
	}
	return answer{}, fmt.Errorf("unknown verb %q", step.Verb)
}

// trial gives what may be shown of a rehearsal.
func (r *rehearsal) trial(step model.Step, inspector model.Inspector) model.StepTrial {
	s := model.StepTrial{Before: shown(r.before, inspector), After: shown(r.after, inspector), Fingerprint: undo.FingerprintFor(step, r.before)}
	if r.after != nil && r.moot == "" && step.Verb != model.Delete {
		s.Besides = besides(r.before, r.after, step)
	}
	return s
}

// shown gives a copy of an object that people may see.
func shown(u *unstructured.Unstructured, inspector model.Inspector) *unstructured.Unstructured {
	if u == nil {
		return nil
	}
	u = u.DeepCopy()
	u.SetManagedFields(nil)
	delete(u.Object, "status")
	mask.Object(u, inspector)
	return u
}
