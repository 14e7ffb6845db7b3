package ladder

import (
	"context"
	"errors"
	"fmt"

	"canopy/model"
	"canopy/model/mask"
)

// CarryOut carries a plan out, waits for what it rolls out, and then until the newest report lacks the findings that it was to close,
// by id, which may be none. It writes to the cluster: only what the user has confirmed calls it. The trial is that of Climb, as far
// as RungDryRun at least, so that nothing is done to an object that has changed since; nil asks for no trial.
//
// The progress function gets what takes everything back before each step is sent and after; see model.Check. Nothing is sent of a
// plan that would write a mask in the place of a value.
//
// What was done, and what takes it back, is given in any case. An error tells that a step failed, of type *model.StepError, or that
// the context ended before it was known what came of it; that a rollout is stuck or a finding goes on is a check that failed.
func (l *Ladder) CarryOut(ctx context.Context, plan model.Plan, trial *model.Trial, closes []string, progress func(model.Check)) (model.Applied, error) {
	if trial != nil && len(trial.Steps) != len(plan.Steps) {
		return model.Applied{}, errOtherPlan
	}
	tell := told(progress)
	if e, ok := errors.AsType[*model.StepError](mask.Gate(plan)); ok {
		check := model.Check{Rung: model.RungApplied, Step: e.Step, Outcome: model.Failed, Cause: e.Cause, Message: e.Message}
		tell(check)
		applied := model.Applied{Done: make([]bool, len(plan.Steps)), Checks: []model.Check{check}}
		l.look(&applied, closes)
		return applied, e
	}
	applied, err := l.writer.Apply(ctx, plan, trial, tell)
	if err != nil {
		l.look(&applied, closes)
		return applied, err
	}
	checks, err := l.watch(ctx, plan, tell)
	applied.Checks = append(applied.Checks, checks...)
	if err != nil {
		l.look(&applied, closes)
		return applied, err
	}
	check, at, err := l.verify(ctx, closes)
	applied.Remaining, applied.Undecided = at.remaining, at.undecided
	if err == nil {
		applied.Checks = append(applied.Checks, check)
		tell(check)
	}
	return applied, err
}

// watch waits for the rollouts, with an end.
func (l *Ladder) watch(ctx context.Context, plan model.Plan, tell func(model.Check)) ([]model.Check, error) {
	watch, cancel := context.WithTimeout(ctx, l.Rollout)
	defer cancel()
	checks, err := l.writer.Watch(watch, plan, tell)
	if ctx.Err() != nil {
		return checks, ctx.Err()
	}
	check := model.Check{Rung: model.RungApplied, Step: model.WholePlan}
	switch {
	case errors.Is(err, context.DeadlineExceeded) || err == nil && watch.Err() != nil:
		if worst, _ := model.Worst(checks, model.RungApplied); worst == model.Failed {
			// It was told already which one is stuck.
			return checks, nil
		}
		check.Outcome, check.Cause = model.Failed, model.CauseStuck
		check.Message = fmt.Sprintf("what was rolled out did not come to an end within %s", l.Rollout)
	case err != nil:
		check.Outcome, check.Cause = model.Untestable, model.CauseLost
		check.Message = "how the rollout goes could not be seen: " + err.Error()
	default:
		return checks, nil
	}
	tell(check)
	return append(checks, check), nil
}
