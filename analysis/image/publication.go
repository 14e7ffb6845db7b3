package image

import (
	"slices"

	"canopy/analysis"
	"canopy/model"
)

// proof is evidence that stands by itself.
type proof struct{ lines []model.Evidence }

// Evidence gives the lines.
func (p *proof) Evidence() []model.Evidence { return p.lines }

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, lines ...model.Evidence) *model.Finding {
	return analysis.NewFinding(r.rules[id], severity, object, r.c.Get(object), &proof{lines})
}

// gather leaves out what there is not.
func gather(list ...*model.Finding) []*model.Finding {
	return slices.DeleteFunc(list, func(f *model.Finding) bool { return f == nil })
}

// stand says what is found on an object.
func (r *round) stand(ref model.Ref, now []*model.Finding) { r.stood.Set(ref, now, r.out) }
