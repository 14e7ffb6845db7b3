package detail_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/detail"
	"canopy/ui/view/viewtest"
)

var _ interface {
	view.Screen
	view.Filtered
} = (*detail.Screen)(nil)

var update = flag.Bool("update", false, "write the golden files anew")

// driver runs the commands of a screen at once, one after the other, and keeps what it sends to the program.
type driver struct {
	t      testing.TB
	screen *detail.Screen
	sent   []tea.Msg
}

// open shows a screen of the newest report at a size.
func open(t testing.TB, s *viewtest.Session, screen *detail.Screen, width, height int) *driver {
	t.Helper()
	d := &driver{t: t, screen: screen}
	screen.Resize(width, height)
	d.run(screen.Show(s.Snapshot()))
	return d
}

func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch m := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range m {
			d.run(c)
		}
	case view.For:
		if m.To != view.Screen(d.screen) {
			d.t.Error("a message is for another screen")
		}
		d.run(d.screen.Update(m.Msg))
	default:
		d.sent = append(d.sent, m)
	}
}

// do presses the keys of actions that are offered.
func (d *driver) do(actions ...keys.Action) {
	d.t.Helper()
	for _, a := range actions {
		if o := d.screen.Can(a); !o.OK() {
			d.t.Fatalf("%s: %+v", a, o)
		}
		d.run(d.screen.Do(a))
	}
}

func (d *driver) text() string { return ansi.Strip(d.screen.View()) }

// has checks that the screen shows texts.
func (d *driver) has(texts ...string) {
	d.t.Helper()
	for _, t := range texts {
		if got := d.text(); !strings.Contains(got, t) {
			d.t.Errorf("%q is not in\n%s", t, got)
		}
	}
}

func (d *driver) lacks(texts ...string) {
	d.t.Helper()
	for _, t := range texts {
		if got := d.text(); strings.Contains(got, t) {
			d.t.Errorf("%q is in\n%s", t, got)
		}
	}
}

// exact checks that a block has this size.
func exact(t testing.TB, block string, width, height int) {
	t.Helper()
	lines := strings.Split(block, "\n")
	if len(lines) != height {
		t.Errorf("%dx%d: %d lines", width, height, len(lines))
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w != width {
			t.Errorf("%dx%d: line %d is %d cells wide: %q", width, height, i, w, l)
			return
		}
	}
}

// golden compares a screen with a file: its crumbs and what stands beside them, then what it draws.
func golden(t *testing.T, name string, s *detail.Screen) {
	t.Helper()
	got := fmt.Sprintf("%s | %s | %s\n%s\n", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), ansi.Strip(s.View()))
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; got\n%s", path, got)
	}
}
