package resources_test

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/resources"
	"canopy/ui/view/viewtest"
)

// stage is a screen with its session.
type stage struct {
	*resources.Screen
	t       testing.TB
	session *viewtest.Session
	// asked is what the screen asked the program for.
	asked []tea.Msg
	// waits tells to leave what waits for the clock to settle; ticks holds it.
	waits bool
	ticks []tea.Cmd
}

// open shows the small cluster.
func open(t testing.TB, width, height int) *stage {
	t.Helper()
	return on(viewtest.Cluster(t), t, width, height)
}

func on(session *viewtest.Session, t testing.TB, width, height int) *stage {
	t.Helper()
	shared := session.Shared()
	// What glows waits for the clock.
	shared.Glow = false
	s := &stage{Screen: resources.New(shared), t: t, session: session}
	s.Resize(width, height)
	s.refresh()
	return s
}

// refresh shows the newest report.
func (s *stage) refresh() { s.run(s.Show(s.session.Snapshot())) }

// run carries commands out, all but those that wait.
func (s *stage) run(cmd tea.Cmd) {
	s.t.Helper()
	if cmd == nil {
		return
	}
	if s.waits && ticks(cmd) {
		s.ticks = append(s.ticks, cmd)
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case view.For:
		if msg.To != view.Screen(s.Screen) {
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
			s.t.Fatalf("%s: %q", a, o.Why)
		}
		s.run(s.Do(a))
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

// names gives the names in the tree, from the top, as long as no column stands beside them.
func (s *stage) names() []string {
	var names []string
	for _, l := range s.lines()[1:] {
		l, _, _ = strings.Cut(strings.TrimLeft(l, "▸+-●│ "), "  ")
		if l = strings.TrimLeft(strings.TrimSpace(l), "▾▸ "); l != "" {
			names = append(names, l)
		}
	}
	return names
}

func (s *stage) selected() string { return s.Subject().Object.String() }

func ref(kind, namespace, name string) model.Ref {
	return model.KindByName(kind).Ref(namespace, name)
}

// ticks tells that a command waits for the clock.
func ticks(cmd tea.Cmd) bool {
	return strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "Tick")
}

// settle lets the time pass that commands wait for.
func (s *stage) settle() {
	s.t.Helper()
	if len(s.ticks) != 1 {
		s.t.Fatalf("%d commands wait for the clock", len(s.ticks))
	}
	s.waits = false
	s.run(s.ticks[0])
	s.waits, s.ticks = true, nil
}

// line gives the one line that names something; "" where there is none.
func (s *stage) line(name string) string {
	for _, l := range s.lines() {
		if slices.Contains(strings.FieldsFunc(l, func(r rune) bool { return strings.ContainsRune(" ▸▾│", r) }), name) || strings.Contains(l, "/"+name+" ") {
			return l
		}
	}
	return ""
}
