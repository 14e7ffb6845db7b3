package model

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
)

// StepVerb is what a step does to its object.
type StepVerb string

// The verbs of a step.
const (
	Create StepVerb = "create"
	Patch  StepVerb = "patch"
	Delete StepVerb = "delete"
)

// Step is one write: an object created, patched or deleted.
type Step struct {
	Verb StepVerb
	Ref  Ref
	// PatchType is set for a patch: strategic, JSON or merge.
	PatchType types.PatchType
	// Body is the object to create, or the patch, as JSON.
	Body []byte
}

// Plan is an ordered list of writes that belong together.
type Plan struct {
	Title string
	Steps []Step
}

// Rung is how far a plan has climbed the ladder of checks.
type Rung uint8

// The rungs, lowest first.
const (
	RungParsed Rung = iota + 1
	RungWhatIf
	RungPermitted
	RungDryRun
	RungSyntheticPod
	RungApplied
	RungVerified
)

// Writer changes a cluster. The dashboard holds one only where the user may confirm a write.
type Writer interface {
	// MayI asks whether a step is permitted; the reason says why not.
	MayI(ctx context.Context, step Step) (bool, string, error)
	// DryRun lets the source judge a plan without keeping it. The error names the step.
	DryRun(ctx context.Context, plan Plan) error
	// Apply carries a plan out and gives the plan that undoes it. On an error the undo covers the steps that were done.
	Apply(ctx context.Context, plan Plan) (undo Plan, err error)
}
