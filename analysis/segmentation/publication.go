package segmentation

import (
	"slices"

	"canopy/model"
)

// stand publishes what is new of the findings that one judge has on an object, and drops what is gone.
func (r *round) stand(ref model.Ref, by part, now []*model.Finding) {
	at := seat{ref, by}
	old := r.stood[at]
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
		switch before := find(old, f.ID); {
		case before != nil && before.Equal(f):
			now[i] = before
		default:
			r.out.Put(f)
		}
	}
	if len(now) == 0 {
		delete(r.stood, at)
		return
	}
	r.stood[at] = now
}

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, proof model.Proof) *model.Finding {
	rule := r.rules[id]
	if rule == nil {
		return nil
	}
	f := &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Severity: severity, Object: object, Verdict: model.Yes, Proof: proof}
	if s, ok := r.c.Get(object).(interface{ Since() int64 }); ok {
		f.Since = s.Since()
	}
	return f
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
