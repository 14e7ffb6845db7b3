package preview_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/engine"
	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/preview"
	"canopy/ui/view/viewtest"
)

var _ interface {
	view.Screen
	view.Filtered
} = (*preview.Screen)(nil)

const (
	privileged = "PS01/apps/DaemonSet/data/backup-helper"
	hostPath   = "PS06/apps/DaemonSet/data/backup-helper"
	account    = "LP21/apps/DaemonSet/data/backup-helper"
	web        = "PS09/apps/Deployment/shop/web"
	naked      = "PS02//Pod/data/debug-x9"
	namespace  = "PS26//Namespace//data"
	denial     = "NW03//Namespace//data"
)

// refusing is a session that may refuse to make a fix, or to say what it would do, and counts how often it is asked.
type refusing struct {
	*viewtest.Session
	fix, whatIf error
	fixes       int
}

func (r *refusing) Fix(ctx context.Context, findings []*model.Finding) (*remedy.Fix, error) {
	r.fixes++
	if r.fix != nil {
		return nil, r.fix
	}
	return r.Session.Fix(ctx, findings)
}

func (r *refusing) WhatIf(ctx context.Context, plan model.Plan) (*engine.Preview, error) {
	if r.whatIf != nil {
		return nil, r.whatIf
	}
	return r.Session.WhatIf(ctx, plan)
}

func watch(t testing.TB) (*refusing, *view.Shared) {
	r := &refusing{Session: viewtest.Cluster(t)}
	shared := r.Shared()
	shared.Session = r
	return r, shared
}

// driver runs the commands of a screen at once, one after the other, and keeps what it sends to the program.
type driver struct {
	t      testing.TB
	screen *preview.Screen
	sent   []tea.Msg
}

func open(t testing.TB, s *viewtest.Session, screen *preview.Screen, width, height int) *driver {
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

func (d *driver) show(s *viewtest.Session) { d.run(d.screen.Show(s.Snapshot())) }

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
func golden(t *testing.T, name string, s *preview.Screen) {
	t.Helper()
	viewtest.Golden(t, name, fmt.Sprintf("%s | %s | %s\n%s\n", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), ansi.Strip(s.View())))
}
