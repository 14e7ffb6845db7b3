package overview_test

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// standings says where objects stand.
type standings map[model.Ref]model.Standing

func (s standings) Of(o model.Ref) model.Standing { return s[o] }

// object reads a reference that the tests spell.
func object(s string) model.Ref {
	r, err := model.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}

// story is what the graph says of the small cluster: a pod on the internet reaches cluster-admin by two bindings, and whoever gets
// into the helper of the backup has its node.
func story() *model.Attack {
	internet := model.Standing{Exposure: model.ExposedToInternet, Effect: model.LeadsToCluster}
	return &model.Attack{
		Known: true, Sources: 60, Paths: 41, Internet: 12,
		Jewels:   []model.Jewel{{Name: "data/Secret/operator-token", Sources: 9}, {Name: "control-plane", Sources: 3}},
		Headline: []string{"internet", "shop/Deployment/web", "sa:shop/web", "data/Deployment/operator", "sa:data/operator", "cluster-admin"},
		Cuts: []model.Cut{
			{Object: object("data/RoleBinding/exec"), Edit: "delete the binding", Removes: 37, Cost: 1},
			{Object: object("ClusterRoleBinding/operator"), Edit: "delete the binding", Removes: 37, Cost: 900},
			{Object: object("shop/RoleBinding/web"), Edit: "delete the binding", Removes: 30, Cost: 2},
			{Object: object("data/DaemonSet/backup-helper"), Edit: "run it without privileges", Removes: 4, Cost: 2},
			{Object: object("shop/Deployment/web"), Edit: "do not mount the token", Removes: 1, Cost: 1},
		},
		Standings: standings{
			object("data/RoleBinding/exec"):              internet,
			object("ClusterRoleBinding/operator"):        internet,
			object("shop/RoleBinding/web"):               internet,
			object("shop/Deployment/web"):                internet,
			object("data/DaemonSet/backup-helper"):       {Exposure: model.ExposedToAccounts, Effect: model.LeadsToCluster},
			object("shop/Secret/db"):                     {Exposure: model.ExposedToAccounts, Effect: model.LeadsToSecrets},
			object("data/Pod/debug-x9"):                  {Effect: model.LeadsToNode},
			object("shop/RoleBinding/deployer"):          {Effect: model.LeadsToSecrets},
			object("kube-system/ConfigMap/kubeadm-conf"): {},
		},
	}
}

// attacked is a snapshot with what the graph of attacks says.
func attacked(s *view.Snapshot, a *model.Attack) *view.Snapshot {
	r := *s.Report
	r.Attack = a
	n := view.NewSnapshot().Next(&r, s.Namespaces)
	if len(s.Trend) > 1 {
		n.Trend = nil
	}
	for _, sample := range s.Trend {
		n.Trend = append(n.Trend, view.Sample{Time: sample.Time, Risk: sample.Risk + n.Risk - s.Risk})
	}
	return n
}

// bySeverity is the small cluster before paths are known.
func bySeverity(s *viewtest.Session) *view.Snapshot { return attacked(s.Snapshot(), nil) }

// hit is the busy small cluster with paths, and with edits that opened and closed some.
func hit(s *viewtest.Session) *view.Snapshot {
	was := busy(s)
	r := *was.Report
	r.Edits = append([]model.Edit(nil), r.Edits...)
	r.Edits[0].PathsOpened = 37
	r.Edits[3].PathsOpened, r.Edits[3].PathsClosed = 2, 14
	r.Edits[5].PathsClosed = 1
	n := *was
	n.Report = &r
	return attacked(&n, story())
}

// names gives the objects of what to fix first.
func ranked(t *testing.T, session *viewtest.Session, snapshot *view.Snapshot, most int) []string {
	t.Helper()
	s := open(t, session.Shared(), snapshot, 120, 40)
	var order []string
	for range most {
		order = append(order, s.Subject().Object.String())
		press(t, s, keys.Down)
	}
	return order
}

// TestTheRiskiestComesFirst holds the order: the best cut, then what is as risky, and one root cause is one row.
func TestTheRiskiestComesFirst(t *testing.T) {
	session := viewtest.Cluster(t)
	want := []string{"data/RoleBinding/exec", "ClusterRoleBinding/operator", "data/DaemonSet/backup-helper", "shop/Deployment/web", "shop/Secret/db", "data/Pod/debug-x9"}
	if got := ranked(t, session, hit(session), len(want)); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the order is %v, want %v", got, want)
	}
	s := open(t, session.Shared(), hit(session), 120, 40)
	got := plain(s)
	if n := strings.Count(got, "data/RoleBinding/exec"); n != 1 {
		t.Errorf("the best cut stands %d times on\n%s", n, got)
	}
	if strings.Contains(got, "shop/RoleBinding/web") {
		t.Errorf("what ends paths that the best cut ends has a row of its own:\n%s", got)
	}
	for _, want := range []string{"41 attack paths end in cluster-admin · 12 from the internet", "2 crown jewels reachable: data/Secret/operator-token, control-pl", "cut data/RoleBinding/exec: delete the binding", "37/41", "risk   cuts"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if f := s.Subject().Finding(); f == nil || f.Object.Name != "exec" {
		t.Errorf("the fix of the best cut is about %v", f)
	}
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Cuts, Object: object("data/RoleBinding/exec"), Query: model.CutBinding})
	press(t, s, keys.Fix)
	press(t, s, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Detail, Object: object("ClusterRoleBinding/operator")})
}

// TestACutWithoutAFinding holds that the best cut has a row where no rule holds on its object, and that another that may end other
// paths has one too.
func TestACutWithoutAFinding(t *testing.T) {
	session := viewtest.Cluster(t)
	a := story()
	a.Cuts = []model.Cut{
		{Object: object("shop/RoleBinding/web"), Edit: "delete the binding", Removes: 21},
		{Object: object("shop/ServiceAccount/web"), Edit: "delete the account", Removes: 21},
		{Object: object("ops/RoleBinding/other"), Edit: "delete the binding", Removes: 20},
		{Object: object("ops/RoleBinding/small"), Edit: "delete the binding", Removes: 1},
	}
	for _, c := range a.Cuts {
		a.Standings.(standings)[c.Object] = model.Standing{Exposure: model.ExposedToInternet, Effect: model.LeadsToCluster}
	}
	snapshot := attacked(session.Snapshot(), a)
	order := ranked(t, session, snapshot, 6)
	if order[0] != "shop/RoleBinding/web" {
		t.Errorf("first comes %s", order[0])
	}
	all := strings.Join(order, " ")
	if !strings.Contains(all, "ops/RoleBinding/other") || strings.Contains(all, "ServiceAccount/web") || strings.Contains(all, "small") {
		t.Errorf("the order is %v", order)
	}
	s := open(t, session.Shared(), snapshot, 120, 40)
	if offer := s.Can(keys.Fix); offer.OK() {
		t.Error("the fix of a finding is offered where there is none")
	}
	if !s.Can(keys.YAML).OK() || !s.Can(keys.Copy).OK() {
		t.Error("nothing can be done with the object of a cut")
	}
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Cuts, Object: object("shop/RoleBinding/web"), Query: model.CutBinding})
	// Of other namespaces it is none of the business.
	s = open(t, session.Shared(), attacked(view.NewSnapshot().Next(session.Report(), view.NewNamespaces([]string{"data"})), a), 160, 40)
	if got := plain(s); strings.Contains(got, "shop/RoleBinding") || !strings.Contains(got, "(all namespaces)") {
		t.Errorf("of data alone:\n%s", got)
	}
}

// TestThePathIsThatOfItsCut holds that a path from the internet is not shown with a cut that nobody from there comes by.
func TestThePathIsThatOfItsCut(t *testing.T) {
	session := viewtest.Cluster(t)
	a := story()
	a.Standings.(standings)[object("data/RoleBinding/exec")] = model.Standing{Effect: model.LeadsToCluster}
	got := plain(open(t, session.Shared(), attacked(session.Snapshot(), a), 120, 40))
	if strings.Contains(got, "internet →") || !strings.Contains(got, "data/RoleBinding/exec") {
		t.Errorf("the path has another cut:\n%s", got)
	}
}

// TestUnknownPathsAreNeverNone holds what is said where paths are not known, or not all of them.
func TestUnknownPathsAreNeverNone(t *testing.T) {
	session := viewtest.Cluster(t)
	for want, a := range map[string]*model.Attack{
		"attack paths: not known yet":                                                              nil,
		"no attack path ends in cluster-admin · looked from 12 sources":                            {Known: true, Sources: 12, Standings: standings{}},
		"no attack path found, but not all was read: secrets":                                      {Missing: "secrets", Standings: standings{}},
		"at least 3 attack paths end in cluster-admin · none from the internet · not all was read": {Paths: 3, Standings: standings{}},
		"1 attack path ends in cluster-admin · 1 from the internet":                                {Known: true, Paths: 1, Internet: 1, Standings: standings{}},
	} {
		s := open(t, session.Shared(), attacked(session.Snapshot(), a), 200, 40)
		got := plain(s)
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
		if clean := strings.Contains(got, "no attack path ends"); clean != (a != nil && a.Known && a.Paths == 0) {
			t.Errorf("clean is %v of %+v", clean, a)
		}
		if cuts := strings.Contains(got, "cuts"); cuts != (a != nil && a.Paths > 0) {
			t.Errorf("the column of cuts is there: %v, of %+v", cuts, a)
		}
	}
}

// TestPathsAreToldOfEdits holds that what an edit did to paths comes before all else of it.
func TestPathsAreToldOfEdits(t *testing.T) {
	session := viewtest.Cluster(t)
	for _, width := range []int{60, 80, 120, 160, 220} {
		s := open(t, session.Shared(), hit(session), width, 48)
		got := plain(s)
		for _, want := range []string{"+37 paths to admin", "+2 -14 paths to admin", "-1 path to admin"} {
			if width < 220 {
				// Where there is no room the name goes before where the paths lead.
				want = strings.TrimSuffix(want, " to admin")
			}
			if want[:2] == "-1" && width < 100 {
				// The list is not as long.
				continue
			}
			if !strings.Contains(got, want) {
				t.Errorf("at %d it lacks %q:\n%s", width, want, got)
			}
		}
		if line := lineOf(got, "shop/RoleBinding/ci"); strings.Contains(line, "?") {
			t.Errorf("at %d what is told passes for unknown: %q", width, line)
		}
	}
	s := open(t, session.Shared(), hit(session), 99, 48)
	press(t, s, keys.NextPane)
	if got := strings.Join(strings.Fields(plain(s)), " "); !strings.Contains(got, "cluster-admin came in reach of 37 more sources; sa:ci/runner → ClusterRole/edit; 3 findings opened") {
		t.Errorf("the edit is told as\n%s", plain(s))
	}
}

func lineOf(screen, with string) string {
	for line := range strings.SplitSeq(screen, "\n") {
		if strings.Contains(line, with) {
			return line
		}
	}
	return ""
}

// TestHostilePathsAreCleaned holds that names in paths, cuts and jewels cannot do anything, and that ASCII is ASCII.
func TestHostilePathsAreCleaned(t *testing.T) {
	session := viewtest.Cluster(t)
	evil := "x\x1b]52;c;evil\x07\u202eè" + strings.Repeat("y", 300)
	a := story()
	a.Headline[1], a.Jewels[0].Name, a.Missing, a.Cuts[0].Edit, a.Known = evil, evil, evil, evil, false
	ascii := *session.Shared()
	ascii.Glyphs = theme.NewGlyphs(true)
	for _, size := range [][2]int{{40, 10}, {60, 15}, {80, 19}, {120, 35}, {160, 40}} {
		for _, shared := range []*view.Shared{session.Shared(), &ascii} {
			s := open(t, shared, attacked(session.Snapshot(), a), size[0], size[1])
			for range 3 {
				exact(t, s, size[0], size[1])
				got := plain(s)
				if strings.ContainsAny(got, "\x07\u202e") || strings.Contains(got, "]52;c") {
					t.Errorf("%v: the screen has\n%q", size, got)
				}
				if shared == &ascii && strings.IndexFunc(got, func(r rune) bool { return r > '~' }) >= 0 {
					t.Errorf("%v: not ASCII:\n%s", size, got)
				}
				if s.Can(keys.Down).OK() {
					press(t, s, keys.Down)
				}
			}
		}
	}
}

// TestTheRankingFollowsPaths holds that a new sum of paths over the same findings makes a new ranking, and the same one none.
func TestTheRankingFollowsPaths(t *testing.T) {
	session := viewtest.Cluster(t)
	first := attacked(session.Snapshot(), story())
	s := open(t, session.Shared(), first, 120, 40)
	a := story()
	a.Paths, a.Cuts[0].Removes = 5, 1
	r := *first.Report
	r.Attack = a
	run(t, s, s.Show(first.Next(&r, nil)))
	if got := plain(s); !strings.Contains(got, "1/5") || strings.Contains(got, "37/41") {
		t.Errorf("the cuts are those of before:\n%s", got)
	}
}
