package model

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Rung is how far a plan has climbed the ladder of checks.
type Rung uint8

// The rungs, lowest first. Nothing is kept by a cluster before RungApplied.
const (
	// RungParsed: every document is read strictly, and its patch applies in memory.
	RungParsed Rung = iota + 1
	// RungWhatIf: the change was made in memory, looked at and taken back.
	RungWhatIf
	// RungPermitted: the server says that the user may do every step.
	RungPermitted
	// RungDryRun: the server has judged every step without keeping it.
	RungDryRun
	// RungSyntheticPod: the server has judged a pod of every template that changes, without keeping it.
	RungSyntheticPod
	// RungApplied: the steps were done, and their rollouts have ended.
	RungApplied
	// RungVerified: the findings that were to end have ended.
	RungVerified
)

// Rungs is the number of rungs.
const Rungs = int(RungVerified)

// String names a rung as screens do.
func (r Rung) String() string {
	names := [...]string{"", "parsed", "what-if", "may I", "server dry-run", "synthetic pod", "applied", "verified"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("rung %d", r)
}

// Outcome is what a check came to.
type Outcome uint8

// The outcomes, best first.
const (
	// Passed: nothing stands against it.
	Passed Outcome = iota
	// Warned: it works, and there is something to read: a warning of the server, a field that somebody else manages.
	Warned
	// Untestable: nobody can say before it is done, such as where a webhook takes no dry run, or an earlier step makes what this
	// one needs. It is neither a pass nor a failure.
	Untestable
	// Failed: it does not work.
	Failed
)

// String gives the outcome as a word.
func (o Outcome) String() string {
	return [...]string{"passed", "passed with warnings", "not testable", "failed"}[min(o, Failed)]
}

// Cause says why a check failed or could not be made.
type Cause string

// The causes.
const (
	CauseForbidden Cause = "forbidden" // the user may not
	CauseRefused   Cause = "refused"   // admission says no: a webhook, a policy, Pod Security, a quota
	CauseInvalid   Cause = "invalid"   // the server does not take such an object, or the patch does not fit
	CauseMissing   Cause = "missing"   // the object, or its namespace, is not there
	CauseExists    Cause = "exists"    // there is such an object already
	CauseChanged   Cause = "changed"   // the object is not as it was when the plan was looked at
	CauseConflict  Cause = "conflict"  // somebody else wrote it at the same moment, again and again
	CauseLost      Cause = "lost"      // the connection broke: whether the step was done is not known
	CauseUnserved  Cause = "unserved"  // the server does not serve the kind
	CauseStuck     Cause = "stuck"     // the rollout did not come to an end in time
	CauseOpen      Cause = "open"      // findings that were to end go on
	CauseEarlier   Cause = "earlier"   // an earlier step has to be done before this one can be tested
	CauseOther     Cause = "other"
)

// WholePlan is the step of a check that is about all steps.
const WholePlan = -1

// Check is what a rung says of one step.
type Check struct {
	Rung Rung
	// Step is the index of the step in the plan, or WholePlan.
	Step    int
	Outcome Outcome
	Cause   Cause
	// Message says what happened in a sentence that a person understands without the code, with the words of the server where
	// there are any; "" where it passed and there is nothing to say. It may hold hostile text.
	Message string
	// Warnings are those of the server, and what admission would change besides.
	Warnings []string
	// Conflicts lists who else manages the fields that the step changes, and may take the change back.
	Conflicts []Conflict
	// Undo is set in checks that a progress function gets while a plan is applied, and in no others. Just before a step is sent it
	// is what takes back all that was done so far and, marked IfDone, the step itself; once the step has ended, one way or the
	// other, what takes back all that was done by then. Whoever keeps it before the progress function returns can take everything
	// back, however the program ends; whoever cannot keep it ends the context, and the step is not sent. Such a check tells nothing
	// else, is not among Applied.Checks, and is nothing to show. Like Applied.Undo it may hold values that are never shown.
	Undo *Plan
}

// Conflict is a field that the step changes and that another manager has written.
type Conflict struct {
	// Manager is the name in managedFields, such as argocd-controller; Operation is Apply or Update.
	Manager, Operation string
	// Path is the field, such as spec.template.spec.hostNetwork.
	Path string
}

// Trial is what the server says of a plan while it keeps nothing.
type Trial struct {
	// Checks are of the rungs that were climbed, in the order of rungs and steps.
	Checks []Check
	// Steps has one entry for each step of the plan.
	Steps []StepTrial
}

// StepTrial is one step as the server would do it.
type StepTrial struct {
	// Before and After are the object as it is and as it would be with all that admission adds, for people to compare: without
	// managedFields and status, with values masked. They are nil where there is none, or where it is not known.
	Before, After *unstructured.Unstructured
	// Fingerprint is that of the object before, less what the server and controllers write by themselves, the number of replicas
	// included unless the step names it. A Writer applies a step only while it still holds; "" where the object is not there.
	Fingerprint string
	// Besides lists the fields that admission or defaults would change though the step does not name them.
	Besides []string
}

// Worst gives the worst outcome of a rung, and whether it was climbed at all.
func Worst(checks []Check, rung Rung) (Outcome, bool) {
	worst, found := Passed, false
	for i := range checks {
		if checks[i].Rung == rung {
			worst, found = max(worst, checks[i].Outcome), true
		}
	}
	return worst, found
}

// Highest gives the highest rung up to which nothing has failed.
func Highest(checks []Check) Rung {
	highest := RungParsed
	for r := RungParsed; r <= RungVerified; r++ {
		worst, found := Worst(checks, r)
		if found && worst == Failed {
			break
		}
		if found {
			highest = r
		}
	}
	return highest
}

// Applied is what came of carrying a plan out.
type Applied struct {
	// Undo takes back what was done, in reverse order; it has no steps where nothing was done. Its bodies may hold values that
	// were never shown: they go to files of mode 0600 and to the server alone.
	Undo Plan
	// Done tells, for each step, that it was done.
	Done []bool
	// Checks are those of RungApplied and RungVerified.
	Checks []Check
	// Remaining lists, by id, the findings that were to end and go on.
	Remaining []string
	// Undecided lists, by id, the findings that were to end and of which nobody can say whether they have: they are not seen any
	// more, but what their rules need is not seen either.
	Undecided []string
}
