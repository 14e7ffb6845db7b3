package viewtest

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/view"
)

// Text gives what a screen draws, without styles and blanks at the ends of lines.
func Text(s view.Screen) string {
	lines := strings.Split(ansi.Strip(s.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Has checks that a screen draws words, which a line may end within.
func Has(t testing.TB, s view.Screen, want ...string) {
	t.Helper()
	text := Text(s)
	for _, w := range want {
		if !strings.Contains(text, w) && !strings.Contains(strings.Join(strings.Fields(text), " "), w) {
			t.Errorf("the screen lacks %q:\n%s", w, text)
		}
	}
}

// Rows gives the rows of a table as they would be copied, cells apart by bars.
func Rows(s view.Screen) []string {
	lines := s.(view.Tabular).Lines()
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "\t", " | ")
	}
	return lines[1:]
}

// Sizes compares a screen with its golden files at all sizes. Show brings it up to date after it was resized.
func Sizes(t testing.TB, s view.Screen, name string, show func()) {
	t.Helper()
	for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
		s.Resize(size[0], size[1])
		show()
		Exact(t, s.View(), size[0], size[1])
		Golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), fmt.Sprintf("%s | %s | %s\n%s", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), Text(s)))
	}
}

// Run does what a command asks for, as the program would: messages to screens reach them, and what they ask for in turn. It gives
// what is left for the program, in order. Timers do not go off.
func Run(cmd tea.Cmd) (asked []tea.Msg) {
	if cmd == nil || strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "Tick") {
		return nil
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			asked = append(asked, Run(c)...)
		}
	case view.For:
		return Run(msg.To.Update(msg.Msg))
	case nil:
	default:
		return []tea.Msg{msg}
	}
	return asked
}
