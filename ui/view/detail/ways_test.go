package detail_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/detail"
	"canopy/ui/view/viewtest"
)

// standings says where objects stand.
type standings map[model.Ref]model.Standing

func (s standings) Of(o model.Ref) model.Standing { return s[o] }

// asker knows one object, the way on from it, and who gets there.
type asker struct {
	attack.Asker
	node   attack.Node
	onward attack.Path
	from   []attack.Path
	more   int
	// asked counts the questions.
	asked int
}

func (a *asker) Find(name string) (attack.Node, bool) { return a.node, name == a.node.ID }

func (a *asker) Paths(q attack.Question) attack.Answer {
	a.asked++
	if q.To == a.node {
		return attack.Answer{Paths: a.from, More: a.more}
	}
	return attack.Answer{}
}

func (a *asker) Routes(from, to attack.Node, _ int, _ bool) ([]attack.Path, bool) {
	if from != a.node || to != a.onward.To {
		return nil, false
	}
	return []attack.Path{a.onward}, true
}

// node gives that of an object that the tests spell.
func node(t testing.TB, name string) attack.Node {
	n, ok := attack.NodeOf(ref(name))
	if !ok {
		t.Fatalf("%s is no node", name)
	}
	return n
}

// story is what the graph says of the helper of the backup: it owns its node, and the operator's token on it is cluster-admin.
func story(t testing.TB) (*model.Attack, *asker) {
	helper, machine, operator := node(t, "data/DaemonSet/backup-helper"), node(t, "Node/n1"), node(t, "ops/Deployment/operator")
	account := attack.NodeOfSubject(model.Subject{Kind: model.AccountSubject, Namespace: "ops", Name: "operator"})
	a := &model.Attack{
		Known: true, Paths: 41, Internet: 12, Sources: 60,
		Cuts:      []model.Cut{{Object: helper.Ref, Edit: "run it without privileges", Removes: 4}},
		Standings: standings{helper.Ref: {Exposure: model.ExposedToAccounts, Effect: model.LeadsToCluster}},
	}
	return a, &asker{
		node: helper,
		onward: attack.Path{From: helper, To: attack.ClusterAdmin, Cost: 4, Hops: []attack.Hop{
			{Edge: "K-01", From: helper, To: machine}, {Edge: "N-01", From: machine, To: operator}, {Edge: "I-01", From: operator, To: account}, {Edge: "W-01", From: account, To: attack.ClusterAdmin},
		}},
		from: []attack.Path{{From: node(t, "shop/Deployment/web")}, {From: node(t, "shop/Deployment/api")}}, more: 3,
	}
}

// along opens a screen as of a report that has paths.
func along(t testing.TB, s *viewtest.Session, screen *detail.Screen, a *model.Attack, edits []model.Edit, width, height int) *driver {
	t.Helper()
	r := *s.Report()
	r.Attack, r.Edits = a, edits
	d := &driver{t: t, screen: screen}
	screen.Resize(width, height)
	d.run(screen.Show(view.NewSnapshot().Next(&r, nil)))
	return d
}

// words gives the text of a screen without what is but layout.
func words(d *driver) string { return strings.Join(strings.Fields(d.text()), " ") }

// TestTheRiskIsTakenApart holds that the figure in the head is that of the parts, which are told with their factors.
func TestTheRiskIsTakenApart(t *testing.T) {
	session := viewtest.Cluster(t)
	a, asks := story(t)
	session.Attack = asks
	d := along(t, session, detail.New(session.Shared(), critical), a, nil, 90, 40)
	if aside := d.screen.Aside(); !strings.Contains(aside, "risk 85") {
		t.Errorf("the head says %q", aside)
	}
	for _, want := range []string{
		"85 = 100 x exposure 0.85 (any account) x effect 1 (cluster-admin) x severity 1 (critical)",
		"LEADS node n1 → ops/operator → cluster-admin (cost 4)",
		"REACH by any account · from shop/web, shop/api and 3 more · not from the internet",
		"CUTS run it without privileges: 4 of 41 attack paths to cluster-admin end",
	} {
		if got := words(d); !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, d.text())
		}
	}
	// Another report that says the same of paths asks for nothing, one that says something else does.
	same, other := *a, *a
	other.Paths++
	for n, next := range []*model.Attack{a, &same, &other} {
		r := *session.Report()
		r.Attack = next
		d.run(d.screen.Show(view.NewSnapshot().Next(&r, nil)))
		if want := 1 + n/2; asks.asked != want {
			t.Errorf("after report %d who gets there was asked for %d times, want %d", n, asks.asked, want)
		}
	}
}

// TestUnknownPathsSayBySeverity holds what is said before paths are known, and where they are not known whole.
func TestUnknownPathsSayBySeverity(t *testing.T) {
	session := viewtest.Cluster(t)
	a, asks := story(t)
	session.Attack = asks
	d := along(t, session, detail.New(session.Shared(), critical), nil, nil, 90, 40)
	d.has("90 of 100 by severity, until attack paths are known")
	d.lacks("LEADS", "REACH", "not from the internet")
	if asks.asked != 0 {
		t.Error("the graph was asked before there is one")
	}
	part := *a
	part.Known, part.Missing, part.Standings, part.Cuts = false, "secrets", standings{}, nil
	d = along(t, session, detail.New(session.Shared(), critical), &part, nil, 90, 40)
	d.has("no further, as far as is known", "there may be more: not all was read: secrets", "33 = 100 x exposure 0.65")
	d.lacks("no attack path goes on")
}

// TestWhatIsNoNodeIsToldByItsStanding holds that a binding, which paths go through but do not end at, is told too.
func TestWhatIsNoNodeIsToldByItsStanding(t *testing.T) {
	session := viewtest.Cluster(t)
	a, asks := story(t)
	session.Attack = asks
	binding := ref("data/RoleBinding/exec")
	a.Standings.(standings)[binding] = model.Standing{Exposure: model.ExposedToInternet, Effect: model.LeadsToNode}
	at := viewtest.Now
	edits := []model.Edit{
		{Time: at, Object: binding, PathsOpened: 37}, {Time: at, Object: binding, PathsClosed: 1}, {Time: at, Object: ref("shop/Deployment/web"), PathsOpened: 5},
		{Time: at.Add(-time.Hour), Object: binding, OpenedCount: 2},
	}
	d := along(t, session, detail.NewObject(session.Shared(), binding), a, edits, 90, 40)
	for _, want := range []string{"LEADS to a node", "REACH from the internet", "added 37 paths to cluster-admin", "took 1 path away"} {
		if got := words(d); !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, d.text())
		}
	}
	d.lacks("added 5")
}

func TestGoldenPaths(t *testing.T) {
	session := viewtest.Cluster(t)
	a, asks := story(t)
	session.Attack = asks
	edits := []model.Edit{{Time: viewtest.Now, Object: ref("data/DaemonSet/backup-helper"), PathsOpened: 4}}
	for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {160, 40}} {
		name := fmt.Sprintf("paths-%dx%d", size[0], size[1])
		t.Run(name, func(t *testing.T) {
			d := along(t, session, detail.New(session.Shared(), critical), a, edits, size[0], size[1])
			viewtest.Exact(t, d.screen.View(), size[0], size[1])
			golden(t, name, d.screen)
		})
	}
}
