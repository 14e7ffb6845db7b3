// Package ladder takes a plan up the rungs that need the cluster itself, for the command line and the dashboard alike: may the
// user do it, a dry run, a pod of every template; then, once somebody has confirmed it, apply, rollout and proof.
package ladder

import (
	"context"
	"errors"
	"time"

	"canopy/model"
)

// Reports publishes what is known of the cluster, as the engine does.
type Reports interface {
	// Report is the newest report.
	Report() *model.Report
	// Subscribe gives a channel that holds a token whenever a report came out, and the function that ends it.
	Subscribe() (<-chan struct{}, func())
}

// Ladder takes plans up the rungs.
type Ladder struct {
	// Rollout bounds the wait for the owners whose pods are replaced, Verify the wait for findings to end after that.
	Rollout, Verify time.Duration

	reports Reports
	writer  model.Writer
}

// How long is waited where nobody says otherwise. A Deployment gives its own rollout up after ten minutes.
const (
	rolloutWait = 5 * time.Minute
	verifyWait  = 30 * time.Second
)

var errOtherPlan = errors.New("the trial is of another plan: try this one first")

// New gives a ladder that writes by a writer, and looks at what comes of it in the reports of the engine.
func New(engine Reports, writer model.Writer) *Ladder {
	return &Ladder{Rollout: rolloutWait, Verify: verifyWait, reports: engine, writer: writer}
}

// Climb asks the cluster about a plan without changing anything, up to a rung: RungPermitted, RungDryRun or RungSyntheticPod. A
// rung that fails keeps nothing from being asked that can be: whoever reads it wants to know all that stands against the plan.
// What is found is told as it is found, on this goroutine; progress may be nil. Where a question could not be asked, the trial holds
// what was found until then.
func (l *Ladder) Climb(ctx context.Context, plan model.Plan, to model.Rung, progress func(model.Check)) (*model.Trial, error) {
	tell := told(progress)
	trial := &model.Trial{}
	checks, err := l.writer.MayI(ctx, plan)
	trial.Checks = append(trial.Checks, checks...)
	for i := range checks {
		tell(checks[i])
	}
	if err != nil || to < model.RungDryRun {
		return trial, err
	}
	tried, err := l.writer.DryRun(ctx, plan, tell)
	if tried != nil {
		trial.Checks = append(trial.Checks, tried.Checks...)
		trial.Steps = tried.Steps
	}
	if err != nil || to < model.RungSyntheticPod {
		return trial, err
	}
	checks, err = l.writer.TryPods(ctx, plan, tell)
	trial.Checks = append(trial.Checks, checks...)
	return trial, err
}

// told gives a progress function that can be called.
func told(progress func(model.Check)) func(model.Check) {
	if progress == nil {
		return func(model.Check) {}
	}
	return progress
}
