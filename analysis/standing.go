package analysis

import (
	"slices"

	"canopy/model"
)

// Standing holds the findings that an analyser has published, by what it judges at once: an object, or one side of it. It is made by
// make, and belongs to one goroutine.
type Standing[K comparable] map[K][]*model.Finding

// Set publishes what is new of the findings on one place, and drops what is gone. What says the same as before stays the very finding
// that it was, so that nobody takes it for news.
func (s Standing[K]) Set(at K, now []*model.Finding, out Findings) {
	old := s[at]
	for _, f := range old {
		if withID(now, f.ID) == nil {
			out.Drop(f.ID)
		}
	}
	for i, f := range now {
		if before := withID(old, f.ID); before != nil && before.Equal(f) {
			now[i] = before
		} else {
			out.Put(f)
		}
	}
	if len(now) == 0 {
		delete(s, at)
		return
	}
	s[at] = now
}

// Len counts the findings.
func (s Standing[K]) Len() int {
	n := 0
	for _, list := range s {
		n += len(list)
	}
	return n
}

func withID(list []*model.Finding, id string) *model.Finding {
	if i := slices.IndexFunc(list, func(f *model.Finding) bool { return f.ID == id }); i >= 0 {
		return list[i]
	}
	return nil
}

// NewFinding makes a finding that holds on an object; nil where there is no rule, so that one which the catalogue lacks is not judged. The
// record is that of the object, and tells since when; nil where there is none.
func NewFinding(rule *model.Rule, severity model.Severity, object model.Ref, r model.Record, proof model.Proof) *model.Finding {
	if rule == nil {
		return nil
	}
	f := &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Severity: severity, Object: object, Verdict: model.Yes, Proof: proof}
	if s, ok := r.(interface{ Since() int64 }); ok {
		f.Since = s.Since()
	}
	return f
}
