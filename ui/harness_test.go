package ui

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

// screenTest drives the real root model: it runs the commands that Update gives, until none is left, but the one that
// waits for news.
type screenTest struct {
	t    testing.TB
	root *root
	feed *fakeFeed
	quit bool
}

func newScreen(t testing.TB, o Options, report *model.Report) *screenTest {
	feed := newFakeFeed(report)
	o.Feed = feed
	o.Location = time.UTC
	if o.Context == "" {
		o.Context = "prod-eu"
	}
	done := make(chan struct{})
	close(done) // watch returns at once, so that commands can be run one by one.
	s := &screenTest{t: t, root: newRoot(o, nil, done), feed: feed}
	s.run(s.root.Init())
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

// press takes the names of keys; a name of more than one letter that is no special key is typed.
func (s *screenTest) press(names ...string) {
	for _, name := range names {
		if k, ok := specialKeys()[name]; ok {
			s.send(k)
			continue
		}
		for _, c := range name {
			s.send(tea.KeyPressMsg{Code: c, Text: string(c)})
		}
	}
}

func specialKeys() map[string]tea.KeyPressMsg {
	return map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
		"pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
		"backspace": {Code: tea.KeyBackspace}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	}
}

func (s *screenTest) publish(r *model.Report) {
	s.feed.publish(r)
	s.send(reportMsg{report: r})
}

// content is the raw screen, plain the same without styles.
func (s *screenTest) content() string { return s.root.View().Content }

func (s *screenTest) plain() string { return ansi.Strip(s.content()) }

func (s *screenTest) selected() string {
	if row, ok := s.root.table.Selected(); ok {
		return row.object
	}
	return ""
}

func (s *screenTest) has(want string) {
	s.t.Helper()
	if !strings.Contains(s.plain(), want) {
		s.t.Errorf("screen lacks %q:\n%s", want, s.plain())
	}
}

func (s *screenTest) lacks(not string) {
	s.t.Helper()
	if strings.Contains(s.plain(), not) {
		s.t.Errorf("screen has %q:\n%s", not, s.plain())
	}
}

// golden compares a screen with testdata. Escape sequences are written so that people can read the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	got = strings.ReplaceAll(got, "\x1b", "\\e") + "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; go test -update writes it anew. Got:\n%s", path, got)
	}
}
