package secret

import (
	"slices"

	"canopy/model"
)

// stand replaces what stands on an object by one part of what judges it.
func (r *round) stand(ref model.Ref, by part, now ...*model.Finding) {
	now = slices.DeleteFunc(now, func(f *model.Finding) bool { return f == nil })
	at := seat{ref, by}
	old := r.stood[at]
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
		delete(r.stood, at)
		return
	}
	r.stood[at] = now
}

func find(list []*model.Finding, id string) *model.Finding {
	if i := slices.IndexFunc(list, func(f *model.Finding) bool { return f.ID == id }); i >= 0 {
		return list[i]
	}
	return nil
}

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, evidence []model.Evidence) *model.Finding {
	rule := r.rules[id]
	if rule == nil || len(evidence) == 0 {
		return nil
	}
	f := &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Severity: severity, Object: object, Verdict: model.Yes, Proof: &list{evidence}}
	if s, ok := r.c.Get(object).(interface{ Since() int64 }); ok {
		f.Since = s.Since()
	}
	return f
}

// doubt weakens a finding that rests on what was not seen.
func doubt(f *model.Finding, v model.Verdict, reason string) *model.Finding {
	if f != nil && reason != "" {
		f.Verdict, f.Reason = v, brief(reason)
	}
	return f
}
