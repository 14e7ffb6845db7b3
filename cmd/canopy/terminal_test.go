package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
)

// deadline is how long a change of the cluster may take to be on the screen.
const deadline = 30 * time.Second

// terminal is the binary in a pseudo-terminal, and an emulator that reads what it draws.
type terminal struct {
	t        *testing.T
	cmd      *exec.Cmd
	pty      *os.File
	emulator *vt.SafeEmulator
	ended    chan error

	mutex sync.Mutex
	drawn strings.Builder
}

func startTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	return startSized(t, 160, 50, args...)
}

func startSized(t *testing.T, width, height int, args ...string) *terminal {
	t.Helper()
	s := &terminal{t: t, cmd: exec.Command(binary.path(t), args...), emulator: vt.NewSafeEmulator(width, height), ended: make(chan error, 1)}
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "KUBECONFIG=")
	file, err := pty.StartWithSize(s.cmd, &pty.Winsize{Cols: uint16(width), Rows: uint16(height)})
	if err != nil {
		t.Fatal(err)
	}
	s.pty = file
	go func() {
		// The program reads what a terminal answers to its questions.
		_, _ = io.Copy(file, s.emulator)
	}()
	go func() {
		buf := make([]byte, 32<<10)
		for {
			n, err := file.Read(buf)
			s.mutex.Lock()
			s.drawn.Write(buf[:n])
			s.mutex.Unlock()
			_, _ = s.emulator.Write(buf[:n])
			if err != nil {
				s.ended <- s.cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		file.Close()
		s.emulator.Close()
	})
	return s
}

// raw is every byte that was drawn.
func (s *terminal) raw() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.drawn.String()
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

func (s *terminal) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.pty, keys); err != nil {
		s.t.Fatal(err)
	}
}

// quit leaves by the key, which has to work whatever is shown.
func (s *terminal) quit() {
	s.t.Helper()
	s.press("q")
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("q: %v", err)
		}
	case <-time.After(5 * time.Second):
		s.t.Error("q does not leave")
	}
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
	screen := startTerminal(t, "--kubeconfig", lab.Kubeconfig(labtest.Canopy), "-n", namespace)
	t.Logf("first screen after %s", screen.until("the title", func(s string) bool { return strings.Contains(s, "canopy") }))
	t.Logf("live after %s", screen.until("live", func(s string) bool { return strings.Contains(s, "live") }))

	ctx := context.Background()
	if _, err := deployments.Deployments(namespace).Create(ctx, privileged("risky"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	shown := func(s string) bool { return onLine(s, "PS01", namespace+"/Deployment/risky") }
	t.Logf("the finding came after %s", screen.until("the finding", shown))
	if err := deployments.Deployments(namespace).Delete(ctx, "risky", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("the finding went after %s", screen.until("no finding", func(s string) bool { return !shown(s) && strings.Contains(s, "live") }))
	screen.quit()
}

func TestDemoScreen(t *testing.T) {
	screen := startTerminal(t, "demo")
	t.Logf("the demo was there after %s", screen.until("a finding", func(s string) bool { return onLine(s, "PS01", "data/") }))
	screen.quit()
}

func TestSignalLeavesTheTerminal(t *testing.T) {
	screen := startTerminal(t, "demo")
	screen.until("the title", func(s string) bool { return strings.Contains(s, "canopy") })
	if err := screen.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-screen.ended:
		if err != nil {
			t.Errorf("interrupt: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("an interrupt does not end it")
	}
	if screen.emulator.IsAltScreen() {
		t.Error("the terminal is left on the second screen")
	}
}
