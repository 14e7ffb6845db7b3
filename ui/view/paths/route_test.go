package paths

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestRoute holds that a path is drawn hop by hop, that one steps into each, and that there are other routes.
func TestRoute(t *testing.T) {
	p := newPlay(t).at(toAdmin, 200, 50)
	p.has("◆ internet", "│ K-05  Service shop/web LoadBalancer 203.0.113.9:80 → 8080", "T1190", "■ shop/Deployment/web", "● sa:shop/web", "W-07  create pods/exec in data",
		"data/RoleBinding/exec → Role exec, as group:system:serviceaccounts", "← cut here: 1 of 3 paths: delete the binding", "◎ cluster-admin", "Whoever is outside of the cluster")
	if got := p.Aside(); got != "route 1 of 2, cost 6, proven" {
		t.Errorf("aside %q", got)
	}
	if o := p.Can(keys.Fix); o.OK() || o.Why == "" {
		t.Errorf("fix of a node: %+v", o)
	}
	p.press(keys.Open)
	if to := p.goes(); to.Screen != view.Internet {
		t.Errorf("enter on the internet goes to %+v", to)
	}
	p.press(keys.Down, keys.Open)
	if to := p.goes(); to.Object != ref("Service", "shop", "web") {
		t.Errorf("enter on the first step goes to %+v", to)
	}
	if o := p.Can(keys.Fix); o.OK() || o.Why == "" {
		t.Errorf("fix of a step that nothing ends: %+v", o)
	}
	p.press(keys.Down, keys.Down, keys.Down, keys.Open)
	if to := p.goes(); to.Screen != view.RBAC || to.Subject.Name != "web" {
		t.Errorf("enter on the account goes to %+v", to)
	}
	p.press(keys.Down)
	p.has("How an attacker does it", "rules[0] = create pods/exec")
	p.press(keys.Fix)
	if to := p.goes(); to != view.CutOf(model.Cut{Object: ref("RoleBinding", "data", "exec"), Edit: model.CutBinding}) {
		t.Errorf("fix goes to %+v", to)
	}
	p.press(keys.Cuts)
	if to := p.goes(); to.Screen != view.Cuts || to.Goal != "cluster-admin" {
		t.Errorf("m goes to %+v", to)
	}
	s := p.Screen.(*Route)
	p.press(keys.Defence)
	if !s.Deep() || !strings.Contains(s.text.View(), "How a defender sees it") {
		t.Errorf("d shows\n%s", s.text.View())
	}
	p.run(s.Up())
	p.press(keys.NextRoute)
	if got := p.Aside(); got != "route 2 of 2, cost 11, admission" {
		t.Errorf("aside %q", got)
	}
	p.has("~ rests on admission: whether a webhook takes privileged away was not read")
	if o := p.Can(keys.NextRoute); o.OK() {
		t.Error("there is a third route")
	}
	p.press(keys.PrevRoute)
	if got := p.Place(); got != toAdmin {
		t.Errorf("at %+v", got)
	}
}

// TestRoutesOnDemand holds that more routes come when one goes past the last.
func TestRoutesOnDemand(t *testing.T) {
	p := newPlay(t)
	for i := range 7 {
		r := p.attack.Alternatives[0]
		r.Cost = 20 + i
		r.Hops = append(r.Hops[:5:5], r.Hops[5])
		r.Hops[4].Edge = []string{"E-01", "E-02", "E-03", "E-04", "E-05", "E-06", "E-07"}[i]
		p.attack.Alternatives = append(p.attack.Alternatives, r)
	}
	p.at(toAdmin, 120, 40)
	p.has("there are more routes of this pair")
	for range 8 {
		p.press(keys.NextRoute)
	}
	if got := p.Aside(); !strings.HasPrefix(got, "route 9 of 9,") {
		t.Errorf("aside %q", got)
	}
}

// TestLongPath holds that what is selected stays in sight, whatever the size.
func TestLongPath(t *testing.T) {
	for _, size := range [][2]int{{40, 6}, {60, 10}, {80, 19}, {120, 12}} {
		p := newPlay(t).at(toAdmin, size[0], size[1])
		s := p.Screen.(*Route)
		for range stopsOf(s.path()) {
			viewtest.Exact(t, p.View(), size[0], size[1])
			if !strings.Contains(viewtest.Text(p), "▸") {
				t.Fatalf("at %v stop %d is not in sight:\n%s", size, s.stop, viewtest.Text(p))
			}
			if p.Can(keys.Down).OK() {
				p.press(keys.Down)
			}
		}
		p.press(keys.First)
		if s.top != 0 || s.stop != 0 {
			t.Errorf("g leads to line %d, stop %d", s.top, s.stop)
		}
	}
}

// TestCuts holds that each edit opens as the plan of just that edit; what a role gives by the findings on it.
func TestCuts(t *testing.T) {
	p := newPlay(t).at(view.Place{Screen: view.Cuts}, 160, 40)
	p.has("2 edits together end all of 3 paths, with the least legitimate permission lost", "one edit, the best first  3", "together these end all  2", "3 of 3")
	p.press(keys.Open)
	if to, want := p.goes(), (model.Cut{Object: ref("ClusterRoleBinding", "", "operator"), Edit: model.CutBinding}); to != view.CutOf(want) {
		t.Errorf("the first opens %+v", to)
	}
	p.press(keys.Down, keys.Down, keys.Fix)
	if to, want := p.goes(), (model.Cut{Object: ref("Deployment", "shop", "web"), Edit: model.CutToken}); to != view.CutOf(want) {
		t.Errorf("the third opens %+v", to)
	}
	// Who comes from the overview stands on the edit that it showed.
	p.at(view.Place{Screen: view.Cuts, Object: ref("Deployment", "shop", "web"), Query: model.CutToken}, 160, 40)
	p.press(keys.Fix)
	if to := p.goes(); to != view.CutOf(model.Cut{Object: ref("Deployment", "shop", "web"), Edit: model.CutToken}) {
		t.Errorf("the edit of the place opens %+v", to)
	}
	p.at(view.Place{Screen: view.Cuts}, 160, 40)
	// What a role gives is found on the bindings that give it.
	role := model.Cut{Object: ref("Role", "data", "exec"), Edit: model.CutRole, Removes: 2}
	p.attack.Answer.Cuts = append([]model.Cut{role}, p.attack.Answer.Cuts...)
	p.changed()
	p.press(keys.First, keys.Down, keys.Open)
	if to := p.goes(); to != view.FixOf([]string{"LP09/rbac.authorization.k8s.io/RoleBinding/data/exec"}) {
		t.Errorf("the role opens %+v", to)
	}
	p.attack.Answer.Least, p.attack.Answer.Uncuttable = nil, "the path of alice is the API server's own"
	p.changed()
	p.has("no edits end all of 3 paths: the path of alice is the API server's own")
}

// TestBlast holds that counts come first, that groups open, and that each row leads on.
func TestBlast(t *testing.T) {
	p := newPlay(t).at(ofWeb, 160, 40)
	p.has("it comes to hold all of the cluster", "begins as sa:shop/web with 14 permissions, reaches 1 goal, 1 source of paths can get to it",
		"becomes: identities  2  sa:shop/web, sa:data/operator", "gets into: workloads  1  data/DaemonSet/backup-helper", "roots: nodes  1", "reads: Secrets  1", "talks to, by policies  1", "tampers with  1")
	if n := strings.Count(viewtest.Text(p), "D-08 delete"); n != 1 {
		t.Errorf("the groups are open:\n%s", viewtest.Text(p))
	}
	s := p.Screen.(*Blast)
	if got := s.Start(); got != "" {
		t.Errorf("at %q", got)
	}
	p.press(keys.Open, keys.Down)
	p.press(keys.Open)
	if to := p.goes(); to != (view.Place{Screen: view.Path, Source: "shop/Deployment/web", Goal: "cluster-admin"}) {
		t.Errorf("the goal leads to %+v", to)
	}
	p.press(keys.Down, keys.Open, keys.Down, keys.Down)
	if got := s.Start(); got != "sa:data/operator" {
		t.Errorf("at %q", got)
	}
	p.press(keys.Goal)
	if to := p.goes(); to != (view.Place{Screen: view.Paths, Goal: "shop/Deployment/web"}) {
		t.Errorf("paths to it: %+v", to)
	}
	p.at(view.Place{Screen: view.Blast, Object: ref("Pod", "shop", "web-7d9f-abcde")}, 120, 30)
	p.has("begins as sa:shop/web")
	p.at(view.Place{Screen: view.Blast, Source: "user:alice"}, 120, 30)
	p.has("gets into: workloads  1", "begins as user:alice with 3 permissions")
	p.at(view.Place{Screen: view.Blast, Object: ref("Secret", "shop", "db")}, 120, 30)
	p.has("nothing was found that it reaches")
}
