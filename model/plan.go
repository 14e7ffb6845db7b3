package model

import "k8s.io/apimachinery/pkg/types"

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
	// UID, where it is set, is that of the object which a delete is for: another of its name stays.
	UID types.UID
	// IfDone marks a step that takes back what may never have happened, since the connection broke before the answer: it is
	// left out where the object is as it was before.
	IfDone bool
}

// Plan is an ordered list of writes that belong together.
type Plan struct {
	Title string
	Steps []Step
}
