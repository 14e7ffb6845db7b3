package ui

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/catalogue"
	"canopy/analysis/privilege"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// quiet is a session whose news have to be asked for, so that every command ends and a test needs no waiting.
type quiet struct{ *viewtest.Session }

func (q quiet) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{})
	close(c)
	return c, func() {}
}

func (q quiet) Failed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// screenTest drives the real root model: it runs the commands that Update gives, until none is left.
type screenTest struct {
	t       testing.TB
	root    *root
	session *viewtest.Session
	quit    bool
}

func newScreen(t testing.TB, o Options, session *viewtest.Session) *screenTest {
	t.Helper()
	o.Session, o.Location = quiet{session}, time.UTC
	if o.Settings == nil {
		o.Settings = calm
	}
	if session.Attack == nil {
		session.Attack = viewtest.Paths()
	}
	s := &screenTest{t: t, session: session, root: newRoot(context.Background(), o)}
	s.root.shared.Edges, s.root.paths.Edges = edges, steps
	// An editor that changes nothing.
	s.root.shared.Editor = []string{"editor"}
	s.root.shared.Exec = func(_ *exec.Cmd, done tea.ExecCallback) tea.Cmd { return func() tea.Msg { return done(nil) } }
	s.run(s.root.begin)
	return s
}

// edges reads the catalogue once for all tests.
var edges = sync.OnceValues(privilege.NewMarks)

// steps are the steps of attack, read once as well.
var steps = sync.OnceValues(catalogue.Edges)

// calm are settings without a glow, which a clock would have to end.
func calm(string) Settings {
	s := defaults()
	s.Glow = false
	return s
}

func (s *screenTest) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case tea.QuitMsg:
		s.quit = true
	default:
		s.send(msg)
	}
}

func (s *screenTest) send(msg tea.Msg) {
	_, cmd := s.root.Update(msg)
	s.run(cmd)
}

// news brings the newest report of the session to the screen.
func (s *screenTest) news() {
	s.send(reportMsg{generation: s.root.feed.generation, report: s.session.Report()})
}

// press takes the names of keys; a name of more than one letter that is no special key is typed.
func (s *screenTest) press(names ...string) {
	for _, name := range names {
		if k, ok := special(name); ok {
			s.send(k)
			continue
		}
		for _, c := range name {
			s.send(tea.KeyPressMsg{Code: c, Text: string(c)})
		}
	}
}

// special gives a key by the name that bindings use.
func special(name string) (tea.KeyPressMsg, bool) {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "tab": tea.KeyTab,
	}
	if name == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, true
	}
	var mod tea.KeyMod
	rest := name
	for prefix, m := range map[string]tea.KeyMod{"ctrl+": tea.ModCtrl, "alt+": tea.ModAlt, "shift+": tea.ModShift} {
		if after, ok := strings.CutPrefix(rest, prefix); ok && after != "" {
			mod, rest = m, after
		}
	}
	if code, ok := codes[rest]; ok {
		return tea.KeyPressMsg{Code: code, Mod: mod}, true
	}
	if mod != 0 {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: mod}, true
	}
	return tea.KeyPressMsg{}, false
}

// content is the raw screen, plain the same without styles.
func (s *screenTest) content() string { return s.root.View().Content }

func (s *screenTest) plain() string { return ansi.Strip(s.content()) }

func (s *screenTest) on() string { return s.root.top().Place().Screen }

func (s *screenTest) has(want ...string) {
	s.t.Helper()
	for _, w := range want {
		if !strings.Contains(s.plain(), w) {
			s.t.Errorf("the screen lacks %q:\n%s", w, s.plain())
		}
	}
}

func (s *screenTest) lacks(not ...string) {
	s.t.Helper()
	for _, n := range not {
		if strings.Contains(s.plain(), n) {
			s.t.Errorf("the screen has %q:\n%s", n, s.plain())
		}
	}
}

// golden compares a screen with testdata. Escape sequences are written so that people can read the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	viewtest.Golden(t, name, strings.ReplaceAll(got, "\x1b", "\\e")+"\n")
}

// palette gives a built-in one.
func palette(t testing.TB, name string) theme.Palette {
	t.Helper()
	p, ok := theme.ByName(name)
	if !ok {
		t.Fatalf("no palette %s", name)
	}
	return p
}

// screens are the ways to every screen from the start, by keys.
func screens() map[string][]string {
	return map[string][]string{
		view.Overview:   {"1"},
		view.Findings:   {"2"},
		view.RBAC:       {"3"},
		view.Network:    {"4"},
		view.Pairs:      {"4", "j", "l", "enter"},
		view.Why:        {"4", "j", "l", "enter", "enter"},
		view.Reach:      {"4", "j", "R"},
		view.Internet:   {"4", "i"},
		view.Isolation:  {"4", "u"},
		view.Policies:   {"4", "L"},
		view.History:    {"4", "H"},
		view.Images:     {"5"},
		view.Image:      {"5", "G", "enter"},
		"runs-image":    {"5", "G", "enter", "t"},
		view.Secrets:    {"6"},
		"inventory":     {"6", "t"},
		"certificates":  {"6", "t", "t"},
		view.Secret:     {"6", "t", "enter"},
		view.Nodes:      {"7"},
		"upgrade":       {"7", "t"},
		"usage":         {"7", "t", "t"},
		"data":          {"7", "t", "t", "t"},
		view.Node:       {"7", "G", "enter"},
		"residents":     {"7", "G", "enter", "t"},
		"drain":         {"7", "G", "enter", "t", "t"},
		"plane":         {"7", "G", "enter", "t"},
		"ask-kubelets":  {"7", "O"},
		"ask-scan":      {"5", "I"},
		view.Paths:      {"8"},
		"lateral":       {"8", "&"},
		view.Path:       {"8", "enter"},
		"attacker":      {"8", "enter", "j", "e"},
		view.Cuts:       {"8", "m"},
		view.Blast:      {"8", "b"},
		"ask-source":    {"8", ","},
		view.Resources:  {"0"},
		view.Detail:     {"2", "enter"},
		view.Explain:    {"2", "e"},
		view.Plan:       {"2", "f"},
		view.Proposal:   {"F", "testdata/proposal.yaml", "enter"},
		view.Enforce:    {"0", "j", "j", "j", "j", "j", "B"},
		"tried":         {"2", "f", "tab", "tab", "right", "right", "enter"},
		"confirm":       {"2", "f", "tab", "tab", "right", "right", "right", "enter"},
		"guard":         {"2", "f", "K"},
		view.WhoCan:     {"3", "A", "get pods -n data", "enter"},
		view.Grants:     {"3", "j", "j", "tab", "tab", "enter"},
		view.Matrix:     {"3", "j", "j", "N"},
		view.Difference: {"3", "j", "j", "space", "j", "j", "j", "j", "space", "D"},
		view.Picture:    {"3", "j", "j", "P"},
		"bindings":      {"3", "t", "tab"},
		"roles":         {"3", "t", "t", "tab", "tab"},
		"asking":        {"3", "A", "get p"},
		"what-if":       {"2", "w"},
		"help":          {"2", "?"},
		"palette":       {"2", ":"},
		"filter":        {"2", "/", "ns:data"},
		"groups":        {"2", "#"},
		"namespaces":    {"n"},
	}
}
