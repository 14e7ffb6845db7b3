package rbac_test

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// standings are where the objects of a test stand.
type standings map[model.Ref]model.Standing

func (s standings) Of(ref model.Ref) model.Standing { return s[ref] }

// stand shows a report by which accounts stand there.
func (s *stage) stand(at standings, sequence uint64) {
	s.t.Helper()
	r := *s.session.Report()
	r.Sequence, r.Attack = r.Sequence+sequence, &model.Attack{Known: true, Standings: at}
	s.run(s.Show(view.NewSnapshot().Next(&r, nil)))
}

// TestLeads holds that an account from which cluster-admin is reached says so, and stands with what is critical, though nothing was found
// on it; and that the mark goes with the path.
func TestLeads(t *testing.T) {
	s := open(t, 160, 40)
	s.stand(standings{}, 1)
	names := func() (marks, names []string) {
		for _, l := range s.rows() {
			cells := strings.Split(l, "\t")
			marks, names = append(marks, cells[0]), append(names, cells[1])
		}
		return marks, names
	}
	_, before := names()
	web, quiet := model.KindByName("ServiceAccount").Ref("shop", "web"), model.KindByName("ServiceAccount").Ref("data", "default")
	leads := model.Standing{Exposure: model.ExposedToAccounts, Effect: model.LeadsToCluster}
	s.stand(standings{web: {Exposure: model.ExposedToInternet, Effect: model.LeadsToCluster}, quiet: leads, ref("ServiceAccount", "data", "operator"): leads}, 2)
	marks, now := names()
	if strings.Join(now[:2], " ") != "sa:shop/web sa:data/operator" || marks[0] != ">M" || marks[1] != ">C" {
		t.Errorf("the list begins with %q %q, before with %q", marks[:3], now[:3], before[:3])
	}
	s.reveal("sa:shop/web")
	s.has("> It leads to cluster-admin by attack paths; who gets to it: the internet")
	s.run(s.Screen.(view.Filtered).SetFilter("leads:cluster"))
	if rows := s.rows(); len(rows) < 2 {
		t.Errorf("it finds %q", rows)
	}
	s.run(s.Screen.(view.Filtered).SetFilter(""))
	s.stand(standings{}, 3)
	if _, after := names(); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("the list is %q, was %q", after, before)
	}
	s.reveal("sa:shop/web")
	s.lacks("It leads to cluster-admin")
}

// TestFullNames holds that a subject is found by what lists print of it, and that this is no mistake.
func TestFullNames(t *testing.T) {
	s := open(t, 160, 40)
	f := s.Screen.(view.Filtered)
	for filter, want := range map[string]string{
		"sa:shop/web": "sa:shop/web", "group:dev": "group:dev", "user:alice": "user:alice", "SA:shop/web kind:account": "sa:shop/web",
	} {
		s.run(f.SetFilter(filter))
		rows := s.rows()
		if len(rows) == 0 || !strings.HasPrefix(strings.Split(rows[0], "\t")[1], want) {
			t.Errorf("%s finds %q", filter, rows)
		}
		if p := f.FilterProblem(); p != "" {
			t.Errorf("%s: %s", filter, p)
		}
	}
	s.run(f.SetFilter("sa:shop/web nonsense:x"))
	if f.FilterProblem() == "" {
		t.Error("a key that there is not is no problem")
	}
	s.run(f.SetFilter(""))
	s.press(keys.NextPane)
	s.run(f.SetFilter("group:dev"))
	if p := f.FilterProblem(); p != "" {
		t.Errorf("in the second pane: %s", p)
	}
}
