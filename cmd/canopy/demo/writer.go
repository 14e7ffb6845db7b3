package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"canopy/k8s/capture"
	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// Writer is how a user of the demo changes the cluster. What it writes goes to the source in memory, as in any capture; then the
// controllers of the demo follow, as those of a cluster would: owners whose template changed get new pods, what belonged to what
// was deleted goes, and admission has its say on new pods: Pod Security, accounts and their tokens, LimitRanges, but no quota and
// no webhook. All of that is done when Apply returns, in one step with what is played: the player writes nothing meanwhile,
// whether it is paused or not.
//
// An object that was written to by a Writer is the user's from then on, and so is what went with it: the player leaves it alone,
// though nodes reboot, and pods on them restart, as they would anywhere. All that is known of it stands with the player, so that
// any number of writers may be made. It is safe for use by many goroutines.
type Writer struct {
	source *capture.Source
	player *Player
	jungle *Jungle
}

var _ model.Writer = (*Writer)(nil)

// NewWriter gives the writer of a demo: of the source that was made of the jungle, on which the player plays. The player may run
// already, or later, or never.
func NewWriter(source *capture.Source, player *Player, jungle *Jungle) *Writer {
	return &Writer{source: source, player: player, jungle: jungle}
}

// MayI permits everything: nobody guards a cluster in memory.
func (w *Writer) MayI(ctx context.Context, plan model.Plan) ([]model.Check, error) {
	return w.source.MayI(ctx, plan)
}

// DryRun carries a plan out on a copy that is thrown away.
func (w *Writer) DryRun(ctx context.Context, plan model.Plan, progress func(model.Check)) (*model.Trial, error) {
	return w.source.DryRun(ctx, plan, progress)
}

// TryPods judges a pod of each template that a plan makes or changes.
func (w *Writer) TryPods(ctx context.Context, plan model.Plan, progress func(model.Check)) ([]model.Check, error) {
	return w.source.TryPods(ctx, plan, progress)
}

// Apply carries a plan out and lets the controllers follow. Where a step fails, they follow those before it.
func (w *Writer) Apply(ctx context.Context, plan model.Plan, trial *model.Trial, progress func(model.Check)) (model.Applied, error) {
	w.player.mutex.Lock()
	defer w.player.mutex.Unlock()
	s := w.player.open(w.jungle)
	s.tick(w.player.clock.Now())
	all := model.Applied{Undo: model.Plan{Title: "Undo: " + plan.Title}, Done: make([]bool, len(plan.Steps))}
	failed := mask.Gate(plan)
	if e, ok := errors.AsType[*model.StepError](failed); ok {
		check := model.Check{Rung: model.RungApplied, Step: e.Step, Outcome: model.Failed, Cause: e.Cause, Message: e.Message}
		all.Checks = append(all.Checks, check)
		if progress != nil {
			progress(check)
		}
		return all, failed
	}
	for i := range plan.Steps {
		tell := func(c model.Check) {
			c.Step = i
			if c.Undo == nil {
				all.Checks = append(all.Checks, c)
			} else {
				c.Undo = &model.Plan{Title: all.Undo.Title, Steps: slices.Concat(c.Undo.Steps, all.Undo.Steps)}
			}
			if progress != nil {
				progress(c)
			}
		}
		back, err := w.step(ctx, s, plan, i, trial, tell)
		all.Undo.Steps = slices.Concat(back, all.Undo.Steps)
		if failed = err; failed != nil {
			break
		}
		all.Done[i] = true
	}
	s.respond()
	if err := s.flush(w.source); err != nil && failed == nil {
		failed = fmt.Errorf("the controllers of the demo: %w", err)
	}
	return all, failed
}

// step does one step in the source and on the stage, and gives what takes it back.
func (w *Writer) step(ctx context.Context, s *stage, plan model.Plan, i int, trial *model.Trial, tell func(model.Check)) ([]model.Step, error) {
	step := plan.Steps[i]
	left := false
	if step.IfDone {
		at, err := w.source.Stand(step)
		// Where it is not clear the source says so.
		left = err != nil || at != undo.Fitting
	}
	var next object
	if !left {
		var err error
		if next, err = s.draft(step); err == nil {
			err = s.refuses(next)
		}
		if err != nil && !errors.Is(err, model.ErrNotFound) {
			e := &model.StepError{Step: i, Ref: step.Ref, Cause: model.CauseInvalid, Message: err.Error(), Err: err}
			if errors.Is(err, errRefused) {
				e.Cause = model.CauseRefused
			}
			tell(model.Check{Rung: model.RungApplied, Outcome: model.Failed, Cause: e.Cause, Message: e.Message})
			return nil, e
		}
	}
	one := model.Plan{Title: plan.Title, Steps: plan.Steps[i : i+1]}
	if trial != nil && i < len(trial.Steps) {
		trial = &model.Trial{Steps: trial.Steps[i : i+1]}
	} else {
		trial = nil
	}
	applied, err := w.source.Apply(ctx, one, trial, tell)
	if e, ok := errors.AsType[*model.StepError](err); ok {
		e.Step = i
	}
	if err == nil && !left {
		s.commit(step, next, func() bool { return w.cameBack(ctx, s, step.Ref) })
	}
	return applied.Undo.Steps, err
}

// cameBack tells that the source has brought back the very object that was deleted, and not one of its name.
func (w *Writer) cameBack(ctx context.Context, s *stage, ref model.Ref) bool {
	u, err := w.source.Get(ctx, ref)
	was := s.gone[place(ref)]
	return err == nil && was != nil && u.GetUID() == was.GetUID()
}

// Watch tells how the rollouts went, which ended before Apply did.
func (w *Writer) Watch(ctx context.Context, plan model.Plan, progress func(model.Check)) ([]model.Check, error) {
	w.player.mutex.Lock()
	defer w.player.mutex.Unlock()
	s := w.player.open(w.jungle)
	var list []model.Check
	for i := range plan.Steps {
		ref := plan.Steps[i].Ref
		o := s.find(ref)
		if o == nil || !rolls(o) || plan.Steps[i].Verb == model.Delete {
			continue
		}
		check := model.Check{Rung: model.RungApplied, Step: i, Message: "Its pods are those of the new template, and ready."}
		if why := s.stuck[place(ref)]; why != "" {
			check.Outcome, check.Cause, check.Message = model.Failed, model.CauseStuck, why
		}
		list = append(list, check)
		if progress != nil {
			progress(check)
		}
	}
	return list, ctx.Err()
}
