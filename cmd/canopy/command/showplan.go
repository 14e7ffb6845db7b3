package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// showPlan tells on standard error what is going to be done.
func (r *run) showPlan(e *errand) {
	for i, s := range e.plan.Steps {
		r.warn(fmt.Sprintf("%d of %d: %s %s", i+1, len(e.plan.Steps), s.Verb, output.Word(s.Ref.String())))
		for _, line := range e.show(i) {
			r.warn("    " + line)
		}
	}
}

// showPreview tells on standard error what it would change.
func (r *run) showPreview(ctx context.Context, s *session, plan model.Plan) {
	p, err := s.whatIf(ctx, plan)
	if err != nil {
		r.warn("what-if: not evaluated: " + err.Error())
		return
	}
	r.warn(fmt.Sprintf("what-if: closes %s, opens %s, changes %s", findingCount(len(p.Closed)), findingCount(len(p.Opened)), findingCount(len(p.Changed))))
	for _, f := range p.Opened {
		r.warn("    opens " + f.ID + " " + f.Rule.Title)
	}
	for _, line := range output.Losses(p.Lost) {
		r.warn("    loses " + line)
	}
	for _, line := range output.PathShiftLines(output.PathNodes(p.PathsCut, true), output.PathNodes(p.PathsOpened, true)) {
		r.warn("    " + line)
	}
	for _, line := range output.ShiftLines(p.PairsOpened) {
		r.warn("    opens " + line)
	}
	for _, line := range output.ShiftLines(p.PairsClosed) {
		r.warn("    closes " + line)
	}
	for _, a := range p.Assumptions {
		r.warn("    assumes " + a)
	}
}

func findingCount(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprintf("%d findings", n)
}

// showTrial tells on standard error how the trial went: each rung, and each step of which there is something to read.
func (r *run) showTrial(plan model.Plan, trial *model.Trial) {
	var rungs []string
	for rung := model.RungPermitted; rung <= model.RungSyntheticPod; rung++ {
		if worst, climbed := model.Worst(trial.Checks, rung); climbed {
			rungs = append(rungs, rung.String()+" "+worst.String())
		}
	}
	for _, c := range trial.Checks {
		if c.Outcome != model.Passed {
			r.warn("    " + output.CheckLine(plan, c))
		}
	}
	if len(rungs) > 0 {
		r.warn("tried: " + strings.Join(rungs, ", "))
	}
}

// changeCount names a number of changes.
func changeCount(n int) string {
	if n == 1 {
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}

// sortedOnce gives a list sorted, each entry once.
func sortedOnce(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
