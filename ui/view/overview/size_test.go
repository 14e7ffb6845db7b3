package overview_test

import (
	"strings"
	"testing"
	"unicode"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"

	"github.com/charmbracelet/x/ansi"
)

// TestEverySize draws all states at sizes of all kinds, with the focus on each pane.
func TestEverySize(t *testing.T) {
	session := viewtest.Cluster(t)
	shared := session.Shared()
	snapshots := []*view.Snapshot{busy(session), hit(session), hostile(session), halfway(t), view.NewSnapshot(), bare(t), covered(session)}
	for n, snapshot := range snapshots {
		s := open(t, shared, snapshot, 80, 24)
		step := 2
		if n > 0 {
			step = 11
		}
		for width := 0; width <= 220; width += step {
			for height := 0; height <= 60; height += 1 + width%5 {
				s.Resize(width, height)
				exact(t, s, width, height)
				run(t, s, s.Do(keys.NextPane))
			}
		}
	}
}

// hostile is the small cluster with texts that are made to break the screen.
func hostile(s *viewtest.Session) *view.Snapshot {
	r := *s.Report()
	bad := []string{
		"\x1b[2J\x1b]0;owned\x07", strings.Repeat("x", 253), strings.Repeat("名前", 60), "a\u202eb\u200bc", "\r\n\n\ttab", "", "\xff\xfe",
		strings.Repeat("e\u0301\u0302\u0303\u0304\u0305\u0306", 90), "👩\u200d👧🇩🇪",
	}
	r.Source = model.SourceInfo{Type: bad[0], Name: bad[1], Server: bad[2]}
	for i, name := range bad {
		r.Edits = append(r.Edits, model.Edit{
			Time: at("13:00:00"), Sequence: uint64(100 - i), Verb: model.EditVerb(name), Object: model.Ref{Kind: name, Namespace: name, Name: name}, Detail: name,
			OpenedCount: 1 << i * 3, ClosedCount: i, Worst: model.Severity(i % 5),
		})
		r.Edits[len(r.Edits)-1].PathsOpened = i % 3 * 1000
		r.Coverage = append(r.Coverage, model.Coverage{Kind: model.Ref{Kind: name}.GroupKind(), State: model.Denied, Reason: name, Stale: true})
	}
	n := view.NewSnapshot().Next(&r, nil)
	for i, name := range bad {
		rule := &model.Rule{ID: "XX01", Title: name, Why: name, Theme: name}
		n.Rows = append(n.Rows, view.NewRow(&model.Finding{
			ID: "XX01/" + name, Rule: rule, Severity: model.Severity(i % 5), Object: model.Ref{Kind: name, Namespace: name, Name: name}, Verdict: model.Yes,
		}, model.Verdict(i%4), name))
	}
	return n
}

func TestHostileTextIsHarmless(t *testing.T) {
	session := viewtest.Cluster(t)
	for _, ascii := range []bool{false, true} {
		shared := session.Shared()
		shared.Glyphs = theme.NewGlyphs(ascii)
		for _, width := range []int{60, 120, 200} {
			s := open(t, shared, hostile(session), width, 50)
			for range 4 {
				run(t, s, s.Do(keys.NextPane))
				for range 12 {
					run(t, s, s.Do(keys.Down))
					harmless(t, s, ascii)
				}
			}
		}
	}
}

// harmless checks that the view holds no escape sequence but those of styles, and no character that is not drawn.
func harmless(t *testing.T, s interface{ View() string }, ascii bool) {
	t.Helper()
	v := s.View()
	for _, seq := range strings.Split(v, "\x1b")[1:] {
		if end := strings.IndexByte(seq, 'm'); !strings.HasPrefix(seq, "[") || end < 0 || strings.Trim(seq[1:end], "0123456789;:") != "" {
			t.Fatalf("escape sequence %q", seq[:min(20, len(seq))])
		}
	}
	for _, r := range ansi.Strip(v) {
		if r != '\n' && !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) || ascii && r > '~' {
			t.Fatalf("%U on the screen", r)
		}
	}
}
