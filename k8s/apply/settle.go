package apply

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/undo"
)

// keep notes that the step was done, and what takes it back. The object after it is nil where it is gone.
func (c *carrier) keep(after *unstructured.Unstructured) {
	c.now = after
	if c.step.Verb == model.Create {
		c.before = nil
	}
	if c.step.Verb == model.Delete {
		if words := lingers(c.before); words != "" {
			c.check.Warnings = append(c.check.Warnings, words)
		}
	}
	if len(c.check.Warnings) > 0 {
		c.check.Outcome = model.Warned
	}
	back, err := undo.Invert(c.before, after)
	switch {
	case errors.Is(err, undo.ErrSecret):
		c.lasting = true
		c.check.Outcome, c.check.Message = model.Warned, "It is gone for good: "+undo.ErrSecret.Error()+"."
	case err != nil:
		c.lasting = true
		c.check.Outcome, c.check.Message = model.Warned, "Nothing was found that takes it back: "+err.Error()
	case undo.Idle(back) && copied(c.before) && !copied(after):
		c.lasting = true
		c.check.Outcome, c.check.Message = model.Warned, "kubectl's copy of its values is gone for good: nothing here keeps it."
	case undo.Idle(back):
		// Nothing was changed.
	default:
		c.back = &back
	}
}

// settle finds out whether a step was done whose answer was lost.
func (c *carrier) settle(ctx context.Context, cause error) (done bool, err error) {
	now, answered := c.ask(ctx, c.target)
	if !answered {
		return false, c.unknown(cause)
	}
	switch c.step.Verb {
	case model.Delete:
		if done = now == nil || now.GetUID() != c.before.GetUID() || now.GetDeletionTimestamp() != nil; done {
			now = nil
		}
	case model.Create:
		done = now != nil && ours(nil, now, c.step)
	default:
		done = now != nil && ours(c.before, now, c.step)
	}
	if done {
		c.keep(now)
		return true, nil
	}
	// It was not done, or not yet. To send it again is safe: it fits this version of the object alone, and whichever of the
	// two comes second fails.
	return false, nil
}

// unknown puts a step into the undo that may or may not have been done.
func (c *carrier) unknown(cause error) error {
	lost := faultOf(cause).message + " Whether this step was done is not known"
	if c.unsent != nil {
		c.lasting = true
		return state(model.CauseLost, fmt.Sprintf("%s, and nothing can take it back: %s.", lost, c.unsent))
	}
	c.back = c.sent
	message := lost + "; the undo takes it back if it was."
	if c.back == nil {
		message = lost + "; it changes nothing."
	}
	return &statedError{fault{cause: model.CauseLost, message: message}, cause}
}

// untouched adds to the loss of the connection that nothing was sent yet.
func untouched(err error) error {
	if !lost(err) {
		return err
	}
	return &statedError{fault{cause: model.CauseLost, message: faultOf(err).message + " Nothing of this step was done."}, err}
}

// copied tells that an object carries kubectl's copy of it.
func copied(u *unstructured.Unstructured) bool {
	return u != nil && u.GetAnnotations()[corev1.LastAppliedConfigAnnotation] != ""
}
