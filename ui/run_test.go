package ui

import (
	"context"
	"errors"
	"image/color"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// staged is a session that shows what a test publishes.
type staged struct {
	*viewtest.Session
	news   chan struct{}
	failed chan struct{}

	mu      sync.Mutex
	report  *model.Report
	failure error
	// broken is the method that panics, and how often it is called before it does.
	broken string
	calls  int
}

const onPurpose = "broken on purpose"

func stage(t testing.TB, r *model.Report) *staged {
	return &staged{Session: viewtest.New(t), news: make(chan struct{}, 1), failed: make(chan struct{}), report: r}
}

func (s *staged) publish(r *model.Report) {
	s.mu.Lock()
	s.report = r
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// breakIn lets a method panic from now on, after so many more calls.
func (s *staged) breakIn(method string, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken, s.calls = method, calls
}

func (s *staged) called(method string) {
	if s.broken == method {
		if s.calls--; s.calls < 0 {
			panic(onPurpose)
		}
	}
}

func (s *staged) Report() *model.Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.called("Report")
	return s.report
}

func (s *staged) Name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.called("Name")
	return "prod-eu"
}

func (s *staged) Rules() []*model.Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.called("Rules")
	return s.Session.Rules()
}

func (s *staged) Subscribe() (<-chan struct{}, func()) { return s.news, func() {} }

func (s *staged) Failed() <-chan struct{} { return s.failed }

func (s *staged) Failure() error { return s.failure }

// begin gives settings that begin on a screen, and differ in what a test wants.
func begin(screen string, change ...func(*Settings)) func(string) Settings {
	return func(string) Settings {
		s := defaults()
		s.Start = screen
		for _, c := range change {
			c(&s)
		}
		return s
	}
}

func TestRunInTerminal(t *testing.T) {
	x := newTerminal(t, 120, 40)
	session := stage(t, nil)
	x.start(t.Context(), Options{Session: session, Settings: begin(view.Findings)})
	x.wait("canopy  prod-eu", "connecting", "2 findings", "q quit")
	cluster := viewtest.Cluster(t)
	first := cluster.Report()
	session.publish(first)
	x.wait("shop/Deployment/web", "live ●", "coverage 100%")
	x.keys("/ns:data\r")
	x.wait("filter: ns:data", "data/RoleBinding/exec", "data/DaemonSet/backup-h")
	x.gone("shop/Deployment/web")
	x.escape()
	x.wait("shop/Deployment/web")
	x.keys("/hostPID")
	x.wait("/hostPID")
	x.escape()
	x.gone("/hostPID")
	cluster.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: newcomer, namespace: aaa, uid: u1}, spec: {hostPID: true, containers: [{name: a, image: b, securityContext: {privileged: true}}]}}"))...)
	session.publish(cluster.Report())
	x.keys("/newcomer\r")
	x.wait("aaa/Pod/newcomer")
	x.keys("\r")
	x.wait("findings › PS")
	x.keys("y")
	x.wait("newcomer")
	x.keys("2?filter")
	x.wait("filter a list")
	x.escape()
	x.gone("filter a list")
	x.resize(30, 6)
	x.wait("canopy needs 60x16 cells", "q quits")
	x.keys("j")
	session.publish(first)
	x.resize(120, 40)
	x.wait("q quit", "1 overview", "findings ─")
	x.keys("q")
	x.leaves(session)
}

// TestRunLeaves goes all ways out of the program that are no failure of its own.
func TestRunLeaves(t *testing.T) {
	for name, leave := range map[string]func(x *terminal, s *staged, cancel func()){
		"q":        func(x *terminal, _ *staged, _ func()) { x.keys("q") },
		"ctrl+c":   func(x *terminal, _ *staged, _ func()) { x.keys("\x03") },
		"context":  func(_ *terminal, _ *staged, cancel func()) { cancel() },
		"palette":  func(x *terminal, _ *staged, _ func()) { x.keys(":quit\r") },
		"in a box": func(x *terminal, _ *staged, _ func()) { x.keys("?\x03") },
		"typing":   func(x *terminal, _ *staged, _ func()) { x.keys("2/abc\x03") },
		"SIGTERM": func(x *terminal, _ *staged, _ func()) {
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				x.t.Error(err)
			}
		},
		"busy": func(x *terminal, s *staged, cancel func()) {
			x.keys(strings.Repeat("j", 100))
			s.publish(viewtest.Cluster(x.t).Report())
			cancel()
		},
		"too small": func(x *terminal, _ *staged, _ func()) {
			x.resize(40, 10)
			x.wait("q quits")
			x.keys("q")
			// The shell's screen was resized as well.
			x.shell, _, _ = strings.Cut(x.shell, strings.Repeat("\n", 10))
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTerminal(t, 100, 30)
			ctx, cancel := signal.NotifyContext(t.Context(), syscall.SIGTERM)
			defer cancel()
			session := stage(t, viewtest.Cluster(t).Report())
			x.start(ctx, Options{Session: session})
			x.ready("data/DaemonSet/backup-help")
			if on := x.modesOn(); on < 4 {
				t.Errorf("only %d modes are on: this test shows nothing", on)
			}
			leave(x, session, cancel)
			if name == "too small" {
				if o := x.end(); o.err != nil {
					t.Errorf("Run gives %v", o.err)
				}
				return
			}
			x.leaves(session)
		})
	}
}

// modesOn counts the modes of the terminal that the program has set: the other screen, mouse, paste.
func (x *terminal) modesOn() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	n := 0
	for _, on := range x.modes {
		if on {
			n++
		}
	}
	return n
}

// TestRunSurvivesPanic lets all that the library calls panic: the terminal is as before, and Run tells what happened.
func TestRunSurvivesPanic(t *testing.T) {
	for name, fail := range map[string]func(x *terminal, s *staged){
		"update": func(x *terminal, s *staged) {
			s.breakIn("Rules", 0)
			x.keys(":")
		},
		"view": func(x *terminal, s *staged) {
			s.breakIn("Name", 0)
			x.keys("j")
		},
		"command": func(_ *terminal, s *staged) {
			s.breakIn("Report", 0)
			s.publish(nil)
		},
		"busy": func(x *terminal, s *staged) {
			s.breakIn("Rules", 0)
			x.keys(strings.Repeat("j", 50) + ":" + strings.Repeat("j", 50))
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTerminal(t, 100, 30)
			session := stage(t, viewtest.Cluster(t).Report())
			x.start(t.Context(), Options{Session: session})
			x.ready("data/DaemonSet/backup-help")
			fail(x, session)
			x.breaks(onPurpose)
		})
	}
	t.Run("first view", func(t *testing.T) {
		x := newTerminal(t, 100, 30)
		// An answer would come after the program, and be the shell's.
		x.mute.Store(true)
		session := stage(t, nil)
		// The list asks for the name only when it is drawn; the program before it begins to draw.
		session.breakIn("Name", 1)
		x.start(t.Context(), Options{Session: session, Settings: begin(view.Findings)})
		x.breaks(onPurpose)
	})
	t.Run("before the first view", func(t *testing.T) {
		x := newTerminal(t, 100, 30)
		session := stage(t, nil)
		session.breakIn("Name", 0)
		x.start(t.Context(), Options{Session: session})
		x.breaks(onPurpose)
	})
	t.Run("first command", func(t *testing.T) {
		x := newTerminal(t, 100, 30)
		x.mute.Store(true)
		session := stage(t, nil)
		session.breakIn("Report", 0)
		x.start(t.Context(), Options{Session: session})
		x.breaks(onPurpose)
	})
}

// TestRunTellsFailure holds that the session's failure ends the program, and is what Run gives.
func TestRunTellsFailure(t *testing.T) {
	x := newTerminal(t, 100, 30)
	session := stage(t, nil)
	session.failure = errors.New("the file is empty")
	x.start(t.Context(), Options{Session: session})
	x.ready("connecting")
	close(session.failed)
	if o := x.clean(); !errors.Is(o.err, session.failure) || o.session != session {
		t.Errorf("Run gives %v, %v", o.session, o.err)
	}
}

// TestRunGivesTheLastSession holds that who calls Run gets the session to close.
func TestRunGivesTheLastSession(t *testing.T) {
	x := newTerminal(t, 100, 30)
	first, second := stage(t, viewtest.Cluster(t).Report()), stage(t, viewtest.Cluster(t).Report())
	x.start(t.Context(), Options{
		Session:  first,
		Contexts: func() ([]string, error) { return []string{"prod-eu", "other"}, nil },
		Connect:  func(string) (view.Session, error) { return second, nil },
	})
	x.ready("data/DaemonSet/backup-help")
	x.keys("C")
	x.wait("clusters of the kubeconfig")
	x.keys("other\r")
	x.gone("clusters of the kubeconfig")
	x.calm(200 * time.Millisecond)
	x.keys("q")
	x.leaves(second)
}

// TestRunIsIdle holds that nothing is written while nothing happens: with the mouse, after a new row has glowed, and while a
// text is typed.
func TestRunIsIdle(t *testing.T) {
	x := newTerminal(t, 120, 40)
	cluster := viewtest.Cluster(t)
	session := stage(t, cluster.Report())
	session.Session = cluster
	x.start(t.Context(), Options{Session: session, Settings: begin(view.Findings)})
	x.wait("shop/Deployment/web")
	idle := func(when string) {
		t.Helper()
		before := x.calm(300 * time.Millisecond)
		time.Sleep(700 * time.Millisecond)
		if _, after := x.see(); after != before {
			t.Errorf("%d bytes written %s", after-before, when)
		}
	}
	idle("at rest")
	// What is selected does not glow, and what is above it does.
	x.keys("G")
	x.calm(100 * time.Millisecond)
	cluster.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: newcomer, namespace: aaa, uid: u1}, spec: {hostPID: true, containers: [{name: a, image: b, securityContext: {privileged: true}}]}}"))...)
	session.publish(cluster.Report())
	x.wait("aaa/Pod/newcomer")
	if _, styled := x.style("aaa/Pod/newcomer"); !styled {
		t.Error("a new row does not glow")
	}
	x.until("the end of the glow", func(string) bool { _, styled := x.style("aaa/Pod/newcomer"); return !styled })
	idle("after a glow")
	// A report in which nothing differs is no news.
	same := *cluster.Report()
	same.Sequence++
	session.publish(&same)
	time.Sleep(100 * time.Millisecond)
	idle("after a report that says the same")
	x.keys("/web rule:PS")
	x.wait("1-6 of 6")
	idle("while a filter is typed")
	x.escape()
	x.keys(":")
	x.wait("─ command ─")
	idle("in the palette")
	x.escape()
	x.keys("1")
	x.wait("FIX FIRST")
	idle("on the overview")
	x.keys("3")
	x.wait("what it can do")
	idle("on the screen of RBAC")
	x.keys("4")
	x.wait("A all")
	idle("on the matrix of the network")
	x.keys("q")
	x.leaves(session)
}

func TestRunHonoursNoColor(t *testing.T) {
	for _, value := range []string{"yes", "1", "0", "false"} {
		t.Run(value, func(t *testing.T) {
			x := newTerminal(t, 100, 30)
			t.Setenv("NO_COLOR", value)
			session := stage(t, viewtest.Cluster(t).Report())
			x.start(t.Context(), Options{Session: session, Settings: begin(view.Findings)})
			x.wait("shop/Deployment/web")
			x.keys("jj :theme contrast\r?")
			x.wait("what can be done here")
			x.mu.Lock()
			for row := range 30 {
				for col := range 100 {
					if c := x.screen.CellAt(col, row); c != nil && (c.Style.Fg != nil || c.Style.Bg != nil) {
						t.Fatalf("cell %d,%d is coloured", col, row)
					}
				}
			}
			x.mu.Unlock()
			x.keys("\x03")
			x.leaves(session)
		})
	}
}

// TestRunFollowsTheBackground holds that what the terminal says of its background decides how it looks, unless the user has
// decided.
func TestRunFollowsTheBackground(t *testing.T) {
	report := viewtest.Cluster(t).Report()
	look := func(background color.Color, setting string) color.Color {
		x := newTerminal(t, 120, 40)
		if background != nil {
			x.background(background)
		}
		session := stage(t, report)
		x.start(t.Context(), Options{Session: session, Settings: begin(view.Findings, func(s *Settings) {
			s.Palette, s.Background = palette(t, "canopy"), setting
		})})
		x.wait("shop/Deployment/web", "PS")
		x.calm(200 * time.Millisecond)
		foreground, _ := x.style("█ C")
		x.keys("q")
		x.leaves(session)
		return foreground
	}
	dark, light := look(color.Black, "auto"), look(color.White, "auto")
	if dark == nil || light == nil || dark == light {
		t.Errorf("critical is %v on a dark background and %v on a light one", dark, light)
	}
	if got := look(color.White, "dark"); got != dark {
		t.Errorf("critical is %v where the user wants dark, want %v", got, dark)
	}
	if got := look(color.Black, "light"); got != light {
		t.Errorf("critical is %v where the user wants light, want %v", got, light)
	}
}

// TestRunChangesTheme holds that another palette is seen at once, everywhere on the screen.
func TestRunChangesTheme(t *testing.T) {
	x := newTerminal(t, 160, 40)
	session := stage(t, viewtest.Cluster(t).Report())
	x.start(t.Context(), Options{Session: session, Settings: begin(view.Findings, func(s *Settings) { s.Palette = palette(t, "canopy") })})
	// The list, what is selected beside it, and the footer.
	marks := []string{"█ C ", "where  ", "q quit"}
	x.wait(marks...)
	x.calm(200 * time.Millisecond)
	see := func() (seen [3]color.Color) {
		for i, m := range marks {
			seen[i], _ = x.style(m)
		}
		return seen
	}
	before := see()
	for _, typed := range []string{":theme contrast\r", ":background light\r"} {
		x.keys(typed)
		x.calm(200 * time.Millisecond)
		now := see()
		for i, m := range marks {
			if now[i] == before[i] {
				t.Errorf("%q keeps its colour %v after %q", m, now[i], typed)
			}
		}
		before = now
	}
	x.keys("q")
	x.leaves(session)
}

// TestRunWithoutTerminal holds that the program also runs where neither input nor output is a terminal.
func TestRunWithoutTerminal(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var out strings.Builder
	session := stage(t, viewtest.Cluster(t).Report())
	got, err := Run(ctx, Options{Session: session, Input: strings.NewReader("q"), Output: &out, Width: 80, Height: 24})
	if err != nil || got != session {
		t.Errorf("Run gives %v, %v", got, err)
	}
	if ctx.Err() != nil {
		t.Error("q does not end it")
	}
}
