package secret

import (
	"slices"

	"canopy/analysis"
	"canopy/model"
)

// stand replaces what stands on an object by one part of what judges it.
func (r *round) stand(ref model.Ref, by part, now ...*model.Finding) {
	now = slices.DeleteFunc(now, func(f *model.Finding) bool { return f == nil })
	r.stood.Set(seat{ref, by}, now, r.out)
}

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, evidence []model.Evidence) *model.Finding {
	if len(evidence) == 0 {
		return nil
	}
	return analysis.NewFinding(r.rules[id], severity, object, r.c.Get(object), &list{evidence})
}

// doubt weakens a finding that rests on what was not seen.
func doubt(f *model.Finding, v model.Verdict, reason string) *model.Finding {
	if f != nil && reason != "" {
		f.Verdict, f.Reason = v, brief(reason)
	}
	return f
}
