package plan_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/engine"
	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/plan"
	"canopy/ui/view/viewtest"
)

var _ interface {
	view.Screen
	view.Filtered
} = (*plan.Screen)(nil)

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
	// open are findings that are said to go on whatever is written.
	open []string
}

// CarryOut is that of the session, but for what is said to go on.
func (r *refusing) CarryOut(ctx context.Context, p model.Plan, trial *model.Trial, closes []string, progress func(model.Check)) (model.Applied, error) {
	applied, err := r.Session.CarryOut(ctx, p, trial, closes, progress)
	if len(r.open) > 0 {
		applied.Remaining = r.open
		applied.Checks = slices.DeleteFunc(applied.Checks, func(c model.Check) bool { return c.Rung == model.RungVerified })
		applied.Checks = append(applied.Checks, model.Check{Rung: model.RungVerified, Step: model.WholePlan, Outcome: model.Failed, Cause: model.CauseOpen, Message: "1 finding goes on"})
	}
	return applied, err
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
	screen *plan.Screen
	sent   []tea.Msg
	// later runs commands beside the test, which awaits what they bring.
	later bool
	came  chan tea.Msg
}

func open(t testing.TB, s *viewtest.Session, screen *plan.Screen, width, height int) *driver {
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
	if d.later {
		if d.came == nil {
			d.came = make(chan tea.Msg, 64)
		}
		go func() { d.came <- cmd() }()
		return
	}
	d.take(cmd())
}

// await takes what commands bring until something is so.
func (d *driver) await(so func() bool) {
	d.t.Helper()
	end := time.After(wait)
	for !so() {
		select {
		case m := <-d.came:
			d.take(m)
		case <-time.After(time.Millisecond):
		case <-end:
			d.t.Fatalf("it does not come to pass:\n%s", d.text())
		}
	}
}

// arrive takes what commands bring until the session has come to a place.
func (d *driver) arrive(at <-chan struct{}) {
	d.t.Helper()
	d.await(func() bool {
		select {
		case <-at:
			return true
		default:
			return false
		}
	})
}

func (d *driver) take(msg tea.Msg) {
	switch m := msg.(type) {
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

// last gives what was sent to the program last.
func (d *driver) last() any {
	d.t.Helper()
	if len(d.sent) == 0 {
		d.t.Fatal("nothing was sent")
	}
	return d.sent[len(d.sent)-1]
}

// answer types an answer to what was asked last.
func (d *driver) answer(text string) {
	d.t.Helper()
	ask, ok := d.last().(view.Ask)
	if !ok {
		d.t.Fatalf("nothing was asked: %+v", d.last())
	}
	d.run(ask.Done(text))
}

// told tells that something was told last.
func (d *driver) told(text string) bool {
	if len(d.sent) == 0 {
		return false
	}
	n, ok := d.last().(view.Note)
	return ok && strings.Contains(n.Text, text)
}

// note is what was told last.
func (d *driver) note() string {
	d.t.Helper()
	n, ok := d.last().(view.Note)
	if !ok {
		d.t.Fatalf("nothing was told: %+v", d.last())
	}
	return n.Text
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

// press presses the button with a label, by keys.
func (d *driver) press(label string) {
	d.t.Helper()
	for range 4 {
		if o := d.screen.Can(keys.Left); !o.OK() {
			break
		}
		if !strings.Contains(d.text(), "[ ") {
			break
		}
		d.do(keys.Left)
	}
	for range 12 {
		if strings.Contains(d.text(), "[ "+label) && d.pressing() {
			d.do(keys.Open)
			return
		}
		d.do(keys.NextPane)
	}
	d.t.Fatalf("there is no button %s:\n%s", label, d.text())
}

// pressing tells that enter presses a button.
func (d *driver) pressing() bool {
	label, _ := d.screen.Label(keys.Open)
	return label == "press"
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
func golden(t *testing.T, name string, s *plan.Screen) {
	t.Helper()
	viewtest.Golden(t, name, fmt.Sprintf("%s | %s | %s\n%s\n", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), ansi.Strip(s.View())))
}
