package overview_test

import (
	"fmt"
	"iter"
	"testing"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/overview"
	"canopy/ui/view/viewtest"
)

// crowd is a set of findings of many objects.
type crowd []*model.Finding

func (c crowd) Len() int                { return len(c) }
func (crowd) Get(string) *model.Finding { return nil }
func (c crowd) All() iter.Seq[*model.Finding] {
	return func(yield func(*model.Finding) bool) {
		for _, f := range c {
			if !yield(f) {
				return
			}
		}
	}
}

// crowded is a snapshot of so many findings, ten of each object.
func crowded(s *viewtest.Session, findings int) *view.Snapshot {
	r := *s.Report()
	rules := s.Rules()
	var all crowd
	for i := range 10 {
		for n := range findings / 10 {
			o := deployment(fmt.Sprintf("team-%03d", n%400), fmt.Sprintf("service-%05d", n))
			rule := rules[(i*3+n%3)%len(rules)]
			all = append(all, &model.Finding{ID: fmt.Sprintf("%s-%d-%06d", rule.ID, i, n), Rule: rule, Severity: rule.Severity, Object: o, Verdict: model.Yes})
		}
	}
	r.Findings = all
	return view.NewSnapshot().Next(&r, nil)
}

// BenchmarkShow measures what a new report costs: the call in the loop, and the command outside of it.
func BenchmarkShow(b *testing.B) {
	session := viewtest.Cluster(b)
	shared, snapshot := session.Shared(), crowded(session, 50_000)
	b.Run("call", func(b *testing.B) {
		s := open(b, shared, snapshot, 120, 35)
		for b.Loop() {
			s.Show(snapshot)
		}
	})
	b.Run("command", func(b *testing.B) {
		for b.Loop() {
			s := overview.New(shared)
			s.Resize(120, 35)
			run(b, s, s.Show(snapshot))
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		s := open(b, shared, snapshot, 120, 35)
		for b.Loop() {
			same := *snapshot.Report
			run(b, s, s.Show(snapshot.Next(&same, nil)))
		}
	})
}

// BenchmarkPaths measures what a report costs in which paths have changed: the rows whose objects stand elsewhere, and the ranking.
func BenchmarkPaths(b *testing.B) {
	session := viewtest.Cluster(b)
	shared, snapshot := session.Shared(), crowded(session, 50_000)
	story := func(effect model.Effect) *view.Snapshot {
		a, all := &model.Attack{Known: true, Paths: 2000, Headline: []string{"internet", "a", "b", "cluster-admin"}}, standings{}
		for i, row := range snapshot.Rows {
			if i%3 == 0 {
				all[row.Finding.Object] = model.Standing{Effect: model.LeadsToNode}
			}
			if i%500 == 0 {
				a.Cuts = append(a.Cuts, model.Cut{Object: row.Finding.Object, Removes: 2000 - i/500})
				all[row.Finding.Object] = model.Standing{Exposure: model.ExposedToInternet, Effect: effect}
			}
		}
		a.Standings = all
		return attacked(snapshot, a)
	}
	before, after := story(model.LeadsToNode), story(model.LeadsToCluster)
	s := open(b, shared, before, 120, 35)
	b.Run("moved", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			from, to := before, after
			if i%2 == 1 {
				from, to = to, from
			}
			run(b, s, s.Show(from.Next(to.Report, nil)))
		}
	})
	b.Run("next", func(b *testing.B) {
		for b.Loop() {
			before.Next(after.Report, nil)
		}
	})
}

func BenchmarkView(b *testing.B) {
	session := viewtest.Cluster(b)
	for _, size := range [][2]int{{80, 20}, {120, 35}, {200, 55}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			s := open(b, session.Shared(), crowded(session, 50_000), size[0], size[1])
			for b.Loop() {
				_ = s.View()
			}
		})
	}
}
