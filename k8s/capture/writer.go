package capture

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// errChanged tells that an object is not as it was when a plan was tried.
var errChanged = errors.New("it is not as it was when the plan was tried; try it again")

// errForeign tells that others have changed what a step would take back.
var errForeign = errors.New("whether there is anything to take back is not clear, since somebody else has changed the same fields: look at the object")

// told makes a function that keeps checks and tells of them.
func told(list *[]model.Check, progress func(model.Check)) func(model.Check) {
	return func(c model.Check) {
		*list = append(*list, c)
		if progress != nil {
			progress(c)
		}
	}
}

// MayI permits everything: nobody guards a cluster in memory.
func (s *Source) MayI(_ context.Context, plan model.Plan) ([]model.Check, error) {
	list := make([]model.Check, len(plan.Steps))
	for i := range list {
		list[i] = model.Check{Rung: model.RungPermitted, Step: i}
	}
	return list, nil
}

// DryRun carries a plan out on a copy that is thrown away. Steps that come after one that fails are tried on what there is
// without it.
func (s *Source) DryRun(ctx context.Context, plan model.Plan, progress func(model.Check)) (*model.Trial, error) {
	trial := &model.Trial{Steps: make([]model.StepTrial, len(plan.Steps))}
	tell := told(&trial.Checks, progress)
	s.mu.Lock()
	defer s.mu.Unlock()
	over := overlay{source: s, changed: map[key]*object{}}
	for i, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return trial, err
		}
		check := model.Check{Rung: model.RungDryRun, Step: i}
		before, err := s.whole(over.get(keyOf(step.Ref)))
		if err != nil {
			return trial, err
		}
		t := &trial.Steps[i]
		t.Fingerprint = undo.FingerprintFor(step, before)
		t.Before = s.masked(before)
		left, err := over.leftOut(step)
		if left {
			t.After = t.Before
			check.Message = neverDone
			tell(check)
			continue
		}
		barred := mask.Barred(step)
		if barred != nil && !isSecret(step.Ref) {
			err = barred
		}
		var now *object
		if err == nil {
			now, _, err = over.do(step)
		}
		if err != nil {
			check.Outcome, check.Cause, check.Message = model.Failed, causeOf(err), err.Error()
			tell(check)
			continue
		}
		after, err := s.whole(now)
		if err != nil {
			return trial, err
		}
		t.After = s.masked(after)
		if barred != nil {
			// Values of Secrets are never read, so what comes of it can be looked at with masks only.
			check.Outcome, check.Warnings = model.Warned, []string{mask.Sentence(barred)}
		}
		over.changed[keyOf(refOf(step, now))] = now
		tell(check)
	}
	return trial, nil
}

// Apply carries a plan out in memory, hands the changes to every run, and gives the plan that undoes it. The progress function is
// called while the source is free for others.
func (s *Source) Apply(ctx context.Context, plan model.Plan, trial *model.Trial, progress func(model.Check)) (model.Applied, error) {
	done := model.Applied{Undo: model.Plan{Title: "Undo: " + plan.Title}, Done: make([]bool, len(plan.Steps))}
	tell := told(&done.Checks, progress)
	fail := func(i int, err error) (model.Applied, error) {
		failed, ok := errors.AsType[*model.StepError](err)
		if !ok {
			failed = &model.StepError{Step: i, Ref: plan.Steps[i].Ref, Cause: causeOf(err), Message: err.Error(), Err: err}
		}
		tell(model.Check{Rung: model.RungApplied, Step: i, Outcome: model.Failed, Cause: failed.Cause, Message: failed.Message})
		return done, failed
	}
	if e, ok := errors.AsType[*model.StepError](mask.Gate(plan)); ok {
		return fail(e.Step, e)
	}
	keep := func(i int, back []model.Step) model.Plan {
		p := model.Plan{Title: done.Undo.Title, Steps: slices.Concat(back, done.Undo.Steps)}
		if progress != nil {
			progress(model.Check{Rung: model.RungApplied, Step: i, Undo: &p})
		}
		return p
	}
	for i, step := range plan.Steps {
		var fingerprint *string
		if trial != nil && i < len(trial.Steps) {
			fingerprint = &trial.Steps[i].Fingerprint
		}
		// It is worked out first, for the way back to be kept before the step is done.
		d, err := s.carryOut(ctx, step, fingerprint, false)
		if err != nil {
			return fail(i, err)
		}
		check := model.Check{Rung: model.RungApplied, Step: i}
		if d.left {
			check.Message = neverDone
		} else {
			keep(i, doubted(d.back))
			d, err = s.carryOut(ctx, step, fingerprint, true)
			done.Undo = keep(i, d.back)
			if err != nil {
				return fail(i, err)
			}
		}
		done.Done[i] = true
		tell(check)
	}
	return done, nil
}

// Watch returns at once: no controller runs in memory, so that nothing rolls out.
func (s *Source) Watch(context.Context, model.Plan, func(model.Check)) ([]model.Check, error) {
	return nil, nil
}

// whole gives an object as it is, for comparing; nil for none.
func (s *Source) whole(o *object) (*unstructured.Unstructured, error) {
	if o == nil {
		return nil, nil
	}
	tree, err := s.tree(o)
	if err != nil {
		return nil, err
	}
	return &unstructured.Unstructured{Object: tree}, nil
}

// masked makes an object one that may be shown.
func (s *Source) masked(u *unstructured.Unstructured) *unstructured.Unstructured {
	if u != nil {
		delete(u.Object, "status")
		mask.Object(u, s.maker.Inspector)
	}
	return u
}

// causeOf sorts what can go wrong in memory.
func causeOf(err error) model.Cause {
	switch {
	case errors.Is(err, model.ErrNotFound):
		return model.CauseMissing
	case errors.Is(err, ErrExists):
		return model.CauseExists
	case errors.Is(err, errChanged), errors.Is(err, errOther), errors.Is(err, errForeign):
		return model.CauseChanged
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return model.CauseOther
	}
	return model.CauseInvalid
}
