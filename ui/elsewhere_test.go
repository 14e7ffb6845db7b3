package ui

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view/viewtest"
)

// TestElsewhere holds that what a key without a meaning here is told of is true: there it has one.
func TestElsewhere(t *testing.T) {
	start := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	known := map[keys.Action]map[keys.Action]bool{}
	for i := range start.root.shared.Keys {
		b := &start.root.shared.Keys[i]
		if b.Scope != keys.Screens || !start.root.offer(b.Action).OK() {
			continue
		}
		s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
		s.press(b.Keys[0])
		known[b.Action] = map[keys.Action]bool{}
		for k := range s.root.shared.Keys {
			a := s.root.shared.Keys[k].Action
			known[b.Action][a] = s.root.offer(a).Known
		}
	}
	for i := range start.root.shared.Keys {
		a := start.root.shared.Keys[i].Action
		for _, on := range homes(a) {
			if !known[on][a] {
				t.Errorf("%s has no meaning on %s", a, on)
			}
		}
		everywhere, nowhere := true, true
		for _, on := range known {
			everywhere, nowhere = everywhere && on[a], nowhere && !on[a]
		}
		if opener, _ := opened(a); !everywhere && !nowhere && len(homes(a)) == 0 && opener == keys.None && a != keys.NextPane && a != keys.PrevPane {
			t.Errorf("nobody is told where %s has a meaning", a)
		}
	}
	for way, a := range map[string]keys.Action{"8 enter": keys.Defence, "8 enter ": keys.NextRoute, "2 f": keys.Edit, "2 f ": keys.Guard, "2 e": keys.NextHit} {
		s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
		s.press(strings.Fields(way)...)
		if !s.root.offer(a).Known {
			t.Errorf("%s has no meaning after %s", a, way)
		}
	}
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("2", "A")
	s.has("who-can: has no meaning here: on rbac, 3")
	s.press(":", "sweep")
	s.has("has no meaning here: on secrets, 6")
}

// TestIdleKeys holds that a key that does nothing says so, in one place however often it comes, and takes no room from what else is said.
func TestIdleKeys(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("2", "Q")
	s.has("Q does nothing: ? lists keys")
	once := s.content()
	s.press("Q", "Q")
	if s.content() != once {
		t.Errorf("it looks otherwise when it is held:\n%s", s.plain())
	}
	s.press("j")
	s.lacks("does nothing")
	s.press("/", "Q")
	s.lacks("does nothing")
}
