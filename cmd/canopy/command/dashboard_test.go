package command

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lookOf reads settings as the dashboard does, with flags.
func lookOf(t *testing.T, text, first string, args ...string) (*run, *look) {
	t.Helper()
	base := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", base)
	if err := os.MkdirAll(filepath.Join(base, "canopy"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(base, "canopy", "config.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &run{streams: Streams{Logs: NewLogs()}}
	t.Cleanup(func() { _ = r.streams.Logs.Close() })
	root := r.root()
	if err := root.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return r, r.look(root.Flags(), first)
}

// TestSettingsByContext: each context has its own, and of the flags only the namespaces are of the first context alone.
func TestSettingsByContext(t *testing.T) {
	const text = "namespaces: [all]\ncontexts:\n  plain: {ascii: true, mouse: false, start: findings, namespaces: [own], background: light, glow: false, refresh: 2s,\n" +
		"    theme: contrast, columns: {findings: [object]}}\n"
	for _, c := range []struct {
		args []string
		// ascii and namespaces are those of the contexts plain and other.
		plain, other string
	}{
		{nil, "true [own]", "false [all]"},
		{[]string{"--ascii"}, "true [own]", "true [all]"},
		{[]string{"--ascii=false"}, "false [own]", "false [all]"},
		{[]string{"-n", "shop"}, "true [shop]", "false [all]"},
		{[]string{"-A"}, "true []", "false [all]"},
	} {
		r, l := lookOf(t, text, "plain", c.args...)
		plain, other := r.of(l, "plain"), r.of(l, "other")
		if got := fmt.Sprint(plain.ASCII, " ", plain.Namespaces); got != c.plain {
			t.Errorf("%v: plain has %s, want %s", c.args, got, c.plain)
		}
		if got := fmt.Sprint(other.ASCII, " ", other.Namespaces); got != c.other {
			t.Errorf("%v: other has %s, want %s", c.args, got, c.other)
		}
		if plain.Mouse || plain.Glow || plain.Start != "findings" || plain.Background != "light" || plain.Refresh.Seconds() != 2 ||
			plain.Palette.Name != "contrast" || len(plain.Columns["findings"]) != 1 {
			t.Errorf("%v: plain has %+v", c.args, plain)
		}
		if !other.Mouse || !other.Glow || other.Start != "overview" || other.Background != "auto" || other.Refresh.Seconds() != 0.1 ||
			other.Palette.Name != "terminal" || len(other.Columns) != 0 {
			t.Errorf("%v: other has %+v", c.args, other)
		}
		if len(l.notes) > 0 {
			t.Errorf("%v: %v", c.args, l.notes)
		}
	}
}

// TestLogThatCannotBeWritten is named with its line, and the rest of the settings holds.
func TestLogThatCannotBeWritten(t *testing.T) {
	r, l := lookOf(t, "mouse: false\nlog:\n  file: /nowhere/at/all\n", "")
	if len(l.notes) != 1 || !strings.Contains(l.notes[0], "config.yaml:3: log.file: open /nowhere/at/all: no such file") {
		t.Errorf("told %q", l.notes)
	}
	if r.logFile != "" || r.of(l, "").Mouse {
		t.Errorf("the log is %q, the mouse %v", r.logFile, r.of(l, "").Mouse)
	}
	// A flag is over it, so that nothing is wrong.
	path := filepath.Join(t.TempDir(), "log")
	if r, l := lookOf(t, "log:\n  file: /nowhere/at/all\n", "", "--log-file", path); len(l.notes) > 0 || r.logFile != path {
		t.Errorf("%q, the log is %q", l.notes, r.logFile)
	}
}

func TestUnread(t *testing.T) {
	for n, want := range map[string]string{"": "", "a": "a", "a b c d": "a b c d", "a b c d e": "a b c and 2 more"} {
		got := strings.Join(unread(strings.Fields(n)), " ")
		got, _, _ = strings.Cut(got, " that could")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", n, diff)
		}
	}
}

// TestProblemsOnTheScreen opens a capture with a document that cannot be read, and a log that cannot be written: both are told
// on the screen, one after the other.
func TestProblemsOnTheScreen(t *testing.T) {
	w := openWindow(t)
	base := os.Getenv("XDG_CONFIG_HOME")
	if err := os.MkdirAll(filepath.Join(base, "canopy"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(base, "canopy", "config.yaml"), []byte("log: {file: /nowhere/log}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		w.shows("config.yaml:1: log.file")
		w.press("2")
		w.shows("spoilt.yaml:8")
		w.press("q")
	}()
	var told bytes.Buffer
	if code := Run(t.Context(), []string{"-f", "testdata/spoilt.yaml"}, Streams{Screen: true, Err: &told}); code != 0 {
		t.Errorf("exit status %d: %s", code, told.String())
	}
	w.isTidy()
	if !strings.Contains(told.String(), "spoilt.yaml:8") {
		t.Errorf("standard error has %q", told.String())
	}
}

// TestInfoNeverFails: it is what one turns to when something is wrong.
func TestInfoNeverFails(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("x: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
	}{
		"a kubeconfig that is none": {[]string{"--kubeconfig", bad}, nil},
		"a context that is none":    {[]string{"--context", "nope"}, nil},
		"nothing there":             {[]string{"--kubeconfig", "/nowhere"}, map[string]string{"KUBECONFIG": "/nowhere", "XDG_CONFIG_HOME": "/nowhere"}},
		"no home":                   {nil, map[string]string{"HOME": "", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": ""}},
		"settings that are a file":  {nil, map[string]string{"XDG_CONFIG_HOME": bad}},
		"settings that are folders": {nil, map[string]string{"XDG_CONFIG_HOME": folder}},
	} {
		if err := os.MkdirAll(filepath.Join(folder, "canopy", "config.yaml"), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			for key, value := range c.env {
				t.Setenv(key, value)
			}
			for _, format := range []string{"table", "json", "yaml"} {
				if r := canopy(t, "", append([]string{"info", "-o", format}, c.args...)...); r.code != 0 || r.out == "" {
					t.Errorf("%s: exit status %d: %s", format, r.code, r.err)
				}
			}
		})
	}
}

// TestHelpOfTheDashboard says where keys and settings are told.
func TestHelpOfTheDashboard(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"demo", "--help"}} {
		help := must(t, args...)
		for _, want := range []string{"canopy info --keys", "canopy info --defaults"} {
			if !strings.Contains(help, want) {
				t.Errorf("%v: the help does not name %s", args, want)
			}
		}
	}
}

// TestReadOnlyDashboard: the flag is over the settings, for all contexts; the settings hold for the context that they name.
func TestReadOnlyDashboard(t *testing.T) {
	for _, c := range []struct {
		flags      []string
		prod, test bool
	}{{nil, true, false}, {[]string{"--read-only"}, true, true}, {[]string{"--read-only=false"}, false, false}} {
		r, l := lookOf(t, "contexts: {prod: {readOnly: true}}\n", "prod", c.flags...)
		if prod, test := r.readOnlyFor(l, "prod") != nil, r.readOnlyFor(l, "test") != nil; prod != c.prod || test != c.test || len(l.notes) > 0 {
			t.Errorf("%v: prod %v, test %v, %v", c.flags, prod, test, l.notes)
		}
	}
}
