package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"canopy/cmd/canopy/ladder"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// errand is a plan that is about to be carried out on a cluster, once it was shown, tried and confirmed.
type errand struct {
	plan model.Plan
	// closes lists, by id, the findings that are to end.
	closes []string
	// show tells what there is to know of a step besides.
	show func(step int) []string
	// question is asked before, without the words that ask for an answer.
	question string
	format   string
	flags    *confirmFlags
}

// carryOut shows a plan, tries it, asks, carries it out, keeps what takes it back, and prints what came of it. What fails when it is
// tried is not begun.
func (r *run) carryOut(ctx context.Context, s *session, e *errand) error {
	l, err := s.ladder()
	if err != nil {
		return err
	}
	l.Rollout = e.flags.wait
	r.showPlan(e)
	r.showPreview(ctx, s, e.plan)
	trial, err := l.Climb(ctx, e.plan, model.RungSyntheticPod, nil)
	if ctx.Err() != nil {
		return &shortfall{text: "interrupted: nothing was written"}
	}
	if err != nil {
		return r.broken(e.format, newOutcome(s.source.Name, e, trial), err)
	}
	o := newOutcome(s.source.Name, e, trial)
	r.showChanges(e.plan, trial)
	if worst := o.worst(); worst == model.Failed {
		if err := r.printOutcome(e.format, o); err != nil {
			return err
		}
		return &shortfall{text: "nothing was written: a step would fail"}
	}
	r.showTrial(e.plan, trial)
	if !e.flags.yes {
		if err := r.confirm(ctx, e.question); err != nil {
			return err
		}
	}
	return r.writePlan(ctx, l, e, o, s)
}

// broken prints what a trial found until it could not go on, and gives the reason.
func (r *run) broken(format string, o *Outcome, failure error) error {
	if len(o.checks) == 0 {
		return failure
	}
	return errors.Join(r.printOutcome(format, o), failure)
}

// writePlan writes, from here on to the end: what was done is told whatever happens, and what takes it back is kept before each step
// is sent.
func (r *run) writePlan(ctx context.Context, l *ladder.Ladder, e *errand, o *Outcome, s *session) error {
	at, err := r.undoTime()
	if err != nil {
		return err
	}
	k, err := newKeeper(cmp.Or(e.flags.undo, undoName(at)), s.source.Name, at, r.warn)
	if err != nil {
		return fmt.Errorf("--undo: %w; nothing was written", err)
	}
	// Who reads what is told may go away; what was begun is ended all the same.
	signal.Ignore(syscall.SIGPIPE)
	defer signal.Reset(syscall.SIGPIPE)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	applied, failure := l.CarryOut(ctx, e.plan, o.trial, e.closes, func(c model.Check) {
		if c.Undo != nil {
			if k.keep(*c.Undo) != nil {
				// What cannot be taken back is not done.
				stop()
			}
			return
		}
		r.warn(output.CheckLine(e.plan, c))
	})
	o.take(applied)
	if o.Undo, err = k.end(applied.Undo); err != nil {
		// There is nothing worse to tell: it comes first, and the rest all the same.
		r.warn("canopy: what takes the changes back could not be kept: " + err.Error())
	}
	if err := r.printOutcome(e.format, o); err != nil {
		if o.Undo != nil {
			r.warn("canopy: take it back: " + o.undoCommand())
		}
		return err
	}
	if k.failure != nil {
		failure = fmt.Errorf("it was stopped, since what takes it back could not be kept: %w", k.failure)
	}
	return o.verdict(failure)
}

// undoTime is the moment in the name of an undo file.
func (r *run) undoTime() (time.Time, error) {
	clock, err := r.connect.Clock()
	if err != nil {
		return time.Time{}, err
	}
	return clock.Now(), nil
}
