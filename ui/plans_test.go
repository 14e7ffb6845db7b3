package ui

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// apply goes from the list to a finding of the web shop, and writes its fix.
func (s *screenTest) apply() {
	s.t.Helper()
	s.press("2", "/", "PS09 web", "enter", "f")
	s.has("plan › 1 change for 1 finding")
	s.press("tab", "tab", "right", "right", "right", "enter")
	s.has("WRITE 1 CHANGE in the cluster prod-eu", "[ Cancel ]")
	s.press("right", "enter")
	s.news()
	s.has("DONE  1 change written to prod-eu", "[ Close ]")
}

func TestFromFindingToFixedAndBack(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 80, Height: 24}, session)
	s.press("Z")
	s.has("undo: nothing was written to this cluster since Canopy started")
	s.apply()
	s.has("rung 7 of 7: verified")
	// Close goes back to where the plan was asked for; the way back stays at hand.
	s.press("enter")
	if s.on() != view.Findings {
		t.Errorf("Close leads to %s", s.on())
	}
	s.has("no finding passes the filter")
	s.press("esc", "Z")
	s.has("plan › 1 change to undo what wa", "Take back…")
	s.press("tab", "tab", "right", "right", "right", "enter", "right", "enter")
	s.has("TAKEN BACK  1 change taken back in prod-eu")
	s.news()
	s.press("2", "/", "PS09 web", "enter")
	s.has("shop/Deployment/web")
	// What was taken back is the one that can be taken back now.
	s.press("esc", "Z")
	s.has("plan › 1 change to undo what wa")
}

func TestUndoIsChosen(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.apply()
	s.press("esc", "esc", "2", "/", "PS10 web", "enter", "f", "tab", "tab", "right", "right", "right", "enter", "right", "enter")
	if s.root.prompt != nil {
		s.press("apply", "enter")
	}
	s.has("DONE")
	s.press(":", "undo", "enter")
	s.has("take back which of these?", "not saved to a file")
	s.press("down", "enter")
	s.has("plan › 1 change to undo")
	// Export writes the undo into a file.
	s.press("x")
	s.has("write the undo, which may hold secret values, to:")
	s.press("enter")
	s.has("wrote the undo to canopy-undo-", "which only you can read")
	s.press("1", "q")
	s.has("the undo of 1 plan is in no file and goes when you leave: Z shows it, q leaves all the same")
	if s.quit {
		t.Fatal("left without a warning")
	}
	s.press("j", "q")
	if s.quit {
		t.Error("an old warning counts")
	}
	s.press("ctrl+c")
	if !s.quit {
		t.Error("a way out is barred")
	}
}

// TestInterruptWarns holds that ctrl+c tells of what is in no file, whatever has the keyboard.
func TestInterruptWarns(t *testing.T) {
	for name, open := range map[string][]string{"screen": nil, "filter": {"1", "2", "/"}, "chooser": {"n"}} {
		t.Run(name, func(t *testing.T) {
			s := newScreen(t, Options{Width: 120, Height: 40}, viewtest.Cluster(t))
			s.apply()
			s.press(open...)
			s.press("ctrl+c")
			s.has("the undo of 1 plan is in no file and goes when you leave")
			if s.quit {
				t.Fatal("left without a warning")
			}
			s.press("ctrl+c")
			if !s.quit {
				t.Error("ctrl+c does not leave")
			}
		})
	}
}

// TestInterruptWhileWriting holds that ctrl+c stops what is written, and that it is told what was done.
func TestInterruptWhileWriting(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	pressed := false
	session.Server.Before = func(c model.Check) {
		if c.Rung == model.RungVerified && !pressed {
			pressed = true
			s.press("ctrl+c")
			s.has("stopping what is being written", "WRITING TO prod-eu")
		}
	}
	s.press("2", "/", "PS09 web", "enter", "f")
	s.press("tab", "tab", "right", "right", "right", "enter")
	s.has("WRITE 1 CHANGE in the cluster prod-eu", "[ Cancel ]")
	s.press("right", "enter")
	if !pressed || s.quit {
		t.Fatalf("pressed %v, left %v", pressed, s.quit)
	}
	s.has("STOPPED", "1 of 1 change written to prod-eu, then it stopped", "you have stopped it", "[ Undo… ]")
}

func TestPlanByPalette(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.press("2", "/", "PS09 web", "enter", "f", ":", "dry-run", "enter")
	s.has("rung 5 of 7")
	s.press(":", "apply", "enter")
	s.has("WRITE 1 CHANGE")
	if strings.Contains(strings.Join(session.Asked(), " "), "apply") {
		t.Error("the palette writes without a question")
	}
	s.press("esc")
	s.has("CHANGES, IN THIS ORDER")
	session.Server.Locked = errors.New("a capture")
	s.press(":", "apply", "enter")
	s.has("apply: a capture")
	s.press("esc", ":", "edit", "enter")
	s.has("nothing was changed")
	// Help names what keys do here.
	s.press("?", "redraw")
	s.has("make the plan anew from what is")
	s.press("esc", "esc")
	if s.on() != view.Findings {
		t.Errorf("esc leads to %s", s.on())
	}
}

func TestPropose(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.press("F", "testdata/no-such-file.yaml", "enter")
	s.has("what if I applied: testdata/no-such-file.yaml", "no such file or directory")
	s.press("esc", "F", "testdata/proposal.yaml", "enter")
	s.has("plan › 3 changes of proposal.yaml", "part of the text could not be taken", "opens ")
	// A place that can be come back to.
	s.press("m", "1", "'", "enter")
	s.has("plan › 3 changes of proposal.yaml")
	// Pasted text of several lines is the proposal; a single line is the path.
	s.press("F")
	s.send(tea.PasteMsg{Content: "testdata/propo"})
	s.has("applied: testdata/propo")
	s.send(tea.PasteMsg{Content: "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: pasted, namespace: shop}\r\ndata: {a: b}\r"})
	s.has("plan › 1 change of text 1", "create shop/ConfigMap/pasted")
	// An editor, with nothing in it.
	var given string
	s.root.shared.Exec = func(c *exec.Cmd, done tea.ExecCallback) tea.Cmd {
		path := c.Args[len(c.Args)-1]
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		given = string(data)
		if err := os.WriteFile(path, []byte("{apiVersion: v1, kind: ConfigMap, metadata: {name: typed, namespace: shop}}"), 0o600); err != nil {
			t.Fatal(err)
		}
		return func() tea.Msg { return done(nil) }
	}
	s.press("F", "enter")
	s.has("plan › 1 change of text 2", "create shop/ConfigMap/typed")
	if given != "" {
		t.Errorf("the editor begins with %q", given)
	}
	s.root.shared.Exec = func(_ *exec.Cmd, done tea.ExecCallback) tea.Cmd { return func() tea.Msg { return done(nil) } }
	s.press("1", "F", "enter")
	s.has("there is no text, so nothing would change")
	s.press("F", t.TempDir(), "enter")
	s.has("it is no file")
	if len(session.Asked()) != 0 {
		t.Errorf("the server was asked %q", session.Asked())
	}
}

func TestReadText(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	if err := os.WriteFile(filepath.Join(home, "a.yaml"), []byte("a: b"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := readText("~/a.yaml"); err != nil || string(data) != "a: b" {
		t.Errorf("%q %v", data, err)
	}
	big := filepath.Join(home, "big.yaml")
	if err := os.WriteFile(big, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, largestText+1); err != nil {
		t.Fatal(err)
	}
	if _, err := readText(big); !errors.Is(err, errTooLarge) {
		t.Errorf("a file without end: %v", err)
	}
}

func TestEnforce(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40}, session)
	s.press("2", "/", "PS02 debug", "enter", "B")
	s.has("enforce › data › restricted", "2 of 2 owners, 3 of 3 pods would be refused", "data/DaemonSet/backup-helper", "it enforces nothing now", "t baseline")
	s.press("t")
	s.has("enforce › data › baseline", "t restricted", "hostPath")
	s.press("enter")
	if p := s.root.top().Place(); p.Screen != view.Detail || p.Object.Name != "backup-helper" {
		t.Errorf("enter leads to %+v", p)
	}
	s.press("esc", "f")
	s.has("plan › ", "data/DaemonSet/backup-helper")
	// On a namespace itself what-if has several meanings.
	s.press("0", "j", "j", "j", "j", "j", "w")
	s.has("what if, in the namespace data", "it enforced restricted", "it enforced baseline", "its own findings were fixed")
	s.press("down", "enter")
	s.has("enforce › data › baseline")
	s.press("0", "w", "down", "down", "enter")
	s.has("WHAT IT WOULD DO")
	s.press("0", "esc", "k", "k", "k", "k", "B")
	s.has("enforce: no namespace is selected")
}

// TestWhileWriting holds that one cannot go to another cluster while something is written.
func TestWhileWriting(t *testing.T) {
	session := viewtest.Cluster(t)
	s := newScreen(t, Options{Width: 120, Height: 40, Contexts: func() ([]string, error) { return nil, nil }}, session)
	var seen []string
	session.Server.Before = func(c model.Check) {
		if c.Rung != model.RungApplied {
			return
		}
		for _, a := range []keys.Action{keys.Context} {
			seen = append(seen, s.root.offer(a).Why)
		}
	}
	s.apply()
	if len(seen) == 0 {
		t.Fatal("nothing was seen")
	}
	for _, why := range seen {
		if why != "wait: 1 change is being written to prod-eu" {
			t.Errorf("one may leave: %q", why)
		}
	}
}
