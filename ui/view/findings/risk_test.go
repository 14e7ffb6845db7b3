package findings

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

type standings map[model.Ref]model.Standing

func (s standings) Of(o model.Ref) model.Standing { return s[o] }

// TestTheListIsSortedByRisk holds that what is riskier comes first even where it is less severe, then what is worse, then by id.
func TestTheListIsSortedByRisk(t *testing.T) {
	session := viewtest.Bare(t)
	r := *session.Report()
	web := model.KindByName("Deployment").Ref("shop", "web")
	r.Attack = &model.Attack{Known: true, Standings: standings{web: {Exposure: model.ExposedToInternet, Effect: model.LeadsToCluster}}}
	s := New(session.Shared())
	s.Resize(120, 30)
	msg := s.Show(view.NewSnapshot().Next(&r, nil))().(view.For)
	s.Update(msg.Msg)
	rows := s.table.Rows()
	if rows.Len() < 10 {
		t.Fatalf("there are %d rows", rows.Len())
	}
	if first := rows.At(0); first.Finding.Object != web || first.Finding.Severity == model.Critical {
		t.Errorf("first comes %s of risk %d", first.Finding.ID, first.Risk)
	}
	for i := 1; i < rows.Len(); i++ {
		a, b := rows.At(i-1), rows.At(i)
		switch {
		case a.Risk != b.Risk:
			if a.Risk < b.Risk {
				t.Errorf("%s of risk %d comes before %s of risk %d", a.Finding.ID, a.Risk, b.Finding.ID, b.Risk)
			}
		case a.Finding.Severity < b.Finding.Severity:
			t.Errorf("of one risk %s comes before %s, which is worse", a.Finding.ID, b.Finding.ID)
		case a.Finding.Severity == b.Finding.Severity && certain(a) == certain(b) && a.Finding.ID > b.Finding.ID:
			t.Errorf("%s comes before %s", a.Finding.ID, b.Finding.ID)
		}
	}
	got := s.View()
	if !strings.Contains(got, "RISK") || !strings.Contains(got, " 60 ") {
		t.Errorf("the list lacks the risk:\n%s", got)
	}
	for filter, holds := range map[string]func(*view.Row) bool{
		"risk:>=50": func(r *view.Row) bool { return r.Risk >= 50 },
		"risk:=60":  func(r *view.Row) bool { return r.Risk == 60 },
		"risk:<9":   func(r *view.Row) bool { return r.Risk < 9 },
	} {
		want := 0
		for row := range rows.All() {
			if holds(row) {
				want++
			}
		}
		if passed := rows.With(table.Query{Filter: filter}); passed.Len() != want || want == 0 {
			t.Errorf("%s lets %d through, want %d", filter, passed.Len(), want)
		}
		if p := s.schema.Problem(filter); p != "" {
			t.Errorf("%s: %s", filter, p)
		}
	}
	if p := s.schema.Problem("risk:>=much"); p == "" {
		t.Error("a risk that is no number is no problem")
	}
}

// TestTheSideTakesTheRiskApart holds what stands beside the list, before paths are known and after.
func TestTheSideTakesTheRiskApart(t *testing.T) {
	session := viewtest.Bare(t)
	shared := session.Shared()
	r := *session.Report()
	r.Attack = nil
	row := view.NewSnapshot().Next(&r, nil).Rows[0]
	if got := strings.Join(describe(shared, row, 200), "\n"); !strings.Contains(got, "by severity, until attack paths are known") {
		t.Errorf("before paths are known:\n%s", got)
	}
	r.Attack = &model.Attack{Known: true, Standings: standings{}}
	row = view.NewSnapshot().Next(&r, nil).Rows[0]
	if got := strings.Join(describe(shared, row, 200), "\n"); !strings.Contains(got, "exposure 0.65 (its holders only) x effect 0.5 (itself)") {
		t.Errorf("after:\n%s", got)
	}
}
