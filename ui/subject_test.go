package ui

import (
	"testing"

	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestHintsAreTrue holds that a screen which says in short what is selected says the same as in full: whether there are
// findings, an object, a name.
func TestHintsAreTrue(t *testing.T) {
	session := viewtest.Cluster(t)
	met := 0
	for _, way := range [][]string{
		{"2"}, {"2", "j", "space", "G"}, {"2", "*"}, {"2", "#", "g"}, {"2", "#", "g", "space"}, {"2", "#", "g", "z"}, {"2", "/", "nothing", "enter"}, {"2", "*", "/", "nothing", "enter"},
		{"0"}, {"0", "j", "j", "space"}, {"0", "*"}, {"0", "G", "space", "g"}, {"0", "/", "nothing", "enter"},
	} {
		s := newScreen(t, Options{Width: 120, Height: 40}, session)
		s.press(way...)
		hinter, ok := s.root.top().(hinter)
		if !ok {
			t.Fatalf("%v leads to %s, which gives no hint", way, s.on())
		}
		hint, full := hinter.Hint(), s.root.top().Subject()
		has := func(v view.Subject) [3]bool {
			return [3]bool{len(v.Findings) > 0, !v.Object.IsZero(), len(v.Names) > 0}
		}
		if has(hint) != has(full) {
			t.Errorf("after %v: findings, object, names: %v in short, %v in full", way, has(hint), has(full))
		}
		if len(full.Findings) > 1 {
			met++
		}
	}
	if met < 4 {
		t.Errorf("only %d of the subjects had several findings", met)
	}
}
