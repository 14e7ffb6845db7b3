package segmentation

import (
	"slices"

	"canopy/analysis"
	"canopy/model"
)

// stand publishes what is new of the findings that one judge has on an object, and drops what is gone.
func (r *round) stand(ref model.Ref, by part, now []*model.Finding) {
	r.stood.Set(seat{ref, by}, now, r.out)
}

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, proof model.Proof) *model.Finding {
	return analysis.NewFinding(r.rules[id], severity, object, r.c.Get(object), proof)
}

// doubt weakens a finding that rests on something: it was not seen, or depends.
func doubt(f *model.Finding, v model.Verdict, reason string) *model.Finding {
	if f != nil && v != model.Yes {
		f.Verdict, f.Reason = v, brief(reason)
	}
	return f
}

// gather leaves out what there is not.
func gather(list ...*model.Finding) []*model.Finding {
	return slices.DeleteFunc(list, func(f *model.Finding) bool { return f == nil })
}
