package paths

import (
	"strings"
	"testing"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

func TestGolden(t *testing.T) {
	for name, place := range map[string]view.Place{
		"paths": {Screen: view.Paths}, "lateral": {Screen: view.Paths, Query: lateralWord}, "path": toAdmin, "cuts": {Screen: view.Cuts}, "blast": ofWeb,
		"none": {Screen: view.Paths, Goal: "secrets"},
	} {
		newPlay(t).at(place, 120, 35).golden(name)
	}
	p := newPlay(t).at(toAdmin, 120, 35)
	p.press(keys.Down, keys.Down, keys.Down, keys.Down, keys.Down, keys.Explain)
	p.golden("path-attacker")
	p = newPlay(t).at(toAdmin, 120, 35)
	p.press(keys.NextRoute, keys.Last)
	p.golden("path-next")
	p = newPlay(t).at(ofWeb, 120, 35)
	p.press(keys.Fold)
	p.golden("blast-open")
	p = newPlay(t)
	p.known = &model.Attack{Missing: "may not list rolebindings"}
	p.at(view.Place{Screen: view.Paths}, 120, 35).golden("unknown")
	p = newPlay(t)
	p.coverage = []model.Coverage{{Kind: model.KindByName("Pod").GroupKind(), State: model.Loading}}
	p.at(view.Place{Screen: view.Paths}, 120, 35).golden("loading")
}

// TestList holds that the paths stand by risk, with what is to be known of them, and that other questions are asked in place.
func TestList(t *testing.T) {
	p := newPlay(t).at(view.Place{Screen: view.Paths}, 200, 40)
	want := []string{
		"100 | internet | cluster-admin | 6 | 5 | proven | 3 | internet → shop/web → data/backup-helper → cluster-admin",
		"65 | data/DaemonSet/backup-helper | cluster-admin | 2 | 2 | proven | 3 |",
		"65 | user:alice | cluster-admin | 5 | 3 | version | 3 |",
	}
	rows := p.rows()
	if len(rows) != len(want) {
		t.Fatalf("rows:\n%s", strings.Join(rows, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(rows[i], want[i]) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want[i])
		}
	}
	p.has("3 paths of 57 sources reach cluster-admin, 1 from the internet", "◆ internet", "← cut here: 3 of 3 paths: delete the binding", "T1609")
	p.press(keys.Open)
	if to := p.goes(); to != toAdmin {
		t.Errorf("enter goes to %+v", to)
	}
	p.press(keys.Internet)
	if rows := p.rows(); len(rows) != 1 || p.Place().Source != "internet" {
		t.Errorf("from the internet: %q", rows)
	}
	s := p.Screen.(*Screen)
	if !s.Deep() {
		t.Error("there is no way back")
	}
	p.run(s.Up())
	if rows := p.rows(); len(rows) != 3 {
		t.Errorf("after going back: %q", rows)
	}
	p.press(keys.Lateral)
	p.has("as if what listens there could be exploited", "4 paths")
	p.press(keys.Goal)
	p.pick("Node/n1")
	p.has("Node/n1")
	if got := p.Place(); got.Goal != "Node/n1" || got.Query != lateralWord {
		t.Errorf("at %+v", got)
	}
	p.press(keys.Source)
	p.pick("namespace data")
	if got := p.Place().Source; got != "Namespace/data" || len(p.rows()) != 1 {
		t.Errorf("from %s: %q", got, p.rows())
	}
	p.press(keys.Cuts)
	if to := p.goes(); to != (view.Place{Screen: view.Cuts, Source: "Namespace/data", Goal: "Node/n1", Query: lateralWord}) {
		t.Errorf("cuts go to %+v", to)
	}
	p.run(s.First())
	for filter, want := range map[string]int{"sure:version": 1, "step:W-07": 1, "through:helper": 3, "from:user": 1, "alice": 1} {
		p.run(s.SetFilter(filter))
		if rows := p.rows(); len(rows) != want {
			t.Errorf("%s: %q", filter, rows)
		}
	}
}

// TestMore holds that what is not listed is said, and comes when it is asked for.
func TestMore(t *testing.T) {
	p := newPlay(t)
	p.attack.Many(listed + 10)
	p.at(view.Place{Screen: view.Paths}, 160, 30)
	p.has("5013 paths", "13 more: + lists them", "1 from the internet")
	p.press(keys.More)
	if o := p.Can(keys.More); o.OK() || p.attack.Last.Limit != 2*listed {
		t.Errorf("asked for %d, and then %+v", p.attack.Last.Limit, o)
	}
	if rows := p.rows(); len(rows) != listed+13 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestNothing holds that no path is told as what it is: nothing found, by what was read.
func TestNothing(t *testing.T) {
	p := newPlay(t)
	p.attack.Answer = attack.Answer{}
	p.at(view.Place{Screen: view.Paths}, 120, 30)
	p.has("no path was found from any of 57 sources to cluster-admin: by the permissions, pods, Secrets, nodes and ways in that were read there is none")
	p.attack.Answer.Unknown = "may not list pods"
	p.changed()
	p.has("but not all was read: there may be some", "not known: may not list pods")
	p.at(view.Place{Screen: view.Cuts}, 120, 30)
	p.has("but not all was read")
	p.at(view.Place{Screen: view.Paths, Source: "shop/Deployment/gone"}, 120, 30)
	p.has("there is no shop/Deployment/gone any more")
	p.at(view.Place{Screen: view.Path, Source: "shop/Deployment/gone"}, 120, 30)
	p.has("there is no shop/Deployment/gone any more")
	p.at(view.Place{Screen: view.Blast, Object: ref("ConfigMap", "shop", "x")}, 120, 30)
	p.has("there is no shop/ConfigMap/x in the graph of attacks")
}

// TestSteady holds that nothing is asked anew while neither the graph nor the findings change, and that what is selected stays when
// they do.
func TestSteady(t *testing.T) {
	for _, place := range []view.Place{{Screen: view.Paths}, toAdmin, {Screen: view.Cuts}, ofWeb} {
		p := newPlay(t).at(place, 120, 30)
		p.press(keys.Down)
		before, asked := p.View(), p.attack.Asked
		p.news()
		p.news()
		if p.attack.Asked != asked || p.View() != before {
			t.Errorf("%s: asked %d times more, or drawn anew", place.Screen, p.attack.Asked-asked)
		}
		p.changed()
		if p.attack.Asked == asked || p.View() != before {
			t.Errorf("%s: not asked again, or drawn anew:\n%s", place.Screen, p.View())
		}
	}
	p := newPlay(t).at(view.Place{Screen: view.Paths}, 120, 30)
	p.press(keys.Last)
	p.attack.Many(20)
	p.changed()
	if got := p.Subject().Names; len(got) != 1 || !strings.HasPrefix(got[0], "user:alice") {
		t.Errorf("at %q", got)
	}
}

// TestNamespaces holds that only paths are listed that have to do with the namespaces that are shown, and that the others are counted.
func TestNamespaces(t *testing.T) {
	p := newPlay(t)
	p.shown = view.NewNamespaces([]string{"shop"})
	p.at(view.Place{Screen: view.Paths}, 120, 30)
	p.has("3 paths of 57 sources", "2 in other namespaces")
	if rows := p.rows(); len(rows) != 1 {
		t.Errorf("rows %q", rows)
	}
	p.shown = view.NewNamespaces([]string{"elsewhere"})
	p.news()
	p.has("no path has to do with the namespaces that are shown")
}
