package overview_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/view"
	"canopy/ui/view/overview"
	"canopy/ui/view/viewtest"
)

// open gives a screen that shows a snapshot, with what its commands bring.
func open(t testing.TB, shared *view.Shared, snapshot *view.Snapshot, width, height int) *overview.Screen {
	t.Helper()
	s := overview.New(shared)
	s.Resize(width, height)
	run(t, s, s.Show(snapshot))
	return s
}

// run carries commands out, all but those that wait, and gives what they ask the program for.
func run(t testing.TB, s *overview.Screen, cmd tea.Cmd) (asked []tea.Msg) {
	t.Helper()
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			asked = append(asked, run(t, s, c)...)
		}
	case view.For:
		if msg.To != view.Screen(s) {
			t.Fatalf("a message for %v", msg.To)
		}
		asked = run(t, s, s.Update(msg.Msg))
	case nil:
	default:
		asked = append(asked, msg)
	}
	return asked
}

// plain gives what is seen, without styles and without blanks at the ends of lines.
func plain(s *overview.Screen) string {
	lines := strings.Split(ansi.Strip(s.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// exact checks that the view has exactly the size of the screen.
func exact(t *testing.T, s *overview.Screen, width, height int) {
	t.Helper()
	if v := s.View(); height > 0 || v != "" {
		viewtest.Exact(t, v, width, height)
	}
}
