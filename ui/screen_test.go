package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
)

func TestFilter(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, clusterReport(0))
	for _, c := range []struct{ filter, want string }{
		{"backup", "1-1 of 1 (6 in all)"},
		{"BACKUP", "1-1 of 1 (6 in all)"},
		{"!backup", "1-5 of 5 (6 in all)"},
		{"sev:h", "1-2 of 2"},
		{"sev:medium", "1-2 of 2"},
		{"ns:shop web", "1-1 of 1"},
		{"ns:shop !web", "1-1 of 1"},
		{"rule:ps", "1-4 of 4"},
		{"!rule:ps kind:rolebinding", "1-1 of 1"},
		{"kind:", "1-6 of 6"},
		{"!", "1-6 of 6"},
		{"host path", "1-1 of 1"},
		{"severity:high", "1-2 of 2"},
		{"namespace:shop web", "1-1 of 1"},
		{"no:such", "holds back 6"},
		{"no:such", "no such key: no:; the keys are ns: sev: rule: kind:"},
	} {
		t.Run(c.filter, func(t *testing.T) {
			s.t = t
			s.press("/", c.filter)
			s.has(c.want)
			s.press("enter")
			s.has("filter: " + c.filter)
			s.press("esc")
			s.has("1-6 of 6")
			s.lacks("filter:")
		})
	}
}

func TestFilterWhileTyping(t *testing.T) {
	s := newScreen(t, Options{Width: 100, Height: 30}, clusterReport(50))
	s.press("/", "q?s")
	if s.quit || s.root.mode != typing {
		t.Fatal("a letter acted while the filter had the keyboard")
	}
	s.has("/q?s")
	if c := s.root.View().Cursor; c == nil || c.X != 5 || c.Y != 27 {
		t.Errorf("cursor %+v", c)
	}
	s.press("backspace", "backspace", "backspace")
	s.has("of 56")
	s.press("web", "down", "enter")
	if s.root.View().Cursor != nil {
		t.Error("the cursor shows while the list has the keyboard")
	}
	s.press("/")
	s.has("/web")
	s.press("esc")
	s.send(tea.PasteMsg{Content: "ignored"})
	s.lacks("ignored")
	s.press("/")
	s.send(tea.PasteMsg{Content: "a\x1b[31m\u202eb\n"})
	s.has("/a")
	harmless(t, s.content())
}

func TestSelectionStaysOnItsRow(t *testing.T) {
	s := newScreen(t, Options{Width: 100, Height: 30}, clusterReport(200))
	s.press("j", "j", "pgdown", "j")
	object := s.selected()
	line := lineOf(s, object)
	// Rows come in above and below, the selected one among those that stay.
	s.publish(clusterReport(400, sequence(2)))
	if s.selected() != object {
		t.Errorf("selected %s, was on %s", s.selected(), object)
	}
	if got := lineOf(s, object); got != line {
		t.Errorf("the row moved from line %d to %d", line, got)
	}
	s.press("s")
	if s.selected() != object {
		t.Errorf("after sorting: selected %s, was on %s", s.selected(), object)
	}
	s.press("/", strings.TrimPrefix(object, "team-"), "esc")
	if s.selected() != object {
		t.Errorf("after filtering: selected %s, was on %s", s.selected(), object)
	}
	// The row goes: the selection takes its place.
	s.publish(clusterReport(0, sequence(3)))
	if s.selected() == "" {
		t.Error("nothing is selected")
	}
}

// lineOf gives the line of the screen that has the cursor on an object.
func lineOf(s *screenTest, object string) int {
	for i, l := range strings.Split(s.plain(), "\n") {
		if strings.HasPrefix(l, "▸") && strings.Contains(l, object) {
			return i
		}
	}
	return -1
}

func TestTheWorstComesInOnTop(t *testing.T) {
	s := newScreen(t, Options{Width: 100, Height: 30}, clusterReport(0, func(r *model.Report) {
		r.Findings = r.Findings.(findingSlice)[3:]
	}))
	first := s.selected()
	s.publish(clusterReport(300, sequence(2)))
	if s.selected() == first || s.root.table.Rows().At(0).object != s.selected() {
		t.Errorf("selected %s", s.selected())
	}
	s.press("G", "home")
	s.publish(clusterReport(0, sequence(3)))
	if s.root.table.Rows().At(0).object != s.selected() {
		t.Errorf("after home: selected %s", s.selected())
	}
}

func TestMovement(t *testing.T) {
	s := newScreen(t, Options{Width: 100, Height: 30}, clusterReport(200))
	rows := s.root.table.Rows()
	at := func(want int) {
		t.Helper()
		if got := s.selected(); got != rows.At(want).object {
			t.Errorf("selected %s, want row %d, %s", got, want, rows.At(want).object)
		}
	}
	at(0)
	s.press("up")
	at(0)
	s.press("j", "down", "k")
	at(1)
	s.press("pgdown")
	at(1 + 21)
	s.press("pgup", "pgup")
	at(0)
	s.press("G")
	at(rows.Len() - 1)
	s.press("down")
	at(rows.Len() - 1)
	s.has(fmt.Sprintf("185-%d of %d", rows.Len(), rows.Len()))
	s.press("g")
	at(0)
	s.press("end", "home")
	at(0)
}

func TestSort(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 30}, clusterReport(30))
	s.has("SEV▼")
	for _, title := range []string{"RULE▲", "FINDING▲", "OBJECT▲", "PODS▼", "SINCE▼", "SEV▼"} {
		s.press("s")
		s.has(title)
	}
	s.press("S")
	s.has("SEV▲")
	if first := s.root.table.Rows().At(0); first.finding.Severity != model.Low {
		t.Errorf("first is %s", first.finding.ID)
	}
}

func TestFilterThatTakesTheSelectionAwayGoesToTheTop(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, clusterReport(200))
	s.press("j", "j", "j", "/", "team-3/")
	if first := s.root.table.Rows().At(0).object; s.selected() != first {
		t.Errorf("selected %s, want %s", s.selected(), first)
	}
}

func TestLongReasonIsCut(t *testing.T) {
	s := newScreen(t, Options{Width: 80, Height: 24}, clusterReport(0, loadingRule("PS06", strings.Repeat("so it is ", 30))))
	s.has("C? so it is so")
	s.has("…    1-6 of 6")
}

func TestLimitIsAlwaysSeen(t *testing.T) {
	for _, width := range []int{40, 50, 60, 80, 120} {
		s := newScreen(t, Options{Width: width, Height: 24, Namespaces: []string{"a-namespace-with-a-long-name", "b"}}, clusterReport(0, stale("Pod", "gone")))
		s.has("only a-n")
		s.has("stale ")
	}
}

func TestLongContextKeepsItsEnd(t *testing.T) {
	s := newScreen(t, Options{Width: 80, Height: 24}, clusterReport(0, func(r *model.Report) {
		r.Source.Name = "arn:aws:eks:eu-west-1:123456789012:cluster/prod-eu"
	}))
	s.has("…456789012:cluster/prod-eu  v1.37.2  8 ns · 214 pods · 6 nodes")
}

func TestHelpAndQuit(t *testing.T) {
	s := newScreen(t, Options{Width: 80, Height: 24}, clusterReport(5))
	s.press("?")
	s.has("filter the list")
	s.press("j", "?")
	s.lacks("filter the list")
	if row := s.root.table.Rows().At(0); s.selected() != row.object {
		t.Error("the selection moved behind the help")
	}
	s.press("?", "esc")
	s.lacks("filter the list")
	s.press("q")
	if !s.quit {
		t.Error("q does not quit")
	}
	s.quit = false
	s.press("/", "ctrl+c")
	if !s.quit {
		t.Error("ctrl+c does not quit")
	}
}

func TestHostileNames(t *testing.T) {
	evil := "a\x1b[2J\x1b]0;owned\a\u202e\u200b\u009b31m\r\nname\xff" + strings.Repeat("\u0337", 50) + "名"
	s := newScreen(t, Options{Width: 120, Height: 30, Context: evil, Namespaces: []string{evil}}, clusterReport(3, func(r *model.Report) {
		r.Source.Name, r.Source.Server = evil, evil
		for _, f := range r.Findings.(findingSlice) {
			f.Object.Namespace, f.Object.Name, f.Object.Kind = evil, evil, evil
			f.Rule.Title, f.Rule.ID, f.Reason, f.Verdict = evil, evil, evil, model.Unknown
		}
		for i := range r.Coverage {
			r.Coverage[i].Reason, r.Coverage[i].State, r.Coverage[i].Stale = evil, model.Denied, i%2 == 0
			r.Coverage[i].Kind.Kind += evil
		}
	}))
	for _, keys := range [][]string{{"j"}, {"/", "web"}, {"esc", "?"}} {
		s.press(keys...)
		harmless(t, s.content())
		exact(t, s.content(), 120, 30)
		s.lacks("owned")
	}
}

// harmless checks that a screen holds no sequence but those that set a style.
func harmless(t *testing.T, content string) {
	t.Helper()
	for i, part := range strings.Split(content, "\x1b") {
		if i > 0 {
			end := strings.IndexFunc(part, func(c rune) bool { return c != '[' && c != ';' && (c < '0' || c > '9') })
			if end < 0 || part[end] != 'm' {
				t.Errorf("sequence %q", part)
			}
		}
		for _, c := range part {
			if c != '\n' && c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u202e' || c == '\u200b' || c == '\ufffd' {
				t.Errorf("%U in %q", c, part)
			}
		}
	}
}

func TestHonestWords(t *testing.T) {
	for name, c := range map[string]struct {
		report *model.Report
		want   []string
	}{
		"before a report": {nil, []string{"nothing read yet", "connecting"}},
		"no coverage":     {clusterReport(0, noFindings, func(r *model.Report) { r.Coverage = nil }), []string{"it is not known yet", "coverage ?", "214+ pods", "connecting", "so far"}},
		"loading":         {clusterReport(0, noFindings, covered("Pod", model.Loading, "")), []string{"nothing found so far: still loading pods (38 of 39 kinds loaded)", "loading 38/39 kinds", "so far"}},
		"all seen":        {clusterReport(0, noFindings), []string{"no findings: 39 of 39 kinds seen", "live ●"}},
		"denied":          {clusterReport(0, noFindings, covered("Secret", model.Denied, "rights"), covered("Pod", model.Absent, "")), []string{"no findings among what could be seen; of 39 kinds 1 denied, 1 absent", "of what could be seen", "denied: secrets", "absent: pods", "rights"}},
		"stale":           {clusterReport(0, noFindings, stale("Pod", "refused")), []string{"a watch is broken", "no findings before the watch broke", "stale since 2026-11-23 14:02", "stale: refused"}},
		"unreached": {clusterReport(0, noFindings, func(r *model.Report) {
			r.Objects = nil
			for i := range r.Coverage {
				r.Coverage[i].State = model.Loading
			}
		}, stale("Pod", "connection refused"), covered("Pod", model.Loading, "connection refused")), []string{"cannot reach the server: connection refused; trying again", "cannot reach the server ○", "no answer: connection refused"}},
		"all denied": {clusterReport(0, noFindings, func(r *model.Report) {
			for i := range r.Coverage {
				r.Coverage[i].State = model.Denied
			}
		}), []string{"-n NAMESPACE, or see canopy access"}},
		"rule loading": {clusterReport(0, loadingRule("PS06", "loading pods")), []string{"C? ", "C 0", "undecided: 2", "C? loading pods"}},
		"capture":      {clusterReport(0, func(r *model.Report) { r.Source.Type = "capture" }), []string{"capture"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, Options{Width: 120, Height: 30}, c.report)
			for _, w := range c.want {
				s.has(w)
			}
			if name == "unreached" {
				s.lacks("stale since")
			}
			if name != "all seen" {
				s.lacks("no findings: ")
			}
		})
	}
}

// TestNextStep holds that the line below the list says where to go from the selected row, as far as it fits.
func TestNextStep(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 30}, clusterReport(0))
	s.has("fix: canopy fix PS06/data/DaemonSet/backup-helper  ·  why: canopy rules PS06")
	s = newScreen(t, Options{Width: 80, Height: 24}, clusterReport(0))
	s.has("canopy fix PS06/data/DaemonSet/backup-helper")
	s = newScreen(t, Options{Width: 40, Height: 8}, clusterReport(0))
	s.has("why: canopy rules PS06")
	s = newScreen(t, Options{Width: 120, Height: 30}, clusterReport(0, func(r *model.Report) { r.Source.Type = "demo" }))
	s.has("why: canopy rules PS06")
	s.lacks("canopy fix")
	s = newScreen(t, Options{Width: 120, Height: 30}, clusterReport(0, func(r *model.Report) {
		for _, f := range r.Findings.(findingSlice) {
			f.Object.Name = "$(reboot)"
		}
	}))
	s.has("why: canopy rules PS06")
	s.lacks("canopy fix")
	s = newScreen(t, Options{Width: 120, Height: 30}, clusterReport(0, func(r *model.Report) { r.Source.Type = "capture" }))
	s.has("canopy fix PS06/data/DaemonSet/backup-helper -f ...")
}

func TestOlderReportIsNotTaken(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 30}, clusterReport(5, sequence(7)))
	s.publish(clusterReport(0, sequence(6)))
	s.has("of 11")
}

func TestResize(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, clusterReport(100))
	s.press("G")
	object := s.selected()
	for _, size := range [][2]int{{80, 24}, {40, 8}, {10, 2}, {1, 1}, {300, 100}, {41, 9}, {120, 40}} {
		s.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		exact(t, s.content(), size[0], size[1])
		if s.selected() != object {
			t.Errorf("at %v: selected %s", size, s.selected())
		}
	}
}
