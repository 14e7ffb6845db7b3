package model

import "testing"

// TestNamespaceUse holds what is known of namespaces: of those that are gone, of those that come, and where not all were measured.
func TestNamespaceUse(t *testing.T) {
	var u *NamespaceUse
	at := int64(0)
	rounds := func(n int, all bool, most map[string]int64) {
		for range n {
			at += 30
			u = u.Round(at, most, all, 6)
		}
	}
	quiet := func(name string, want bool) {
		t.Helper()
		if got := u.Quiet(name, 3, 10); got != want {
			t.Errorf("at %d %s is quiet: %v", at, name, got)
		}
	}
	quiet("a", false)
	rounds(2, true, map[string]int64{"a": 10, "b": 9})
	quiet("b", false)
	rounds(1, true, map[string]int64{"b": 9})
	earlier := u
	quiet("a", false)
	quiet("b", true)
	quiet("never seen", true)
	rounds(3, true, map[string]int64{"b": 500})
	// What came last does not count, what went before does: also of a namespace without pods.
	quiet("a", false)
	quiet("b", true)
	// What is further back than is kept is forgotten, and what came then is what was before.
	rounds(2, true, nil)
	quiet("a", true)
	quiet("b", false)
	rounds(9, true, nil)
	quiet("b", true)
	if len(u.of) != 0 {
		t.Errorf("%d namespaces are kept in which nothing happens", len(u.of))
	}
	if !earlier.Quiet("b", 3, 10) || earlier.Quiet("a", 3, 10) {
		t.Error("what was handed over has changed")
	}

	// One namespace alone may be measured: of others nothing is known.
	rounds(4, false, map[string]int64{"c": 0})
	quiet("c", true)
	quiet("a", false)
	rounds(2, true, map[string]int64{"c": 0, "a": 0})
	quiet("a", false)
	rounds(1, true, nil)
	quiet("a", true)
}
