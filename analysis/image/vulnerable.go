package image

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// tooMany is how many critical vulnerabilities of one image are VP02.
const tooMany = 5

// critical counts the critical vulnerabilities: of what the sources say by their newest scans that tell, the most.
func (j *judgement) critical() int32 {
	if j.worst == nil {
		return 0
	}
	return j.worst.Critical
}

// countedWords says what a scan has counted: "3 critical, 12 high, trivy-operator, 2026-11-20". Of one that is too old it says so.
func (r *round) countedWords(e *Evidence) string {
	when := "at an unknown time"
	if e.Scanned != 0 {
		when = time.Unix(e.Scanned, 0).UTC().Format(time.DateOnly)
	}
	text := fmt.Sprintf("%d critical, %d high, %s, %s", e.Counts.Critical, e.Counts.High, brief(e.Source), when)
	if e.Verdict != Scanned {
		text += "; " + string(e.Verdict) + ": " + e.Reason
	}
	return text
}

// counts says of the rules that rest on counts of vulnerabilities whether there are any.
func (a *Analyser) counts() (model.RuleState, bool) {
	if state, ok := a.waits(isScan); ok {
		return state, true
	}
	unread := ""
	for _, gk := range scanKinds {
		if text := a.doubts.anywhere(gk); text != "" {
			unread = "; there may be reports that cannot be read: " + text
			break
		}
	}
	switch {
	case len(a.shelf.all) == 0:
		return model.RuleState{Verdict: model.Unknown, Reason: "no report of a scanner was seen" + unread}, true
	case a.shelf.counted == 0:
		return model.RuleState{Verdict: model.Unknown, Reason: "no report of a scanner tells how much was found" + unread}, true
	case unread != "":
		return model.RuleState{Verdict: model.Depends, Reason: unread[len("; "):]}, true
	}
	return model.RuleState{}, false
}

// isScan tells a kind whose objects tell of scans.
func isScan(gk schema.GroupKind) bool {
	for _, one := range scanKinds {
		if gk == one {
			return true
		}
	}
	return false
}
