package keys_test

import (
	"slices"
	"strings"
	"testing"

	"canopy/ui/keys"
)

// TestNoKeyTwice holds that a key does one thing, and that every binding says what it does.
func TestNoKeyTwice(t *testing.T) {
	for name, m := range map[string]keys.Map{"default": keys.Default(), "typing": keys.Typing()} {
		seen := map[string]keys.Action{}
		actions := map[keys.Action]bool{}
		for _, b := range m {
			if b.Does == "" || b.Scope == "" || b.Action == keys.None || len(b.Keys) == 0 {
				t.Errorf("%s: binding %+v is not whole", name, b)
			}
			if actions[b.Action] {
				t.Errorf("%s: %s stands twice", name, b.Action)
			}
			actions[b.Action] = true
			for _, k := range b.Keys {
				if keys.Local(b.Action) {
					k = "here " + k
				}
				if other, ok := seen[k]; ok {
					t.Errorf("%s: %s is %s and %s", name, k, other, b.Action)
				}
				seen[k] = b.Action
			}
		}
	}
}

// TestOn holds that a key does one thing on each screen: what only some screens know has its keys there, and there alone.
func TestOn(t *testing.T) {
	m := keys.Default()
	there := m.On(func(a keys.Action) bool { return a == keys.Cuts || a == keys.NextRoute })
	elsewhere := m.On(func(keys.Action) bool { return false })
	for key, want := range map[string][2]keys.Action{"m": {keys.Cuts, keys.Bookmark}, "]": {keys.NextRoute, keys.Later}, "[": {keys.Earlier, keys.Earlier}, "\"": {keys.Bookmark, keys.Bookmark}, "&": {keys.Lateral, keys.Lateral}} {
		if a, b := there.Action(key), elsewhere.Action(key); a != want[0] || b != want[1] {
			t.Errorf("%s is %s there and %s elsewhere, want %v", key, a, b, want)
		}
	}
	for name, table := range map[string]keys.Map{"there": there, "elsewhere": elsewhere} {
		seen := map[string]bool{}
		for _, b := range table {
			for _, k := range b.Keys {
				if seen[k] {
					t.Errorf("%s: %s stands twice", name, k)
				}
				seen[k] = true
			}
		}
	}
	if there.Show(keys.Bookmark) != "\"" || m.Show(keys.Bookmark) != "m" {
		t.Errorf("the table itself was changed, or shows %q", there.Show(keys.Bookmark))
	}
}

// TestNothingDestructive holds that keys which surprise people elsewhere do nothing here.
func TestNothingDestructive(t *testing.T) {
	for _, k := range []string{"ctrl+d", "ctrl+k", "ctrl+a", "ctrl+x", "delete"} {
		if a := keys.Default().Action(k); a != keys.None {
			t.Errorf("%s is %s", k, a)
		}
	}
}

func TestWith(t *testing.T) {
	m := keys.Default().With(map[keys.Action][]string{keys.Fix: {"e", "F"}, keys.Pause: {}})
	for key, want := range map[string]keys.Action{"e": keys.Fix, "F": keys.Fix, "f": keys.None, "p": keys.None, "w": keys.WhatIf} {
		if got := m.Action(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got := m.Find(keys.Explain).Keys; len(got) != 0 {
		t.Errorf("explain keeps %v", got)
	}
	if keys.Default().Action("e") != keys.Explain {
		t.Error("the default has changed")
	}
	// Of two that want one key the later one in the table has it.
	m = keys.Default().With(map[keys.Action][]string{keys.Open: {"Z"}, keys.Quit: {"Z"}})
	if m.Action("Z") != keys.Quit {
		t.Errorf("Z is %s", m.Action("Z"))
	}
}

func TestShow(t *testing.T) {
	m := keys.Default()
	if m.Show(keys.PageDown) != "PgDn" || m.Show(keys.Fix) != "f" || m.Show("nothing") != "" {
		t.Errorf("shows %q, %q", m.Show(keys.PageDown), m.Show(keys.Fix))
	}
	if !slices.Contains(m.Names(), "what-if") {
		t.Error("names lack what-if")
	}
	page := m.Markdown()
	for _, b := range m {
		if !strings.Contains(page, "| `"+string(b.Action)+"` |") {
			t.Errorf("the page lacks %s", b.Action)
		}
	}
}
