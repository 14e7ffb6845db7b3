package detail_test

import (
	"fmt"
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

// golden compares a screen with a file: its crumbs and what stands beside them, then what it draws.
func golden(t *testing.T, name string, s *detail.Screen) {
	t.Helper()
	viewtest.Golden(t, name, fmt.Sprintf("%s | %s | %s\n%s\n", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), ansi.Strip(s.View())))
}
