package editor

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

func TestCommand(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"vi":          {},
		"nano":        {"EDITOR": "nano"},
		"code --wait": {"VISUAL": " code  --wait ", "EDITOR": "nano"},
		"ed":          {"VISUAL": "  ", "EDITOR": "ed"},
	} {
		if got := Command(func(name string) string { return env[name] }); strings.Join(got, " ") != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// edit lets a function stand for the editor, and gives what came of it and the arguments.
func edit(t *testing.T, name, text string, write func(path string) error) (Edited, []string) {
	t.Helper()
	var args []string
	shared := &view.Shared{Editor: []string{"code", "--wait"}, Exec: func(c *exec.Cmd, done tea.ExecCallback) tea.Cmd {
		args = c.Args
		return func() tea.Msg { return done(write(args[len(args)-1])) }
	}}
	var e Edited
	Open(shared, name, []byte(text), func(got Edited) tea.Msg { e = got; return nil })()
	return e, args
}

func TestOpen(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e, args := edit(t, "../01-evil.yaml", "a: b\n", func(path string) error { return os.WriteFile(path, []byte("a: c\n"), 0o600) })
	if string(e.Text) != "a: c\n" || !e.Changed || e.Err != nil {
		t.Errorf("%+v", e)
	}
	if !slices.Equal(args[:2], []string{"code", "--wait"}) || filepath.Base(args[2]) != "01-evil.yaml" || !strings.HasPrefix(args[2], os.Getenv("TMPDIR")) {
		t.Errorf("runs %q", args)
	}
	if e, _ = edit(t, "a", "a", func(string) error { return nil }); e.Changed || e.Err != nil || string(e.Text) != "a" {
		t.Errorf("nothing done: %+v", e)
	}
	// An editor that fails may have written all the same.
	failure := errors.New("exit status 1")
	if e, _ = edit(t, "a", "a", func(path string) error {
		return errors.Join(os.WriteFile(path, []byte("b"), 0o600), failure)
	}); !errors.Is(e.Err, failure) || string(e.Text) != "b" || !e.Changed {
		t.Errorf("a failure: %+v", e)
	}
	if e, _ = edit(t, "a", "a", os.Remove); !errors.Is(e.Err, os.ErrNotExist) || e.Changed {
		t.Errorf("a file that is gone: %+v", e)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 1 {
		// That of the file which could not be read.
		t.Errorf("left behind: %v %v", left, err)
	}
	e, args = edit(t, "a", "a", func(path string) error { return os.Truncate(path, largest+1) })
	if !errors.Is(e.Err, errLarge) || !strings.Contains(e.Err.Error(), args[2]) {
		t.Errorf("a text without end: %+v", e.Err)
	}
	if _, err := os.Stat(args[2]); err != nil {
		t.Errorf("a text that could not be taken is gone: %v", err)
	}
}
