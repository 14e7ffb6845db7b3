package output

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"canopy/model"
)

// Document is what a scan prints.
type Document struct {
	Report *Report `json:"report"`
}

// Report is a model.Report as the command line shows it.
type Report struct {
	Source   model.SourceInfo `json:"source"`
	Time     string           `json:"time"`
	Version  string           `json:"version"`
	Coverage []Coverage       `json:"coverage"`
	Score    Score            `json:"score"`
	// Rules holds, by id, the rules that could not be judged, or not everywhere.
	Rules map[string]Judged `json:"rules"`
	// Findings is sorted by id.
	Findings []Finding `json:"findings"`

	// rules says of each rule whether it could be judged; formats that list rules need it.
	rules []ruleState
}

// Judged says why a rule was not judged everywhere.
type Judged struct {
	// State is unknown or depends.
	State  string `json:"state"`
	Reason string `json:"reason"`
}

// Coverage says how much of a kind was seen.
type Coverage struct {
	Kind      string           `json:"kind"`
	Group     string           `json:"group"`
	Namespace string           `json:"namespace,omitempty"`
	Count     int              `json:"count"`
	State     model.CoverState `json:"state"`
	Reason    string           `json:"reason"`
}

// Score counts the findings that are shown and hold.
type Score struct {
	Critical int `json:"critical"`
	High     int `json:"high"`
	Medium   int `json:"medium"`
	Low      int `json:"low"`
	Info     int `json:"info"`
	// Unknown counts findings that may hold; they are in no other figure.
	Unknown int `json:"unknown"`
}

// Selection says what of a report is shown.
type Selection struct {
	// Namespaces limits to objects in these, and to these Namespace objects themselves; nil shows all. An object of the
	// cluster as a whole is in no namespace, and is shown only without a limit.
	Namespaces []string
	// Rules limits to these ids; nil shows all.
	Rules []string
	// Findings are shown in place of those of the report, of which they may have been part a moment ago; nil shows those
	// of the report.
	Findings []*model.Finding
	// Baseline marks the findings that were known before.
	Baseline Baseline
}

type ruleState struct {
	rule  *model.Rule
	state model.RuleState
}

// NewReport makes what is shown of a report. Rules is the catalogue, sorted; where is nil for a source that was not read
// from files.
func NewReport(r *model.Report, rules []*model.Rule, version string, where model.Locator, sel Selection) *Report {
	out := &Report{
		Source: r.Source, Time: r.Time.UTC().Format(time.RFC3339), Version: version,
		Coverage: coverages(r.Coverage), Findings: []Finding{},
		Rules: map[string]Judged{},
	}
	for _, rule := range rules {
		if sel.Rules == nil || slices.Contains(sel.Rules, rule.ID) {
			state := r.Rules[rule.ID]
			out.rules = append(out.rules, ruleState{rule, state})
			switch {
			case state.Verdict == model.Unknown || state.Loading:
				out.Rules[rule.ID] = Judged{Unknown, state.Reason}
			case state.Verdict != model.Yes:
				out.Rules[rule.ID] = Judged{Depends, state.Reason}
			}
		}
	}
	for f := range sel.all(r) {
		if !sel.Shows(f) {
			continue
		}
		shown := NewFinding(r, f, where)
		shown.Baseline = sel.Baseline.Has(f.ID)
		out.Findings = append(out.Findings, shown)
		out.Score.add(&shown)
	}
	lists := make([][]Evidence, len(out.Findings))
	for i := range out.Findings {
		lists[i] = out.Findings[i].Evidence
	}
	number(lists...)
	return out
}

// all gives what is selected from, in the order of ids.
func (s *Selection) all(r *model.Report) iter.Seq[*model.Finding] {
	switch {
	case s.Findings != nil:
		return slices.Values(slices.SortedFunc(slices.Values(s.Findings), func(a, b *model.Finding) int { return cmp.Compare(a.ID, b.ID) }))
	case r.Findings == nil:
		return slices.Values([]*model.Finding(nil))
	}
	return r.Findings.All()
}

// Shows tells whether a finding is among what is shown.
func (s *Selection) Shows(f *model.Finding) bool {
	if s.Rules != nil && !slices.Contains(s.Rules, f.Rule.ID) {
		return false
	}
	if s.Namespaces == nil {
		return true
	}
	if f.Object.Kind == "Namespace" && f.Object.Group == "" {
		return slices.Contains(s.Namespaces, f.Object.Name)
	}
	return slices.Contains(s.Namespaces, f.Object.Namespace)
}

// coverages gives the coverage as of the end of a run: what is still loading then was read in part.
func coverages(list []model.Coverage) []Coverage {
	out := make([]Coverage, 0, len(list))
	for _, c := range list {
		shown := Coverage{c.Kind.Kind, c.Kind.Group, c.Namespace, c.Count, c.State, c.Reason}
		if c.State == model.Loading {
			shown.State = model.Partial
			shown.Reason += "; time was up: raise --sync-timeout"
		}
		out = append(out, shown)
	}
	return out
}

// Complete tells that every kind was seen whole. A kind that the server does not serve has no objects, so there is
// nothing that was not seen; a kind that is absent for another reason may have had some.
func (r *Report) Complete() bool {
	return !slices.ContainsFunc(r.Coverage, func(c Coverage) bool {
		seen := model.Coverage{State: c.State, Reason: c.Reason}
		return c.State != model.Complete && !seen.Unserved()
	})
}

// Whole tells of a model.Report that every kind was seen whole.
func Whole(r *model.Report) bool { return (&Report{Coverage: coverages(r.Coverage)}).Complete() }

// Unread tells that nothing was read for a model.Report, and why.
func Unread(r *model.Report) (reason string, unread bool) {
	return (&Report{Coverage: coverages(r.Coverage)}).Empty()
}

// Empty tells that nothing was read, and why.
func (r *Report) Empty() (reason string, empty bool) {
	for _, c := range r.Coverage {
		if c.State == model.Complete || c.Count > 0 {
			return "", false
		}
		if reason == "" {
			reason = c.Kind + " " + string(c.State) + ": " + c.Reason
		}
	}
	if len(r.Coverage) == 0 {
		reason = "time was up before the first answer: raise --sync-timeout"
	}
	return reason, true
}

// Reaches tells whether a finding holds at a severity or over it that is not in the baseline.
func (r *Report) Reaches(severity model.Severity) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool {
		return f.State == Open && !f.Baseline && f.Severity >= severity
	})
}

func (s *Score) add(f *Finding) {
	switch {
	case f.State == Unknown:
		s.Unknown++
	case f.Severity == model.Critical:
		s.Critical++
	case f.Severity == model.High:
		s.High++
	case f.Severity == model.Medium:
		s.Medium++
	case f.Severity == model.Low:
		s.Low++
	default:
		s.Info++
	}
}
