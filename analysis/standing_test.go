package analysis

import (
	"slices"
	"testing"

	"canopy/model"
)

type proved struct{ list []model.Evidence }

func (p *proved) Evidence() []model.Evidence { return p.list }

// told notes what it is told.
type told []string

func (t *told) Put(f *model.Finding) { *t = append(*t, "put "+f.ID) }
func (t *told) Drop(id string)       { *t = append(*t, "drop "+id) }

// TestStanding holds that only what is new is put, only what is gone is dropped, and what says the same stays the same finding.
func TestStanding(t *testing.T) {
	one := func(rule, value string) *model.Finding {
		return NewFinding(&model.Rule{ID: rule}, model.Low, model.Ref{Kind: "Pod", Name: "p"}, nil, &proved{[]model.Evidence{{Value: value}}})
	}
	s, out := Standing[string]{}, told{}
	said := func(want ...string) {
		t.Helper()
		if !slices.Equal(out, want) {
			t.Errorf("said %q, want %q", out, want)
		}
		out = nil
	}
	first := one("A", "x")
	s.Set("p", []*model.Finding{first, one("B", "x")}, &out)
	said("put A//Pod//p", "put B//Pod//p")
	s.Set("p", []*model.Finding{one("A", "x"), one("B", "y"), one("C", "x")}, &out)
	said("put B//Pod//p", "put C//Pod//p")
	if s["p"][0] != first || s.Len() != 3 {
		t.Errorf("%v", s)
	}
	s.Set("q", nil, &out)
	said()
	s.Set("p", nil, &out)
	said("drop A//Pod//p", "drop B//Pod//p", "drop C//Pod//p")
	if len(s) != 0 {
		t.Errorf("%v", s)
	}
	if NewFinding(nil, model.Low, model.Ref{}, nil, nil) != nil {
		t.Error("a finding without a rule")
	}
}
