package keys_test

import (
	"strings"
	"testing"

	"canopy/ui/keys"
)

func TestTables(t *testing.T) {
	for name, m := range map[string]keys.Map{"browse": keys.Browse(), "typing": keys.Typing()} {
		seen := map[string]bool{}
		actions := map[keys.Action]bool{}
		for _, b := range m {
			if b.Show == "" || b.Does == "" || actions[b.Action] {
				t.Errorf("%s: %+v", name, b)
			}
			actions[b.Action] = true
			for _, k := range b.Keys {
				if seen[k] {
					t.Errorf("%s: %q does two things", name, k)
				}
				seen[k] = true
				if m.Action(k) != b.Action {
					t.Errorf("%s: %q does %q", name, k, m.Action(k))
				}
			}
		}
		if m.Action("f19") != keys.None {
			t.Errorf("%s: an unknown key acts", name)
		}
		if len(m.Help()) != len(m) {
			t.Errorf("%s: the help lacks a binding", name)
		}
		for width := range 100 {
			if f := m.Footer(width); len(f) > width || width > 40 && !strings.Contains(f, "quit") {
				t.Errorf("%s: footer at %d: %q", name, width, f)
			}
		}
	}
}
