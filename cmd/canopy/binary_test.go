package main

import (
	"errors"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// maxBinary is the most that the shipped binary may weigh, in bytes.
const maxBinary = 45 << 20

// shipped builds the binary as it is shipped, once for all tests.
type shipped struct {
	once sync.Once
	dir  string
	err  error
	// env is the environment of before TestMain changed it: Go keeps its own settings and its cache in the same folders.
	env []string
}

func (s *shipped) path(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the binary: not with -short")
	}
	s.once.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "canopy-test-"); s.err != nil {
			return
		}
		cmd := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(s.dir, "canopy"), "canopy/cmd/canopy")
		cmd.Env = s.env
		if out, err := cmd.CombinedOutput(); err != nil {
			s.err = errors.New(string(out))
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	return filepath.Join(s.dir, "canopy")
}

// binary is shared, since a link takes seconds.
var binary shipped

// TestMain keeps the settings of whoever runs the tests out of every binary that they start.
func TestMain(m *testing.M) {
	binary.env = os.Environ()
	home, err := os.MkdirTemp("", "canopy-home-")
	if err != nil {
		log.Fatal(err)
	}
	for _, kind := range []string{"CONFIG", "STATE", "CACHE"} {
		if err := os.Setenv("XDG_"+kind+"_HOME", filepath.Join(home, strings.ToLower(kind))); err != nil {
			log.Fatal(err)
		}
	}
	code := m.Run()
	os.RemoveAll(home)
	if binary.dir != "" {
		os.RemoveAll(binary.dir)
	}
	os.Exit(code)
}

func TestBinarySize(t *testing.T) {
	info, err := os.Stat(binary.path(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f MB", float64(info.Size())/(1<<20))
	if info.Size() > maxBinary {
		t.Errorf("the stripped binary has %d bytes, over %d: does something run text/template, or link client libraries for the command line?", info.Size(), maxBinary)
	}
}

// TestSilence holds the binary to its exit statuses, and its library's logs off the terminal.
func TestSilence(t *testing.T) {
	canopy := binary.path(t)
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{"--help"}, 0},
		{[]string{"scan", "--kubeconfig", os.DevNull, "--server", "https://127.0.0.1:1", "--insecure-skip-tls-verify"}, 2},
		{[]string{"demo"}, 2},
	} {
		cmd := exec.Command(canopy, c.args...)
		cmd.Stdin = nil
		var told strings.Builder
		cmd.Stderr = &told
		_, err := cmd.Output()
		if got := cmd.ProcessState.ExitCode(); got != c.want {
			t.Errorf("%v: exit status %d, want %d (%v)", c.args, got, c.want, err)
		}
		if want := min(c.want, 1); strings.Count(told.String(), "\n") != want {
			t.Errorf("%v: standard error %q, want %d lines", c.args, told.String(), want)
		}
	}
}

func stderr(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(exit.Stderr)
	}
	return ""
}
