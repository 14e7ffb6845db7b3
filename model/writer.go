package model

import (
	"context"
	"fmt"
)

// Writer changes a cluster. Nothing holds one but what lets the user look at a plan and confirm it. Plans are done step by
// step, in order. A progress function may be nil; it is called on the goroutine of the method.
type Writer interface {
	// MayI asks of each step whether the user may do it. An error means that the question could not be asked.
	MayI(ctx context.Context, plan Plan) ([]Check, error)
	// DryRun has the server judge each step without keeping anything, under a field manager of its own. An error means that the
	// server could not be asked; what it says against a step is a check.
	DryRun(ctx context.Context, plan Plan, progress func(Check)) (*Trial, error)
	// TryPods has the server judge one pod of every template that a step creates or changes, in its namespace, without keeping it:
	// Pod Security, quotas, limits and policy engines refuse pods, not the objects that make them.
	TryPods(ctx context.Context, plan Plan, progress func(Check)) ([]Check, error)
	// Apply carries a plan out and gives what takes it back. Each object must still be as in the trial; nil asks for no trial. It
	// stops at the first step that fails, with an error of type *StepError; the undo then covers the steps that were done.
	Apply(ctx context.Context, plan Plan, trial *Trial, progress func(Check)) (Applied, error)
	// Watch waits until the owners whose pods a plan replaces have rolled out, or the context ends.
	Watch(ctx context.Context, plan Plan, progress func(Check)) ([]Check, error)
}

// StepError is a step of a plan that could not be done.
type StepError struct {
	// Step is its index.
	Step  int
	Ref   Ref
	Cause Cause
	// Message is a sentence that a person understands, with the words of the server. It may hold hostile text.
	Message string
	Err     error
}

// Error says which step failed and why.
func (e *StepError) Error() string {
	return fmt.Sprintf("step %d, %s: %s", e.Step+1, e.Ref, e.Message)
}

// Unwrap gives what the server or the connection said.
func (e *StepError) Unwrap() error { return e.Err }
