package model

import "time"

// EditVerb is what happened to the object of an edit.
type EditVerb string

// The verbs of an edit.
const (
	EditCreated EditVerb = "created"
	EditChanged EditVerb = "changed"
	EditDeleted EditVerb = "deleted"
)

// Edit is one change of the cluster, about the object that a person would name: what happens to the pods of a Deployment
// is told of the Deployment. It is immutable; an edit that goes on is replaced in the next report.
type Edit struct {
	// Time is when the edit was first noticed.
	Time time.Time
	// Sequence tells edits apart, and rises with each. An edit that goes on keeps its own.
	Sequence uint64
	Verb     EditVerb
	Object   Ref
	// Detail says in words what changed: image 1.4 → 1.5. It holds names and texts of the cluster, which are hostile until
	// cleaned, and no value of a Secret, a ConfigMap or an environment. It is empty where there are no words for it.
	Detail string
	// Opened and Closed list the findings that came and went, by id, the worst first; of many only the first. A finding
	// that came and went within one edit is in neither.
	Opened, Closed []string
	// OpenedCount and ClosedCount count all of them.
	OpenedCount, ClosedCount int
	// PairsOpened and PairsClosed count the pairs of pods between which connections became possible, or no longer are.
	PairsOpened, PairsClosed int
	// PathsOpened and PathsClosed count the sources from which cluster-admin came to be reachable, and those from which it no longer is.
	PathsOpened, PathsClosed int
	// Worst is the severity of the worst that opened, or that closed where none opened; Info where neither did.
	Worst Severity
}
