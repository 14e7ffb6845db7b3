package enforce_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/podsecurity"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/enforce"
	"canopy/ui/view/viewtest"
)

// told is a session that may tell something else of a namespace, and counts how often it is asked.
type told struct {
	*viewtest.Session
	sim   *podsecurity.Simulation
	err   error
	asked []string
}

func (s *told) Enforce(ctx context.Context, namespace, level string) (*podsecurity.Simulation, error) {
	s.asked = append(s.asked, level)
	if s.sim != nil || s.err != nil {
		return s.sim, s.err
	}
	return s.Session.Enforce(ctx, namespace, level)
}

type driver struct {
	t      testing.TB
	screen view.Screen
	sent   []tea.Msg
}

func open(t testing.TB, s *told, namespace, level string, width, height int) *driver {
	shared := s.Shared()
	shared.Session, shared.Glow = s, false
	d := &driver{t: t, screen: enforce.New(shared, view.Place{Screen: view.Enforce, Object: model.Ref{Version: "v1", Kind: "Namespace", Name: namespace}, Query: level})}
	d.screen.Resize(width, height)
	d.run(d.screen.Show(s.Snapshot()))
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
		d.run(d.screen.Update(m.Msg))
	default:
		d.sent = append(d.sent, m)
	}
}

func (d *driver) do(a keys.Action) {
	d.t.Helper()
	if o := d.screen.Can(a); !o.OK() {
		d.t.Fatalf("%s: %+v", a, o)
	}
	d.run(d.screen.Do(a))
}

func (d *driver) has(texts ...string) {
	d.t.Helper()
	for _, t := range texts {
		if got := ansi.Strip(d.screen.View()); !strings.Contains(got, t) {
			d.t.Errorf("%q is not in\n%s", t, got)
		}
	}
}

func TestGolden(t *testing.T) {
	s := &told{Session: viewtest.Cluster(t)}
	for _, level := range []string{enforce.Restricted, enforce.Baseline} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			d := open(t, s, "data", level, size[0], size[1])
			viewtest.Exact(t, d.screen.View(), size[0], size[1])
			viewtest.Golden(t, fmt.Sprintf("%s-%dx%d", level, size[0], size[1]), fmt.Sprintf("%s | %s | %s\n%s\n", strings.Join(d.screen.Crumbs(), " > "), d.screen.Aside(), d.screen.Position(), ansi.Strip(d.screen.View())))
		}
	}
}

func TestTurns(t *testing.T) {
	s := &told{Session: viewtest.Cluster(t)}
	d := open(t, s, "data", "", 120, 35)
	d.has("2 of 2 owners, 3 of 3 pods would be refused, by restricted", "data/DaemonSet/backup-helper", "hostPath", "spec.template.spec")
	if sub := d.screen.Subject(); sub.Finding() == nil || sub.Object.Kind == "" {
		t.Errorf("the subject is %+v", sub)
	}
	for _, f := range d.screen.Subject().Findings {
		if f.Rule.ID == "PS25" || f.Rule.ID == "LP21" {
			t.Errorf("%s does not break a level", f.ID)
		}
	}
	d.do(keys.Turn)
	if d.screen.Place().Query != enforce.Baseline || d.screen.Crumbs()[2] != "baseline" {
		t.Errorf("at %+v", d.screen.Place())
	}
	d.do(keys.Turn)
	if got := strings.Join(s.asked, " "); got != "restricted baseline restricted" {
		t.Errorf("asked %q", got)
	}
	d.do(keys.Open)
	if g, ok := d.sent[len(d.sent)-1].(view.Go); !ok || g.Place.Screen != view.Detail || g.Place.Object.IsZero() {
		t.Errorf("enter sends %+v", d.sent)
	}
	if o := d.screen.Can(keys.Enforce); o.OK() || o.Why == "" {
		t.Errorf("enforce: %+v", o)
	}
	// A namespace that breaks nothing says so.
	open(t, s, "a-namespace-with-a-name-of-forty-letters", "", 120, 35).has("nothing in a-namespace-with-a-name-of-forty-letters breaks restricted")
	s.err = errors.New("namespace nowhere: \x1b[31mnot found")
	open(t, s, "nowhere", "", 80, 19).has("namespace nowhere: ?not found")
}

func TestUnknownIsTold(t *testing.T) {
	s := &told{Session: viewtest.Cluster(t), sim: &podsecurity.Simulation{Namespace: "data", Level: "restricted", Unknown: []string{"Pods may not be listed", "a webhook changes pods", "more"}}}
	d := open(t, s, "data", "", 120, 35)
	d.has("nothing in data breaks restricted, as far as it was seen", "not seen: Pods may not be listed, a webhook changes pods and 1 more", "0 of 0 owners, 0 of 0 pods")
}

func TestHostileAndLarge(t *testing.T) {
	evil := strings.Repeat("\x1b[31m\x1b]0;owned\x07\u202e\u200bx", 500)
	s := &told{Session: viewtest.Cluster(t), sim: &podsecurity.Simulation{Namespace: evil, Level: "restricted", Version: evil, Now: evil, Unknown: []string{evil}}}
	for i := range 3000 {
		v := podsecurity.Violator{Owner: model.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: evil, Name: fmt.Sprintf("%s%d", evil, i)}, Pods: i, Template: i%2 == 0}
		for range 5 {
			v.Breaks = append(v.Breaks, podsecurity.Break{Check: evil, Level: evil, Path: evil, Detail: evil, Rule: "PS01"})
		}
		s.sim.Violators = append(s.sim.Violators, v)
	}
	for _, width := range []int{60, 80, 120, 200} {
		d := open(t, s, evil, "", width, 30)
		for range 3 {
			drawn := d.screen.View()
			viewtest.Exact(t, drawn, width, 30)
			for _, r := range ansi.Strip(drawn) {
				if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
					t.Fatalf("%U is drawn", r)
				}
			}
			d.do(keys.NextPane)
			d.run(d.screen.Do(keys.PageDown))
		}
	}
}
