package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// Outcome is what canopy fix --apply and canopy undo print.
type Outcome struct {
	// Context is what was written to.
	Context string     `json:"context"`
	Steps   []DoneStep `json:"steps"`
	// Checks are those of all rungs that were climbed, Rung the highest up to which nothing failed.
	Checks []output.Check `json:"checks"`
	Rung   int            `json:"rung"`
	// Closed, Remaining and Unknown list, by id, the findings that were to end: those that have, those that go on, and those of which
	// nobody can say, since what their rules need is not seen.
	Closed    []string `json:"closed"`
	Remaining []string `json:"remaining"`
	Unknown   []string `json:"unknown"`
	// Undo is the file that takes the changes back; null where there is nothing to take back.
	Undo *string `json:"undo"`

	plan    model.Plan
	trial   *model.Trial
	checks  []model.Check
	closes  []string
	written bool
}

// DoneStep is a step, and whether it was done.
type DoneStep struct {
	Step
	Done bool `json:"done"`
}

// newOutcome is that of a plan that was tried and no more.
func newOutcome(context string, e *errand, trial *model.Trial) *Outcome {
	o := &Outcome{Context: context, Steps: []DoneStep{}, Closed: []string{}, Unknown: []string{}, Remaining: append([]string{}, e.closes...), plan: e.plan, trial: trial, closes: e.closes}
	for _, s := range e.plan.Steps {
		o.Steps = append(o.Steps, DoneStep{Step: Step{s.Verb, s.Ref, string(s.PatchType)}})
	}
	o.judge(trial.Checks)
	return o
}

func (o *Outcome) judge(checks []model.Check) {
	o.checks = append(o.checks, checks...)
	o.Checks, o.Rung = output.NewChecks(o.plan, o.checks), int(model.Highest(o.checks))
}

// take takes what came of carrying the plan out.
func (o *Outcome) take(applied model.Applied) {
	o.written = true
	for i, done := range applied.Done {
		if i < len(o.Steps) {
			o.Steps[i].Done = done
		}
	}
	o.judge(applied.Checks)
	o.Remaining = append([]string{}, applied.Remaining...)
	o.Unknown = append([]string{}, applied.Undecided...)
	for _, id := range o.closes {
		if !slices.Contains(o.Remaining, id) && !slices.Contains(o.Unknown, id) {
			o.Closed = append(o.Closed, id)
		}
	}
}

// worst is the worst outcome so far.
func (o *Outcome) worst() model.Outcome {
	worst := model.Passed
	for i := range o.checks {
		worst = max(worst, o.checks[i].Outcome)
	}
	return worst
}

// done counts the steps that were done.
func (o *Outcome) done() int {
	n := 0
	for i := range o.Steps {
		if o.Steps[i].Done {
			n++
		}
	}
	return n
}

// printOutcome prints it.
func (r *run) printOutcome(format string, o *Outcome) error {
	return r.printAs(format, o, func(w io.Writer, style output.Style) error { return o.grid(style).Write(w, style) })
}

// grid is a table for people: of what was written the rungs that come with that, else those that were tried.
func (o *Outcome) grid(style output.Style) *output.Grid {
	shown := o.Checks
	if o.written && !style.Wide {
		shown = slices.DeleteFunc(slices.Clone(shown), func(c output.Check) bool { return c.Rung < int(model.RungApplied) })
	}
	g := output.CheckGrid(shown, style)
	g.Below = append(g.Below, output.RungLine(o.checks))
	if !o.written {
		g.Below = append(g.Below, "nothing was written")
		return g
	}
	g.Below = append(g.Below, fmt.Sprintf("%d of %d steps done on %s", o.done(), len(o.Steps), output.Word(o.Context)))
	for _, id := range o.Closed {
		g.Below = append(g.Below, "closed: "+id)
	}
	for _, id := range o.Remaining {
		g.Below = append(g.Below, "goes on: "+id)
	}
	for _, id := range o.Unknown {
		g.Below = append(g.Below, "unknown whether it has ended: "+id)
	}
	if o.Undo != nil {
		g.Below = append(g.Below, "take it back: "+o.undoCommand())
	}
	return g
}

// undoCommand is the command that takes it back.
func (o *Outcome) undoCommand() string { return "canopy undo " + shellWord(*o.Undo) }

// shellWord gives a word as a shell takes it.
func shellWord(s string) string {
	if output.Word(s) == s && !strings.HasPrefix(s, "-") && !strings.ContainsAny(s, "*~=") {
		return s
	}
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// verdict says what did not come about, with the way back; nil where all did.
func (o *Outcome) verdict(failure error) error {
	var said []string
	var step *model.StepError
	switch {
	case errors.As(failure, &step):
		said = append(said, fmt.Sprintf("step %d of %d, %s, failed: %s", step.Step+1, len(o.Steps), output.Word(step.Ref.String()), step.Message))
	case failure != nil:
		said = append(said, "what came of it is not known: "+failure.Error())
	case o.worst() == model.Failed:
		for i := range o.Checks {
			if c := &o.Checks[i]; c.Outcome == "failed" {
				said = append(said, c.Name+": "+c.Message)
				break
			}
		}
	case len(o.Remaining) > 0:
		said = append(said, findingCount(len(o.Remaining))+" that were to end go on")
	case len(o.Unknown) > 0:
		return errUndecided
	default:
		return nil
	}
	said = append(said, fmt.Sprintf("%d of %d steps were done", o.done(), len(o.Steps)))
	if o.Undo != nil {
		said = append(said, "take them back with "+o.undoCommand())
	}
	return &shortfall{text: strings.Join(said, "; ")}
}
