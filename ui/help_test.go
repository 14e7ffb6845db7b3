package ui

import (
	"strings"
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view/viewtest"
)

// first is the text of the item that enter would take.
func (s *screenTest) first() string {
	c := s.root.chooser
	if c == nil || len(c.found) == 0 {
		return ""
	}
	return c.items[c.found[c.cursor]].Text
}

// TestHelpFindsWords holds that the help finds what is meant by words, and explains those of the glossary in place.
func TestHelpFindsWords(t *testing.T) {
	for typed, want := range map[string]string{
		"skew": "version skew", "uncordon": "cordon, uncordon", "minavail": "minAvailable, maxUnavailable", "working set": "working set",
		"what-if": "w          what-if", "O": "O          inspect", "mark": "space      mark",
	} {
		s := newScreen(t, Options{Width: 80, Height: 24}, viewtest.Cluster(t))
		s.press("2", "?", typed)
		if got := s.first(); got != want {
			t.Errorf("%s: enter would take %q, want %q", typed, got, want)
		}
	}
	s := newScreen(t, Options{Width: 80, Height: 24}, viewtest.Cluster(t))
	s.press("2", "?", "skew")
	for _, i := range s.root.chooser.found {
		item := s.root.chooser.items[i]
		if !strings.Contains(strings.ToLower(item.Text+item.Note+item.off), "skew") {
			t.Errorf("%q has no skew", item.Text)
		}
	}
	s.press("enter")
	if flat := strings.Join(strings.Fields(s.plain()), " "); !strings.Contains(flat, "version skew: How far apart the versions") || !strings.Contains(flat, "newer than the API server.") {
		t.Errorf("the word is not explained:\n%s", s.plain())
	}
	if s.root.chooser != nil || s.root.top().(interface{ Marked() int }).Marked() > 0 {
		t.Error("a word did something else than explain itself")
	}
	s.press("?", "sxkqw")
	s.has("nothing matches")
}

// TestPaletteLastResort holds that letters which stand apart find a command by its name alone, and only where nothing else fits.
func TestPaletteLastResort(t *testing.T) {
	s := newScreen(t, Options{Width: 80, Height: 24}, viewtest.Cluster(t))
	s.press("2", ":", "fldall")
	if got := s.first(); got != "fold all" && got != "unfold all" {
		t.Errorf("takes %q", got)
	}
	s.press("esc", ":", "skew")
	for _, i := range s.root.chooser.found {
		item := s.root.chooser.items[i]
		if !strings.Contains(strings.ToLower(item.Text+item.Note+item.off), "skew") && !strings.HasPrefix(item.Text, "explain VP05") {
			t.Errorf("finds %q: %s", item.Text, item.Note)
		}
	}
}

// TestHelpPutsWhatIsMeantHereFirst holds that no key without a meaning here stands before one with.
func TestHelpPutsWhatIsMeantHereFirst(t *testing.T) {
	for name, way := range screens() {
		s := newScreen(t, Options{Width: 80, Height: 24}, viewtest.Cluster(t))
		s.press(way...)
		if s.root.chooser != nil || s.root.prompt != nil {
			continue
		}
		s.press("?")
		c, elsewhere := s.root.chooser, ""
		for _, i := range c.found {
			if strings.HasPrefix(c.items[i].off, "has no meaning here") {
				elsewhere = c.items[i].Text
			} else if elsewhere != "" {
				t.Errorf("%s: %q stands after %q", name, c.items[i].Text, elsewhere)
				break
			}
		}
	}
}

// TestHelpTellsAll holds that what a line has no room for stands below the list.
func TestHelpTellsAll(t *testing.T) {
	s := newScreen(t, Options{Width: 80, Height: 24}, viewtest.Cluster(t))
	s.press("2", "?", "O")
	// What stands beside the box is cut off.
	var b strings.Builder
	for _, line := range strings.Split(s.plain(), "\n") {
		if in := strings.Split(line, "│"); len(in) == 3 {
			b.WriteString(in[1] + " ")
		}
	}
	flat := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{"after a question", "takes nodes/proxy", "reads values of Secrets", "shows in the audit log"} {
		if !strings.Contains(flat, want) {
			t.Errorf("lacks %q:\n%s", want, s.plain())
		}
	}
	for key, begins := range map[string]string{"6": "read values of Secrets", "7": "ask kubelets"} {
		s := newScreen(t, Options{Width: 80, Height: 24}, viewtest.Cluster(t))
		s.press(key)
		_, does := s.root.label(s.root.shared.Keys.Find(keys.Inspect))
		if !strings.HasPrefix(does, begins) || !strings.Contains(does, "after a question") || strings.Count(does, "shows in the audit log") != 1 {
			t.Errorf("on %s: %s", key, does)
		}
	}
}

// TestExplainSaysWhere holds that it is told where there is something to explain.
func TestExplainSaysWhere(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("2", "/", "nosuchthing", "enter", "e")
	s.has("explain: choose a row with a finding (marked C, H, M, L or i)")
	s.press("6", "t", "t", "/", "nosuchthing", "enter", "e")
	s.has("explain: choose a row with a finding (marked C, H, M, L or i), such as in findings: 2")
}
