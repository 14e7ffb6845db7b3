package output

import (
	"time"

	"canopy/model"
)

// The states of a finding.
const (
	Open    = "open"
	Unknown = "unknown"
)

// Depends is the state of a rule that could be judged in part; the other is Unknown.
const Depends = "depends"

// Finding is a model.Finding as the command line shows it.
type Finding struct {
	ID       string         `json:"id"`
	Rule     string         `json:"rule"`
	Severity model.Severity `json:"severity"`
	// Risk is 0 to 100: exposure × effect × severity, which RiskOf tells, or by the severity alone where that is nil.
	Risk     int        `json:"risk"`
	RiskOf   *RiskOf    `json:"riskOf,omitempty"`
	Title    string     `json:"title"`
	Object   model.Ref  `json:"object"`
	Pods     int        `json:"pods"`
	Evidence []Evidence `json:"evidence"`
	// EvidenceLeftOut counts the places beyond those that are listed.
	EvidenceLeftOut int    `json:"evidenceLeftOut,omitempty"`
	Why             string `json:"why"`
	// Since is RFC 3339; nil where nobody knows.
	Since      *string          `json:"since"`
	Frameworks model.Frameworks `json:"frameworks"`
	Fix        string           `json:"fix"`
	// State is open, or unknown with the Reason.
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Baseline tells that the finding was in the report named by --baseline.
	Baseline bool `json:"baseline,omitempty"`
}

// Evidence is one place where a finding shows.
type Evidence struct {
	model.Evidence
	// File is the file that the object was read from.
	File string `json:"file,omitempty"`
}

// NewFinding makes what is shown of a finding, as of a report.
func NewFinding(r *model.Report, f *model.Finding, where model.Locator) Finding {
	out := Finding{
		ID: f.ID, Rule: f.Rule.ID, Severity: f.Severity, Risk: f.Severity.Risk(), Title: f.Rule.Title,
		Object: f.Object, Pods: f.Pods, Evidence: evidence(f, where), Why: f.Rule.Why, Since: since(f.Since),
		Frameworks: frameworks(f.Rule.Frameworks), Fix: f.Rule.Fix, State: Open,
	}
	if a := r.Attack; a != nil && a.Standings != nil {
		standing := a.Standing(f.Object)
		out.Risk, out.RiskOf = standing.Risk(f.Severity), newRiskOf(standing, f.Severity)
	}
	if verdict, reason := r.State(f); verdict != model.Yes {
		out.State, out.Reason = Unknown, reason
	}
	return out
}

func evidence(f *model.Finding, where model.Locator) []Evidence {
	if f.Proof == nil {
		return []Evidence{}
	}
	return located(f.Proof.Evidence(), where)
}

// located gives evidence with where it stands; never nil, so that no reader meets null.
func located(list []model.Evidence, where model.Locator) []Evidence {
	out := []Evidence{}
	for _, e := range list {
		shown := Evidence{Evidence: e}
		if where != nil {
			if file, line, ok := where.Locate(e.Object, e.Path); ok {
				shown.File, shown.Line = file, line
			}
		}
		out = append(out, shown)
	}
	return out
}

func since(seconds int64) *string {
	if seconds == 0 {
		return nil
	}
	s := time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	return &s
}

// frameworks makes empty lists of missing ones, so that no reader meets null.
func frameworks(f model.Frameworks) model.Frameworks {
	for _, list := range []*[]string{&f.PSS, &f.CIS, &f.NSA, &f.OWASP, &f.MITRE, &f.MS} {
		if *list == nil {
			*list = []string{}
		}
	}
	return f
}
