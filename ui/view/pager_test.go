package view_test

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

func text(names string) []string { return strings.Split(names, " ") }

// TestMatchStays holds that another text moves neither the match of a search nor what is in the window.
func TestMatchStays(t *testing.T) {
	p := view.NewPager(viewtest.New(t).Shared())
	p.Resize(20, 3)
	p.SetLines(text("a hit1 b c hit2 d e f hit3 g h"))
	p.SetSearch("hit")
	p.Do(keys.NextHit)
	for _, c := range []struct{ lines, position, first string }{
		{"a hit1 b c hit2 d e f hit3 g h", "match 2 of 3, 4-6 of 11 lines", "c"},
		{"new a hit1 b c hit2 d e f hit3 g h", "match 2 of 3, 5-7 of 12 lines", "c"},
		{"c hit2 d e f hit3 g h", "match 1 of 2, 1-3 of 8 lines", "c"},
		{"c hit2 d e f hit3 g h", "match 1 of 2, 1-3 of 8 lines", "c"},
		{"c gone d e f hit3 g h", "match 1 of 1, 1-3 of 8 lines", "c"},
		{"none of it here", "not found, 1-3 of 4 lines", "none"},
	} {
		p.SetLines(text(c.lines))
		first, _, _ := strings.Cut(p.View(), "\n")
		if got := p.Position(); got != c.position || strings.TrimSpace(first) != c.first {
			t.Errorf("%s: %s from %q, want %s from %q", c.lines, got, first, c.position, c.first)
		}
	}
	if p.Can(keys.NextHit).OK() {
		t.Error("there is a next match of nothing")
	}
	p.SetLines(text("a hit1 b hit2"))
	p.Do(keys.NextHit)
	if got := p.Position(); !strings.HasPrefix(got, "match 2 of 2") {
		t.Errorf("at %s", got)
	}
	p.Do(keys.NextHit)
	if got := p.Position(); !strings.HasPrefix(got, "match 1 of 2") {
		t.Errorf("at %s", got)
	}
}

func TestPlaceOfFixes(t *testing.T) {
	for want, ids := range map[string][]string{"plan A": {"A"}, "plan A and 1 more": {"A", "B"}, "plan A and 2 more": {"A", "B", "C"}} {
		p := view.FixOf(ids)
		if got := strings.Join(p.IDs(), ","); got != strings.Join(ids, ",") || p.String() != want || p != view.FixOf(ids) {
			t.Errorf("%v: %s is of %s", ids, p, got)
		}
	}
	if view.FixOf([]string{"A", "B"}) == view.FixOf([]string{"A", "C"}) {
		t.Error("two places are one")
	}
}
