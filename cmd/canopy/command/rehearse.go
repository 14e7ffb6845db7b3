package command

import (
	"context"
	"errors"
	"io"

	"canopy/cmd/canopy/ladder"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

var (
	// errRung tells that a rung failed, which was printed.
	errRung = errors.New("a step would fail")
	// errUntestable tells that --strict holds.
	errUntestable = errors.New("--strict: not every step can be tested before it is done")
)

// Rehearsal is what canopy fix --dry-run=server prints, with what the change would come to where --preview asks for it.
type Rehearsal struct {
	*Preview
	Checks []output.Check `json:"checks"`
	// Rung is the highest up to which nothing failed.
	Rung int `json:"rung"`

	trial *model.Trial
}

// rehearsal is what is to be tried, and how to print it.
type rehearsal struct {
	format string
	strict bool
	// report is that of what was read.
	report *model.Report
	plan   model.Plan
	// preview gives what goes with it; nil for none.
	preview func() (*Preview, error)
}

// rehearse has the cluster judge a plan without keeping anything, and prints what it says.
func (r *run) rehearse(ctx context.Context, s *session, what rehearsal) error {
	l, err := s.ladder()
	if err != nil {
		return err
	}
	p, err := what.preview()
	if err != nil {
		return err
	}
	found := &Rehearsal{Preview: p}
	broken := found.climb(ctx, l, what.plan)
	if broken != nil && len(found.Checks) == 0 {
		return broken
	}
	if err := r.printAs(what.format, found, func(w io.Writer, style output.Style) error { return found.write(w, style) }); err != nil {
		return errors.Join(broken, err)
	}
	if broken != nil {
		return broken
	}
	return found.verdict(what.strict, what.report)
}

// climb has the cluster judge a plan. With an error it holds what was found until then.
func (f *Rehearsal) climb(ctx context.Context, l *ladder.Ladder, plan model.Plan) error {
	trial, err := l.Climb(ctx, plan, model.RungSyntheticPod, nil)
	if trial == nil {
		trial = &model.Trial{}
	}
	f.trial, f.Checks, f.Rung = trial, output.NewChecks(plan, trial.Checks), int(model.Highest(trial.Checks))
	return err
}

// write writes it for people.
func (f *Rehearsal) write(w io.Writer, style output.Style) error {
	if f.Preview != nil {
		if err := previewGrid(f.Preview).Write(w, style); err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	g := output.CheckGrid(f.Checks, style)
	g.Below = append(g.Below, output.RungLine(f.trial.Checks))
	return g.Write(w, style)
}

// verdict is the exit status. The report is that of what was read: what was not seen cannot be told of.
func (f *Rehearsal) verdict(strict bool, report *model.Report) error {
	untestable := false
	for i := range f.trial.Checks {
		switch f.trial.Checks[i].Outcome {
		case model.Failed:
			return errRung
		case model.Untestable:
			untestable = true
		}
	}
	switch {
	case strict && untestable:
		return errUntestable
	case strict && !output.Whole(report):
		return errIncomplete
	}
	return nil
}
