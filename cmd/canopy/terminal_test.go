package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
)

// deadline is how long a change of the cluster may take to be on the screen.
const deadline = 30 * time.Second

// quiet is how long nothing is drawn before the screen counts as at rest: two frames.
const quiet = 35 * time.Millisecond

// escape is that key as terminals send it that Canopy can ask to tell it from the beginning of another key. A bare one is
// known only by what does not follow it in time, which on a busy machine may be the next key of a test.
const escape = "\x1b[27u"

// terminal is the binary in a pseudo-terminal, and an emulator that reads what it draws.
type terminal struct {
	t        *testing.T
	cmd      *exec.Cmd
	pty      *os.File
	emulator *vt.SafeEmulator
	width    int
	height   int
	// state is the folder in which the binary would leave a report of a failure of its own; before is how the terminal
	// was set when it began.
	state  string
	before *term.State
	ended  chan error
	// look is called with each key once what it draws is on the screen.
	look func(key string)

	mutex sync.Mutex
	drawn strings.Builder
	last  time.Time
}

// opening is how a terminal is opened.
type opening struct {
	width, height int
	// folder is where the binary runs, and where it writes what it is asked to write.
	folder string
	// settings is the file of settings; none where it is empty. Themes are the user's own, by name.
	settings string
	themes   map[string]string
}

// listed begins on the list of findings, with the objects as wide as there is room.
const listed = "start: findings\ncolumns:\n  findings: [severity, rule, object]\n"

// startList opens a terminal that begins so.
func startList(t *testing.T, args ...string) *terminal {
	t.Helper()
	return start(t, opening{width: 160, height: 50, settings: listed}, args...)
}

func startTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	return startSized(t, 160, 50, args...)
}

func startSized(t *testing.T, width, height int, args ...string) *terminal {
	t.Helper()
	return start(t, opening{width: width, height: height}, args...)
}

func start(t *testing.T, o opening, args ...string) *terminal {
	t.Helper()
	s := &terminal{
		t: t, cmd: exec.Command(binary.path(t), args...), emulator: vt.NewSafeEmulator(o.width, o.height), width: o.width, height: o.height,
		state: t.TempDir(), ended: make(chan error, 1), last: time.Now(),
	}
	s.cmd.Dir = o.folder
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "KUBECONFIG=", "XDG_STATE_HOME="+s.state)
	if o.settings != "" {
		s.cmd.Env = append(s.cmd.Env, "XDG_CONFIG_HOME="+writeSettings(t, o))
	}
	file, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s.pty = file
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = slave, slave, slave
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := pty.Setsize(file, &pty.Winsize{Cols: uint16(o.width), Rows: uint16(o.height)}); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(int(file.Fd())); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	go func() {
		// The program reads what a terminal answers to its questions.
		_, _ = io.Copy(file, s.emulator)
	}()
	go s.read()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		file.Close()
		s.emulator.Close()
	})
	return s
}

// writeSettings makes a folder of settings.
func writeSettings(t *testing.T, o opening) string {
	t.Helper()
	base := t.TempDir()
	folder := filepath.Join(base, "canopy")
	if err := os.MkdirAll(filepath.Join(folder, "themes"), 0o755); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"config.yaml": o.settings}
	for name, text := range o.themes {
		texts[filepath.Join("themes", name+".yaml")] = text
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return base
}

func (s *terminal) read() {
	buf := make([]byte, 32<<10)
	for {
		n, err := s.pty.Read(buf)
		s.mutex.Lock()
		s.drawn.Write(buf[:n])
		s.last = time.Now()
		s.mutex.Unlock()
		_, _ = s.emulator.Write(buf[:n])
		if err != nil {
			s.ended <- s.cmd.Wait()
			return
		}
	}
}

// raw is every byte that was drawn.
func (s *terminal) raw() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.drawn.String()
}

// rest waits until nothing was drawn for a while.
func (s *terminal) rest() {
	s.t.Helper()
	for begin := time.Now(); time.Since(begin) < deadline; time.Sleep(quiet / 10) {
		s.mutex.Lock()
		last := s.last
		s.mutex.Unlock()
		if time.Since(begin) > quiet && time.Since(last) > quiet {
			return
		}
	}
	s.t.Fatalf("the screen does not come to rest within %s", deadline)
}

// until waits until the screen is as it should be, and tells how long that took.
func (s *terminal) until(what string, holds func(screen string) bool) time.Duration {
	s.t.Helper()
	start := time.Now()
	for time.Since(start) < deadline {
		if holds(s.emulator.String()) {
			return time.Since(start)
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("%s: not on the screen within %s:\n%s", what, deadline, s.emulator.String())
	return 0
}

// shows waits until one line of the screen holds all of the words.
func (s *terminal) shows(words ...string) time.Duration {
	s.t.Helper()
	return s.until(strings.Join(words, " "), func(screen string) bool { return onLine(screen, words...) })
}

// says waits until the screen holds a text, which may be broken into lines.
func (s *terminal) says(text string) {
	s.t.Helper()
	s.until(text, func(screen string) bool { return strings.Contains(strings.Join(strings.Fields(screen), " "), text) })
}

// lacks waits until no line of the screen holds all of the words.
func (s *terminal) lacks(words ...string) {
	s.t.Helper()
	s.until("no "+strings.Join(words, " "), func(screen string) bool { return !onLine(screen, words...) })
}

// press presses keys, each after what the one before has drawn.
func (s *terminal) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		if _, err := io.WriteString(s.pty, k); err != nil {
			s.t.Fatal(err)
		}
		s.rest()
		if s.look != nil {
			s.look(k)
		}
	}
}

// answer presses a key, and writes a text in place of the one that is offered where it asks for one.
func (s *terminal) answer(key, question, text string) {
	s.t.Helper()
	s.press(key)
	s.shows(question)
	s.press("\x15" + text + "\r")
}

// quit leaves by the key, which has to work whatever is shown.
func (s *terminal) quit() {
	s.t.Helper()
	// The terminal answers what it was asked at the start; who leaves at once leaves the answer to the shell.
	s.rest()
	if _, err := io.WriteString(s.pty, "q"); err != nil {
		s.t.Fatal(err)
	}
	s.left("q")
}

// left waits for the end, which has to be a good one, and looks what the terminal is left like.
func (s *terminal) left(how string) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("%s: %v", how, err)
		}
	case <-time.After(5 * time.Second):
		s.t.Fatalf("%s does not leave:\n%s", how, s.emulator.String())
	}
	if s.emulator.IsAltScreen() {
		s.t.Errorf("%s: the terminal is left on the second screen", how)
	}
	for _, wrong := range untidy(s.raw()) {
		s.t.Errorf("%s: the terminal is left with %s", how, wrong)
	}
	after, err := term.GetState(int(s.pty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	if *after != *s.before {
		s.t.Errorf("%s: the terminal is set otherwise than before: %+v, before %+v", how, *after, *s.before)
	}
	if before, after := s.first(), s.emulator.String(); strings.TrimSpace(before) != strings.TrimSpace(after) {
		s.t.Errorf("%s: what is left on the terminal is\n%s\nand was\n%s", how, after, before)
	}
	if files, err := os.ReadDir(filepath.Join(s.state, "canopy")); len(files) > 0 {
		s.t.Errorf("%s: a report of a failure was left: %v, %v", how, files, err)
	}
}

// first is what stood on the terminal before the second screen was opened: nothing, or warnings.
func (s *terminal) first() string {
	told, _, _ := strings.Cut(s.raw(), "\x1b[?1049h")
	e := vt.NewEmulator(s.width, s.height)
	go func() { _, _ = io.Copy(io.Discard, e) }()
	defer e.Close()
	_, _ = e.WriteString(told)
	return e.String()
}

// untidy lists what a program has switched on and not off again: modes of the terminal, the keyboard's protocols, colours.
func untidy(drawn string) []string {
	modes := map[string]bool{}
	pushed, others, style := 0, "0", "0"
	for _, m := range regexp.MustCompile(`\x1b\[([<=>?]?)([\d;:]*)([a-zA-Z])`).FindAllStringSubmatch(drawn, -1) {
		switch m[1] + m[3] {
		case "?h", "?l":
			for mode := range strings.SplitSeq(m[2], ";") {
				modes[mode] = m[3] == "h"
			}
		case ">u":
			pushed++
		case "<u":
			pushed--
		case "=u":
			pushed = 0
			if flags, _, _ := strings.Cut(m[2], ";"); flags != "0" && flags != "" {
				pushed = 1
			}
		case ">m":
			_, others, _ = strings.Cut(m[2], ";")
		case "m":
			style = m[2]
		}
	}
	var wrong []string
	for _, mode := range slices.Sorted(maps.Keys(modes)) {
		// The cursor shows and lines are wrapped where nobody has said otherwise.
		if usual := mode == "25" || mode == "7"; modes[mode] != usual {
			wrong = append(wrong, fmt.Sprintf("mode %s set to %t", mode, modes[mode]))
		}
	}
	if pushed != 0 {
		wrong = append(wrong, "the keyboard's protocol")
	}
	if others != "" && others != "0" {
		wrong = append(wrong, "the other keyboard's protocol")
	}
	if style != "" && style != "0" {
		wrong = append(wrong, "the style "+style)
	}
	return wrong
}

func privileged(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	yes := true
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "app", Image: "registry.example/app:1", SecurityContext: &corev1.SecurityContext{Privileged: &yes},
				}}},
			},
		},
	}
}

// onLine tells whether one line of a screen holds all of the words.
func onLine(screen string, words ...string) bool {
	for line := range strings.Lines(screen) {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			return true
		}
	}
	return false
}

// TestFindingComesAndGoes drives the shipped binary against a real API server: what happens in the cluster is on the
// screen, and goes from it.
func TestFindingComesAndGoes(t *testing.T) {
	lab := labtest.Shared(t)
	namespace, deployments := lab.Namespace(t), lab.Client(labtest.Admin).AppsV1()
	screen := startList(t, "--kubeconfig", lab.Kubeconfig(labtest.Canopy), "-n", namespace)
	t.Logf("first screen after %s", screen.shows("canopy"))
	t.Logf("live after %s", screen.shows("canopy", "live ●"))

	ctx := context.Background()
	if _, err := deployments.Deployments(namespace).Create(ctx, privileged("risky"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	shown := func(s string) bool { return onLine(s, "PS01", namespace+"/Deployment/risky") }
	t.Logf("the finding came after %s", screen.until("the finding", shown))
	if err := deployments.Deployments(namespace).Delete(ctx, "risky", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("the finding went after %s", screen.until("no finding", func(s string) bool { return !shown(s) && onLine(s, "canopy", "live ●") }))
	screen.quit()
}
