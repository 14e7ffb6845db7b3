package view_test

import (
	"iter"
	"testing"
	"time"

	"canopy/model"
	"canopy/ui/view"
)

// standings says where objects stand.
type standings map[model.Ref]model.Standing

func (s standings) Of(o model.Ref) model.Standing { return s[o] }

// set is a set of findings in the order of ids.
type set []*model.Finding

func (s set) Len() int { return len(s) }
func (s set) Get(id string) *model.Finding {
	for _, f := range s {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s set) All() iter.Seq[*model.Finding] {
	return func(yield func(*model.Finding) bool) {
		for _, f := range s {
			if !yield(f) {
				return
			}
		}
	}
}

// report is one of a privileged and a plain workload, as of a second.
func report(a *model.Attack, second int) *model.Report {
	rule := &model.Rule{ID: "PS01", Severity: model.High}
	findings := set{}
	for _, name := range []string{"a", "b"} {
		o := model.KindByName("Deployment").Ref("shop", name)
		findings = append(findings, &model.Finding{ID: model.FindingID("PS01", o), Rule: rule, Severity: model.High, Object: o, Verdict: model.Yes})
	}
	return &model.Report{
		Time: time.Unix(int64(second), 0), Findings: findings, Attack: a,
		Coverage: []model.Coverage{{Kind: model.KindByName("Pod").GroupKind(), State: model.Complete}},
	}
}

// again is a report of the same findings.
func again(r *model.Report, a *model.Attack, second int) *model.Report {
	next := *r
	next.Attack, next.Time = a, time.Unix(int64(second), 0)
	return &next
}

// TestRowsFollowTheirStanding holds that a row is another one exactly where its object stands elsewhere, and that its risk comes from there.
func TestRowsFollowTheirStanding(t *testing.T) {
	first := report(nil, 1)
	a := model.KindByName("Deployment").Ref("shop", "a")
	before := view.NewSnapshot().Next(first, nil)
	if r := before.Rows[0]; r.Placed || r.Risk != 70 {
		t.Fatalf("before paths are known the risk is %d, placed %v", r.Risk, r.Placed)
	}
	known := &model.Attack{Known: true, Standings: standings{a: {Exposure: model.ExposedToInternet, Effect: model.LeadsToCluster}}}
	now := before.Next(again(first, known, 2), nil)
	if r := now.Rows[0]; !r.Placed || r.Risk != 60 || r == before.Rows[0] {
		t.Errorf("the risk of what leads from the internet to the cluster is %d, placed %v", r.Risk, r.Placed)
	}
	if r := now.Rows[1]; !r.Placed || r.Risk != 20 {
		t.Errorf("the risk of what is in no path is %d, placed %v", r.Risk, r.Placed)
	}
	if gone, come := before.Changes(now); len(gone) != 2 || len(come) != 2 {
		t.Errorf("%d rows went and %d came", len(gone), len(come))
	}
	// The same paths, summed up anew: nothing moves.
	same := *known
	third := now.Next(again(first, &same, 3), nil)
	if third.Rows[0] != now.Rows[0] || third.Rows[1] != now.Rows[1] {
		t.Error("rows are made anew where nothing has changed")
	}
	// One object moves.
	moved := &model.Attack{Known: true, Standings: standings{a: {Effect: model.LeadsToNode}}}
	fourth := third.Next(again(first, moved, 4), nil)
	if gone, come := third.Changes(fourth); len(gone) != 1 || len(come) != 1 || come[0].Risk != 33 || come[0].Object != gone[0].Object {
		t.Errorf("of one that moved %v went and %v came", gone, come)
	}
	if r := fourth.Row("PS01/apps/Deployment/shop/a"); r == nil || !r.Same(fourth.Rows[0]) {
		t.Errorf("the row by id is %+v, want %+v", r, fourth.Rows[0])
	}
	if third.Risk <= fourth.Risk {
		t.Errorf("a cluster without a path has risk %d, with one %d", fourth.Risk, third.Risk)
	}
}

// TestTheTrendComparesLikeWithLike holds that the risk by severity and that by paths are no movement.
func TestTheTrendComparesLikeWithLike(t *testing.T) {
	first := report(nil, 1)
	by := view.NewSnapshot().Next(first, nil)
	if len(by.Trend) != 1 {
		t.Fatalf("the trend is %v", by.Trend)
	}
	known := by.Next(again(first, &model.Attack{Standings: standings{}}, 2), nil)
	if len(known.Trend) != 1 || known.Trend[0].Risk != known.Risk || known.Risk == by.Risk {
		t.Errorf("from risk %d to %d: the trend is %v", by.Risk, known.Risk, known.Trend)
	}
	a := model.KindByName("Deployment").Ref("shop", "a")
	worse := known.Next(again(first, &model.Attack{Standings: standings{a: {Exposure: model.ExposedToInternet}}}, 3), nil)
	if len(worse.Trend) != 2 || worse.Trend[1].Risk <= worse.Trend[0].Risk {
		t.Errorf("the trend is %v", worse.Trend)
	}
}
