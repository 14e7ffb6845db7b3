package rbac_test

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/privilege"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

// edges reads the catalogue once for all tests.
var edges = sync.OnceValues(privilege.NewMarks)

// stage is a screen with its session.
type stage struct {
	view.Screen
	t       testing.TB
	session *viewtest.Session
	shared  *view.Shared
	// asked is what the screen asked the program for.
	asked []tea.Msg
	// ticks holds what waits for the clock.
	ticks []tea.Cmd
}

func shared(s *viewtest.Session) *view.Shared {
	out := s.Shared()
	// What glows waits for the clock.
	out.Glow, out.Edges = false, edges
	return out
}

// open shows the main screen on the small cluster.
func open(t testing.TB, width, height int) *stage {
	t.Helper()
	return on(viewtest.Cluster(t), t, width, height)
}

func on(session *viewtest.Session, t testing.TB, width, height int) *stage {
	t.Helper()
	look := shared(session)
	return show(session, t, look, rbac.New(look, &rbac.Keeper{}), width, height)
}

func show(session *viewtest.Session, t testing.TB, look *view.Shared, screen view.Screen, width, height int) *stage {
	t.Helper()
	s := &stage{Screen: screen, t: t, session: session, shared: look}
	s.Resize(width, height)
	s.refresh()
	return s
}

// refresh shows the newest report.
func (s *stage) refresh() { s.run(s.Show(s.session.Snapshot())) }

// run carries commands out.
func (s *stage) run(cmd tea.Cmd) {
	s.t.Helper()
	if cmd == nil {
		return
	}
	if strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "Tick") {
		s.ticks = append(s.ticks, cmd)
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case view.For:
		if msg.To != s.Screen {
			s.t.Fatalf("a message for %v", msg.To)
		}
		s.run(s.Update(msg.Msg))
	case nil:
	default:
		s.asked = append(s.asked, msg)
	}
}

// press does actions, each where it is offered.
func (s *stage) press(actions ...keys.Action) {
	s.t.Helper()
	for _, a := range actions {
		if o := s.Can(a); !o.OK() {
			s.t.Fatalf("%s: %+v", a, o)
		}
		s.run(s.Do(a))
	}
}

// follow opens the screen that the last one asked for.
func (s *stage) follow() *stage {
	s.t.Helper()
	if len(s.asked) == 0 {
		s.t.Fatal("nothing was asked for")
	}
	place := s.asked[len(s.asked)-1].(view.Go).Place
	var next view.Screen
	width, height := 140, 80
	switch place.Screen {
	case view.RBAC:
		main := rbac.New(s.shared, &rbac.Keeper{})
		out := show(s.session, s.t, s.shared, main, width, height)
		out.run(main.Reveal(place.Subject, place.Object))
		return out
	case view.Grants:
		next = rbac.NewGrants(s.shared, &rbac.Keeper{}, place)
	case view.Matrix:
		next = rbac.NewMatrix(s.shared, &rbac.Keeper{}, place.Subject)
	case view.Difference:
		next = rbac.NewDifference(s.shared, &rbac.Keeper{}, place.Subject, place.Other)
	case view.Picture:
		next = rbac.NewPicture(s.shared, &rbac.Keeper{}, place.Subject)
	case view.WhoCan:
		next = rbac.NewWhoCan(s.shared, &rbac.Keeper{}, place.Query)
	default:
		s.t.Fatalf("asked for %v", place)
	}
	return show(s.session, s.t, s.shared, next, width, height)
}

// reveal goes to a subject.
func (s *stage) reveal(subject string) {
	s.t.Helper()
	who, err := model.ParseSubject(subject)
	if err != nil {
		s.t.Fatal(err)
	}
	s.run(s.Screen.(*rbac.Screen).Reveal(who, model.Ref{}))
	if names := s.Subject().Names; len(names) != 1 || names[0] != subject {
		s.t.Fatalf("at %v, want %s", names, subject)
	}
}

// lines gives what is seen, without styles and without blanks at the ends of lines.
func (s *stage) lines() []string {
	lines := strings.Split(ansi.Strip(s.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return lines
}

func (s *stage) text() string { return strings.Join(s.lines(), "\n") + "\n" }

func (s *stage) has(want ...string) {
	s.t.Helper()
	for _, w := range want {
		// Sentences go on in the next line.
		if !strings.Contains(s.text(), w) && !strings.Contains(strings.Join(strings.Fields(s.text()), " "), w) {
			s.t.Errorf("the screen lacks %q:\n%s", w, s.text())
		}
	}
}

func (s *stage) lacks(not ...string) {
	s.t.Helper()
	for _, n := range not {
		if strings.Contains(s.text(), n) {
			s.t.Errorf("the screen has %q:\n%s", n, s.text())
		}
	}
}

// rows gives the rows of the pane with the focus, as they would be copied: cells apart by tabs, without the titles.
func (s *stage) rows() []string { return s.Screen.(view.Tabular).Lines()[1:] }

// rights gives what the selected subject can do: resource, verbs, where.
func (s *stage) rights() []string {
	s.press(keys.NextPane, keys.NextPane)
	var out []string
	for _, l := range s.rows() {
		cells := strings.Split(l, "\t")
		out = append(out, strings.Join(cells[:3], " | "))
	}
	s.press(keys.NextPane)
	return out
}

// golden compares a screen with a file: its crumbs and what stands beside them, then what it draws.
func golden(t *testing.T, name string, s *stage) {
	t.Helper()
	viewtest.Golden(t, name, fmt.Sprintf("%s | %s | %s\n%s", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), s.text()))
}

func ref(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }
