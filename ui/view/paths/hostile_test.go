package paths

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestHostile holds that nothing of the cluster reaches the terminal as it is, whatever is pressed.
func TestHostile(t *testing.T) {
	evil := strings.Repeat("\x1b[31m\x1b]0;owned\x07\u202e\u200b\nx", 50)
	object := model.Ref{Version: "v1", Kind: "Pod", Namespace: evil, Name: evil}
	n := attack.Node{ID: evil, Type: attack.Workload, Ref: object, Subject: model.Subject{Kind: model.UserSubject, Name: evil}}
	cut := model.Cut{Object: object, Edit: evil, Removes: 1}
	hop := attack.Hop{Edge: "W-07", From: n, To: n, Confidence: attack.ByVersion, Reason: evil, Cut: cut, Proof: attack.Proof{Summary: evil, Object: object, Match: evil, Role: object, Evidence: []model.Evidence{{Object: object, Path: evil, Value: evil}}}}
	strange := hop
	strange.Edge = evil
	path := attack.Path{From: n, To: attack.ClusterAdmin, Hops: []attack.Hop{hop, strange}}
	p := newPlay(t)
	reached := []attack.Reached{{Node: n}}
	p.known = &model.Attack{Missing: evil}
	p.attack.Nodes = []attack.Node{n}
	p.attack.Answer = attack.Answer{Paths: []attack.Path{path}, Cuts: []model.Cut{cut}, Least: []model.Cut{cut}, Uncuttable: evil, Unknown: evil}
	p.attack.Alternatives = nil
	p.attack.Blasts = map[string]attack.Blast{evil: {From: n, Admin: true, Identity: n.Subject, Verbs: 1, Identities: reached, Workloads: reached, Nodes: reached, Secrets: reached, Namespaces: reached, Clouds: reached, Network: reached, Escapes: []attack.Hop{hop}, Impact: []attack.Hop{strange}, Paths: 1, Goals: []attack.Path{path}, Sources: 3, Unknown: evil}}
	clean := func(width, height int) {
		t.Helper()
		drawn := p.View()
		viewtest.Exact(t, drawn, width, height)
		for _, r := range ansi.Strip(drawn) {
			if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("%U is drawn", r)
			}
		}
	}
	for _, place := range []view.Place{{Screen: view.Paths}, {Screen: view.Path, Source: evil}, {Screen: view.Cuts}, {Screen: view.Blast, Source: evil}} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 30}, {200, 50}} {
			p.at(place, size[0], size[1])
			clean(size[0], size[1])
			for _, b := range keys.Default() {
				if p.Can(b.Action).OK() {
					p.run(p.Do(b.Action))
					clean(size[0], size[1])
				}
			}
		}
	}
}

// TestEveryKey presses every key at every place, and everywhere in it: nothing fails, and what is refused is told.
func TestEveryKey(t *testing.T) {
	p := newPlay(t)
	for _, place := range []view.Place{{Screen: view.Paths}, toAdmin, {Screen: view.Cuts}, ofWeb, {Screen: view.Paths, Goal: "secrets"}, {Screen: view.Path, Source: "gone"}} {
		for _, b := range keys.Default() {
			p.at(place, 100, 24)
			for range 12 {
				if o := p.Can(b.Action); o.OK() && !o.Program {
					p.run(p.Do(b.Action))
				}
				viewtest.Exact(t, p.View(), 100, 24)
				if p.Can(keys.Down).OK() {
					p.run(p.Do(keys.Down))
				}
			}
		}
	}
}

// TestASCII holds that there are plain forms of all signs, and that each glyph is one cell wide.
func TestASCII(t *testing.T) {
	plain, full := theme.NewGlyphs(true), theme.NewGlyphs(false)
	seen := map[string]bool{}
	for _, n := range []attack.NodeType{attack.External, attack.Workload, attack.Identity, attack.Machine, attack.Secret, attack.Namespace, attack.Cloud, attack.Goal} {
		a, u := sign(&plain, n), sign(&full, n)
		if len(a) != 1 || a[0] > '~' || ansi.StringWidth(u) != 1 || seen[a] || seen[u] {
			t.Errorf("%s: %q and %q", n, a, u)
		}
		seen[a], seen[u] = true, true
	}
	p := newPlay(t)
	p.shared.Glyphs = plain
	for _, place := range []view.Place{{Screen: view.Paths}, toAdmin, {Screen: view.Cuts}, ofWeb} {
		p.at(place, 120, 40)
		for _, r := range ansi.Strip(p.View()) {
			if r > '~' {
				t.Fatalf("%s: %q is drawn", place.Screen, r)
			}
		}
	}
}

// TestMouse holds that a click selects, a second one opens, and the wheel scrolls.
func TestMouse(t *testing.T) {
	p := newPlay(t).at(toAdmin, 80, 12)
	s := p.Screen.(*Route)
	p.run(p.Click(5, 2))
	if s.stop != 1 {
		t.Errorf("a click selects stop %d", s.stop)
	}
	p.run(p.Click(5, 2))
	if to := p.goes(); to.Object != ref("Service", "shop", "web") {
		t.Errorf("a second click goes to %+v", to)
	}
	p.Wheel(5, 2, 3)
	if s.top != 3 || s.stop != 1 {
		t.Errorf("the wheel leads to line %d, stop %d", s.top, s.stop)
	}
	p.Wheel(5, 2, -30)
	if s.top != 0 {
		t.Errorf("the wheel leads to line %d", s.top)
	}
	p.at(view.Place{Screen: view.Paths}, 120, 30)
	p.run(p.Click(5, 3))
	p.run(p.Click(5, 3))
	p.goes()
}
