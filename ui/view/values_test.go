package view_test

import (
	"iter"
	"slices"
	"testing"

	"canopy/model"
	"canopy/ui/view"
)

type found []*model.Finding

func (f found) Len() int                      { return len(f) }
func (f found) Get(string) *model.Finding     { return nil }
func (f found) All() iter.Seq[*model.Finding] { return slices.Values(f) }

type prints []model.Evidence

func (p *prints) Evidence() []model.Evidence { return *p }

// TestValues holds that values in several places get a number in order, keep it, and that others have none.
func TestValues(t *testing.T) {
	finding := func(rule string, severity model.Severity, of ...uint64) *model.Finding {
		var p prints
		for _, n := range of {
			p = append(p, model.Evidence{Print: n})
		}
		return &model.Finding{ID: rule, Rule: &model.Rule{ID: rule}, Severity: severity, Proof: &p}
	}
	v := view.NewValues()
	all := found{finding("SE01", model.Medium, 7, 8), finding("SE01", model.High, 9, 8), finding("SE03", model.High, 9, 7), finding("SE07", model.High, 5, 5)}
	v.Read(&model.Report{Findings: all, Sequence: 1})
	for print, want := range map[uint64]int{9: 1, 8: 2, 7: 3, 5: 0, 0: 0, 4: 0} {
		if got := v.Number(print); got != want {
			t.Errorf("value %d has number %d, want %d", print, got, want)
		}
	}
	v.Read(&model.Report{Findings: append(all[2:3:3], finding("SE03", model.High, 4, 4)), Sequence: 2})
	if v.Word(9) != "value 1" || v.Word(4) != "value 4" {
		t.Errorf("then %q, %q", v.Word(9), v.Word(4))
	}
	var none *view.Values
	none.Read(&model.Report{Findings: all})
	if none.Word(9) != "" {
		t.Error("nobody knows a value")
	}
}
