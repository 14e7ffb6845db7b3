package ui

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestExportOfAHeldScreen: while the screen is held, what is exported is what is shown, as of the report that is shown.
func TestExportOfAHeldScreen(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.press("2", "p")
	shown := s.root.feed.shown.Report
	var refs []model.Ref
	for f := range shown.Findings.All() {
		if !slices.Contains(refs, f.Object) {
			refs = append(refs, f.Object)
		}
	}
	session.Delete(refs...)
	s.news()
	if s.root.feed.shown.Report != shown || session.Report().Findings.Len() >= shown.Findings.Len() {
		t.Fatal("the screen is not held, or nothing has ended")
	}
	s.press("x", "enter")
	for path, findings := range session.Exported {
		if session.ExportedFrom[path] != shown || len(findings) != shown.Findings.Len() {
			t.Errorf("%d findings of %d are exported", len(findings), shown.Findings.Len())
		}
	}
	s.has("wrote " + view.Count(shown.Findings.Len(), "finding") + " to canopy-findings-")
}

// TestASCIIByContext: a context with ascii is drawn with plain characters alone, the others are not.
func TestASCIIByContext(t *testing.T) {
	second := viewtest.Cluster(t)
	isPlain := func(c string) bool {
		return !strings.ContainsFunc(c, func(r rune) bool { return r > unicode.MaxASCII })
	}
	plain := false
	s := newScreen(t, Options{Width: 120, Height: 40, Settings: func(string) Settings {
		o := calm("")
		o.ASCII = plain
		return o
	}}, viewtest.Cluster(t))
	if isPlain(s.plain()) {
		t.Error("plain characters alone, though nobody asked for them")
	}
	for _, plain = range []bool{true, false} {
		s.send(connectedMsg{attempt: s.root.attempt, name: "other", session: quiet{second}})
		for _, key := range []string{"1", "2", "0", "?"} {
			s.press(key)
			if isPlain(s.plain()) != plain {
				t.Errorf("after %s, with ascii: %v\n%s", key, plain, s.plain())
			}
		}
		s.press("esc")
	}
}
