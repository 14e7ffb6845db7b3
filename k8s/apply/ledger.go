package apply

import (
	"context"
	"slices"

	"canopy/model"
	"canopy/model/undo"
)

// ledger keeps what takes a plan back, and has it kept elsewhere before each step is sent.
type ledger struct {
	title string
	// step is the index of the one that is carried out.
	step     int
	undo     *model.Plan
	progress func(model.Check)
	// open tells that something was told before the step was sent.
	open bool
}

// ahead tells what takes the step back that is about to be sent, nil for nothing.
func (l *ledger) ahead(back *model.Step, lasting bool) {
	l.open = true
	l.tell(l.with(back, lasting))
}

// close puts down what takes the step back that has ended.
func (l *ledger) close(back *model.Step, lasting bool) {
	*l.undo = l.with(back, lasting)
	if l.open {
		l.tell(*l.undo)
	}
}

// with gives the undo with one more step, which comes first.
func (l *ledger) with(back *model.Step, lasting bool) model.Plan {
	p := *l.undo
	if back != nil {
		p.Steps = append([]model.Step{*back}, p.Steps...)
	}
	if lasting {
		p.Title = "Undo, but for what cannot be taken back: " + l.title
	}
	return p
}

func (l *ledger) tell(p model.Plan) {
	if l.progress != nil {
		p.Steps = slices.Clone(p.Steps)
		l.progress(model.Check{Rung: model.RungApplied, Step: l.step, Undo: &p})
	}
}

// announce has what takes the step back kept before it is sent. It gives an error where the user has stopped it by then, or
// whoever keeps it could not.
func (c *carrier) announce(ctx context.Context) error {
	back, err := c.inverse()
	c.sent, c.unsent = nil, err
	if err == nil && !undo.Idle(back) {
		back.IfDone = true
		c.sent = &back
	}
	c.ledger.ahead(c.sent, err != nil)
	if ctx.Err() != nil {
		return state(model.CauseOther, "It was stopped before this step was sent; nothing of it was done.")
	}
	return nil
}

// inverse gives what takes the step back once it is done, as far as that can be told before.
func (c *carrier) inverse() (model.Step, error) {
	switch c.step.Verb {
	case model.Create:
		// Its uid is not known.
		return model.Step{Verb: model.Delete, Ref: c.step.Ref}, nil
	case model.Delete:
		return undo.Invert(c.before, nil)
	}
	return undo.Invert(c.before, c.guess)
}
