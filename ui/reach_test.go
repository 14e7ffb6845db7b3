package ui

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// deed is what an action did, as far as it can be seen from outside.
type deed struct {
	screen, note string
	chooser      string
	prompt       bool
	quit         bool
	content      string
}

func (s *screenTest) deed() deed {
	d := deed{screen: s.on(), note: s.root.note.Text, prompt: s.root.prompt != nil, quit: s.quit, content: s.plain()}
	if s.root.chooser != nil {
		d.chooser = s.root.chooser.title
	}
	return d
}

// TestEveryBinding goes through the one table on every screen: every action can be reached by its key, by the palette and by
// the help, and does the same by all three. One that is offered does something, one that is not says why.
func TestEveryBinding(t *testing.T) {
	session := viewtest.Cluster(t)
	for _, screen := range []string{
		view.Overview, view.Findings, view.RBAC, view.Network, view.Resources, view.Detail, view.Explain, view.Plan, view.WhoCan, view.Grants, view.Matrix, view.Difference, view.Picture,
		view.Pairs, view.Why, view.Reach, view.Internet, view.Isolation, view.Policies, view.History, view.Images, view.Image, "runs-image", view.Secrets, "inventory", "certificates", view.Secret, view.Nodes, "upgrade", "usage", "data", view.Node, "residents", "drain", "plane", view.Paths, view.Path, "attacker", view.Cuts, view.Blast, view.Proposal, view.Enforce, "confirm",
	} {
		t.Run(screen, func(t *testing.T) {
			everyBinding(t, func() *screenTest {
				s := newScreen(t, Options{Width: 120, Height: 30}, session)
				s.press(screens()[screen]...)
				s.press("j")
				return s
			})
		})
	}
}

// idle are actions that may well change nothing that can be seen.
func idle(on string, a keys.Action) bool {
	switch a {
	case keys.First, keys.Copy:
		return true
	case keys.Down, keys.PageDown, keys.Last:
		// Where no policy decides a pair has two steps, and a small namespace two owners: the test is at the second.
		return on == view.Why || on == view.Enforce
	case keys.Overview, keys.Findings, keys.RBAC, keys.Network, keys.Images, keys.Secrets, keys.Nodes, keys.Paths, keys.Resources:
		return on == string(a)
	}
	return false
}

func everyBinding(t *testing.T, fresh func() *screenTest) {
	for _, b := range fresh().root.keys() {
		switch b.Action {
		case keys.Palette, keys.Suspend, keys.Redraw:
			// The palette does not list itself; the other two speak to the terminal alone.
			continue
		}
		t.Run(string(b.Action), func(t *testing.T) {
			if len(b.Keys) == 0 {
				if !keys.Local(b.Action) || fresh().root.offer(b.Action).Known {
					t.Fatal("no key")
				}
				// Here the key is another's.
				return
			}
			var want deed
			for i, k := range b.Keys {
				s := fresh()
				s.press(k)
				if got := s.deed(); i == 0 {
					want = got
				} else if got != want {
					t.Errorf("%s does not do what %s does:\n%+v\n%+v", k, b.Keys[0], got, want)
				}
			}
			before := fresh()
			offer := before.root.offer(b.Action)
			if !offer.OK() {
				if !strings.Contains(want.note, string(b.Action)+": ") {
					t.Errorf("the key says %q, want a reason", want.note)
				}
			} else if want == before.deed() && !idle(before.on(), b.Action) {
				t.Errorf("the key does nothing:\n%s", want.content)
			}
			for name, by := range map[string]func(s *screenTest) bool{
				"palette": func(s *screenTest) bool { s.press(":"); return s.choose(string(b.Action)) },
				"help":    func(s *screenTest) bool { s.press("?"); return s.choose(keyColumn(&b) + string(b.Action)) },
			} {
				s := fresh()
				if !by(s) {
					t.Errorf("%s does not list it", name)
					continue
				}
				got := s.deed()
				if !offer.OK() {
					if !strings.Contains(got.note, string(b.Action)) || got.chooser == "" {
						t.Errorf("%s: note %q, want the reason, and the list still there", name, got.note)
					}
					continue
				}
				if got != want {
					t.Errorf("%s does not do what the key does:\n%+v\n%+v", name, got, want)
				}
			}
		})
	}
}

// choose takes an item of the list that is open by its text, as somebody would who moves to it.
func (s *screenTest) choose(text string) bool {
	c := s.root.chooser
	for i, n := range c.found {
		if c.items[n].Text == text {
			for range i {
				s.press("down")
			}
			s.press("enter")
			return true
		}
	}
	return false
}

// TestFooterIsTrue holds that what the footer offers can be done, on every screen.
func TestFooterIsTrue(t *testing.T) {
	session := viewtest.Cluster(t)
	for name, way := range screens() {
		s := newScreen(t, Options{Width: 200, Height: 50}, session)
		s.press(way...)
		if s.root.chooser != nil || s.root.prompt != nil {
			continue
		}
		_, zones := s.root.footer()
		if len(zones) < 3 {
			t.Errorf("%s: the footer offers %v", name, zones)
		}
		for _, z := range zones {
			if o := s.root.offer(z.Action); !o.OK() {
				t.Errorf("%s: the footer offers %s: %+v", name, z.Action, o)
			}
		}
	}
}

// TestRemappedKeys holds that keys can be changed, that a key that is taken leaves its old action, and that there is always
// a way out.
func TestRemappedKeys(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40, Keys: map[keys.Action][]string{
		keys.Findings: {"f"}, keys.Quit: nil, keys.Explain: {"ctrl+e", "E"},
	}}, session)
	s.press("f")
	if s.on() != view.Findings {
		t.Errorf("f leads to %s", s.on())
	}
	s.press("f")
	if s.on() != view.Findings {
		t.Errorf("f still fixes: on %s", s.on())
	}
	s.press("E")
	if s.on() != view.Explain {
		t.Errorf("E leads to %s", s.on())
	}
	s.press("q")
	if s.quit {
		t.Error("q still quits")
	}
	s.press("?")
	s.has("ctrl+e")
	s.press("ctrl+c")
	if !s.quit {
		t.Error("ctrl+c does not quit")
	}
}
