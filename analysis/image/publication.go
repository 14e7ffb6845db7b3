package image

import (
	"slices"

	"canopy/model"
)

// proof is evidence that stands by itself.
type proof struct{ lines []model.Evidence }

// Evidence gives the lines.
func (p *proof) Evidence() []model.Evidence { return p.lines }

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, lines ...model.Evidence) *model.Finding {
	rule := r.rules[id]
	if rule == nil {
		return nil
	}
	f := &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Severity: severity, Object: object, Verdict: model.Yes, Proof: &proof{lines}}
	if s, ok := r.c.Get(object).(interface{ Since() int64 }); ok {
		f.Since = s.Since()
	}
	return f
}

// gather leaves out what there is not.
func gather(list ...*model.Finding) []*model.Finding {
	return slices.DeleteFunc(list, func(f *model.Finding) bool { return f == nil })
}

// stand publishes what is new of the findings on an object, and drops what is gone.
func (r *round) stand(ref model.Ref, now []*model.Finding) {
	old := r.stood[ref]
	find := func(list []*model.Finding, id string) *model.Finding {
		if i := slices.IndexFunc(list, func(f *model.Finding) bool { return f.ID == id }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, f := range old {
		if find(now, f.ID) == nil {
			r.out.Drop(f.ID)
		}
	}
	for i, f := range now {
		if before := find(old, f.ID); before != nil && before.Equal(f) {
			now[i] = before
		} else {
			r.out.Put(f)
		}
	}
	if len(now) == 0 {
		delete(r.stood, ref)
		return
	}
	r.stood[ref] = now
}
