package apply

import (
	"context"

	"canopy/model"
)

// insist tries the step until it is done, or cannot be, while others write the same object or answers are lost.
func (c *carrier) insist(ctx context.Context) error {
	for attempt := range attempts {
		if attempt > 0 {
			if !c.wait(ctx, pause) {
				break
			}
			if done, err := c.again(ctx); done || err != nil {
				return c.resolve(ctx, err)
			}
		}
		done, err := c.attempt(ctx)
		if done || err != nil {
			return c.resolve(ctx, err)
		}
	}
	switch {
	case c.doubt != nil:
		return c.unknown(c.doubt)
	case ctx.Err() != nil:
		return state(model.CauseOther, "It was stopped while others wrote the same object; nothing of this step was done.")
	}
	return state(model.CauseConflict, "Others write the same object again and again, so it was not changed. Look who does, and try again.")
}

// again looks at the object once more before the step is tried again.
func (c *carrier) again(ctx context.Context) (done bool, err error) {
	if c.doubt != nil {
		if done, err := c.settle(ctx, c.doubt); done || err != nil {
			return done, err
		}
	}
	was := c.before
	if err := c.look(ctx); err != nil || !c.step.IfDone {
		return false, err
	}
	left, err := c.leaveOut()
	switch {
	case err != nil:
		c.before = was
	case left && c.doubt != nil:
		// It was this writer that took it back meanwhile.
		now := c.before
		c.before, c.check.Message, c.check.Outcome = was, "", model.Passed
		c.keep(now)
	case left:
		c.now = c.before
	}
	return left, err
}

// resolve gives how the step ended. A second attempt may have failed because the first, whose answer was lost, was carried
// out after all.
func (c *carrier) resolve(ctx context.Context, err error) error {
	if err == nil || c.doubt == nil || c.back != nil || c.lasting {
		return err
	}
	if done, unknown := c.settle(ctx, c.doubt); done || unknown != nil {
		return unknown
	}
	return err
}

// attempt makes the one write of the step. It is not done, without an error, where it has to be tried again.
func (c *carrier) attempt(ctx context.Context) (done bool, err error) {
	step := c.step
	if step.Verb == model.Patch {
		if step, err = pinned(step, c.before.GetResourceVersion()); err != nil {
			return false, state(model.CauseInvalid, sentence(err.Error()))
		}
		if again, err := c.foresee(ctx, step); again || err != nil {
			return false, untouched(err)
		}
	}
	if err := c.announce(ctx); err != nil {
		return false, err
	}
	a, err := c.writing.send(ctx, c.target, step, c.before)
	c.check.Warnings = a.warnings
	switch {
	case err == nil:
		c.keep(a.object)
		return true, nil
	case busy(err), c.outdated(ctx, err):
		return false, nil
	case lost(err):
		c.doubt = err
		return c.settle(ctx, err)
	}
	return false, err
}

// foresee asks once what a patch makes of the object, without keeping it. Only so is it known what takes it back should the
// answer to the real one be lost; and what would be refused is refused before anything is sent.
func (c *carrier) foresee(ctx context.Context, step model.Step) (again bool, err error) {
	if c.guess != nil && c.guessed == c.before.GetResourceVersion() {
		return false, nil
	}
	a, err := c.rehearsing.send(ctx, c.target, step, c.before)
	switch {
	case err == nil:
		c.guess, c.guessed = a.object, c.before.GetResourceVersion()
		return false, nil
	case busy(err), c.outdated(ctx, err):
		return true, nil
	case faultOf(err).untestable:
		guess, err := alone(c.before, step)
		if err != nil {
			return false, state(model.CauseInvalid, "The patch does not fit: "+err.Error())
		}
		c.guess, c.guessed = guess, c.before.GetResourceVersion()
		return false, nil
	}
	return false, err
}

// outdated tells that a write met another version of the object than was read. A patch that tests the version says only that
// a test failed.
func (c *carrier) outdated(ctx context.Context, err error) bool {
	f := faultOf(err)
	if f.cause == model.CauseConflict {
		return true
	}
	if f.cause != model.CauseChanged || c.step.Verb != model.Patch {
		return false
	}
	u, err := c.reading.get(ctx, c.target)
	return err == nil && u != nil && u.GetResourceVersion() != c.before.GetResourceVersion()
}
