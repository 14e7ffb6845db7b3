package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"canopy/cmd/canopy/settings"
	"canopy/ui/theme"
)

// home gives a user with a file of settings, or none where it is empty, and a theme of his own.
func home(t *testing.T, file string) (config string) {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	for _, variable := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(variable, "")
	}
	config = filepath.Join(folder, ".config", "canopy", "config.yaml")
	themes := filepath.Join(filepath.Dir(config), "themes")
	if err := os.MkdirAll(themes, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mine.yaml", "canopy.yaml", "notes.txt", ".hidden.yaml", "od d.yaml"} {
		if err := os.WriteFile(filepath.Join(themes, name), []byte("dark: {title: red}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if file != "" {
		if err := os.WriteFile(config, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return config
}

func info(t *testing.T) (Info, string) {
	t.Helper()
	r := canopy(t, "", "info", "-o", "json")
	var i Info
	if err := json.Unmarshal([]byte(r.out), &i); err != nil || r.code != 0 {
		t.Fatalf("exit status %d: %v: %s%s", r.code, err, r.out, r.err)
	}
	return i, r.err
}

func TestInfoWithoutSettings(t *testing.T) {
	config := home(t, "")
	i, told := info(t)
	if i.Settings.Exists || len(i.Settings.Problems) > 0 || told != "" || i.Paths.Config != config || !slices.Equal(i.Settings.Themes, []string{"canopy", "mine"}) {
		t.Errorf("%+v, %q", i, told)
	}
	if want := filepath.Join(os.Getenv("HOME"), ".local", "state", "canopy"); i.Paths.State != want || i.Paths.Themes != filepath.Join(filepath.Dir(config), "themes") {
		t.Errorf("%+v, want %s", i.Paths, want)
	}
	if out := must(t, "info"); !strings.Contains(out, "does not exist; the defaults hold") || !strings.Contains(out, "(canopy, mine)") {
		t.Error(out)
	}
}

func TestInfoTellsProblems(t *testing.T) {
	config := home(t, "theme: mine\nlog: {file: ~/canopy.log}\nstart: \"\\e[2J\"\nkeys: {fliter: x}\n")
	i, told := info(t)
	want := "canopy: " + config + `:3: start: "\x1b[2J"; want overview, findings, rbac, network, images, secrets, nodes, paths or resources` + "\n" +
		"canopy: " + config + ":4: keys.fliter: no such action; did you mean filter?\n"
	if told != want || !i.Settings.Exists || len(i.Settings.Problems) != 2 || i.Settings.Problems[1].Line != 4 {
		t.Errorf("%q, want %q; %+v", told, want, i.Settings)
	}
	if i.Paths.Log != filepath.Join(os.Getenv("HOME"), "canopy.log") {
		t.Errorf("log %q", i.Paths.Log)
	}
	if r := canopy(t, "", "info"); r.code != 0 || !strings.Contains(r.out, "(2 problems)") || r.err != want {
		t.Errorf("%d: %s%s", r.code, r.out, r.err)
	}
}

func TestInfoUnreadableSettings(t *testing.T) {
	config := home(t, "")
	if err := os.Mkdir(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if i, told := info(t); !strings.Contains(told, "no regular file") || len(i.Settings.Problems) != 1 {
		t.Errorf("%q, %+v", told, i.Settings)
	}
}

// TestPrintedSettings holds that what Canopy prints about settings is right to the names that its screens have now.
func TestPrintedSettings(t *testing.T) {
	home(t, "")
	file := must(t, "info", "--defaults")
	var examples strings.Builder
	for line := range strings.Lines(file) {
		plain := strings.TrimLeft(line, " ")
		if after, ok := strings.CutPrefix(plain, "# "); ok {
			line = line[:len(line)-len(plain)] + after
		}
		examples.WriteString(line)
	}
	for _, text := range []string{file, examples.String()} {
		if _, problems := settings.Parse("defaults", []byte(text), known("")); len(problems) > 0 {
			t.Error(problems)
		}
	}
	if page := must(t, "info", "--defaults", "-o", "markdown"); page != string(settings.Markdown())+theme.Markdown() {
		t.Error(page)
	}
	if schema := must(t, "info", "--schema", "-o", "json"); !json.Valid([]byte(schema)) || !strings.Contains(schema, `"page-up"`) || !strings.Contains(schema, `"mine"`) {
		t.Error(schema)
	}
	for _, args := range []string{"--defaults --schema", "--defaults -o json", "--schema -o yaml", "-o markdown"} {
		if r := canopy(t, "", append([]string{"info"}, strings.Fields(args)...)...); r.code != 2 || r.out != "" {
			t.Errorf("%s: exit status %d, %q", args, r.code, r.out)
		}
	}
}

func TestFolder(t *testing.T) {
	home(t, "")
	t.Setenv("XDG_STATE_HOME", "relative")
	if got, want := folder("XDG_STATE_HOME", ".local/state"), filepath.Join(os.Getenv("HOME"), ".local", "state", "canopy"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	t.Setenv("XDG_STATE_HOME", "/state")
	if got := folder("XDG_STATE_HOME", ".local/state"); got != "/state/canopy" {
		t.Error(got)
	}
}

// TestFlagsOverSettings: a flag that was given beats a setting, one that was not does not.
func TestFlagsOverSettings(t *testing.T) {
	s, problems := settings.Parse("c", []byte("ascii: true\nnamespaces: [shop]\nlog: {file: /log, level: debug}\n"), known(""))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		args       string
		ascii      bool
		namespaces string
		log        string
	}{
		{"", true, "shop", "/log debug"},
		{"--ascii=false", false, "shop", "/log debug"},
		{"--ascii", true, "shop", "/log debug"},
		{"-n a -n b", true, "a b", "/log debug"},
		{"-A", true, "", "/log debug"},
		{"-n a -A", true, "", "/log debug"},
		{"--log-file x", true, "shop", "x debug"},
		{"--log-level warn", true, "shop", "/log warn"},
		{"--log-file= --log-level info", true, "shop", " info"},
	} {
		r := &run{streams: Streams{Logs: NewLogs()}}
		root := r.root()
		if err := root.ParseFlags(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		d := s.For("").With(r.given(root.Flags()))
		if d.ASCII != c.ascii || strings.Join(d.Namespaces, " ") != c.namespaces || d.LogFile+" "+d.LogLevel != c.log {
			t.Errorf("%s: %+v", c.args, d)
		}
	}
	if g := (&run{}).given(pflag.NewFlagSet("", pflag.ContinueOnError)); g != (settings.Given{}) {
		t.Errorf("no flags: %+v", g)
	}
}

// TestLogOfSettings: the log goes where the settings say, by the level that they say, also for a file of the flag.
func TestLogOfSettings(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	r := &run{streams: Streams{Logs: NewLogs()}, logFile: first, level: "info"}
	if err := r.streams.Logs.Open(first, "info"); err != nil {
		t.Fatal(err)
	}
	r.streams.Logs.Logger().Debug("too much")
	for _, d := range []settings.Dashboard{{LogFile: first, LogLevel: "debug"}, {LogFile: first, LogLevel: "debug"}, {LogFile: second, LogLevel: "error"}, {}} {
		if err := r.log(d); err != nil {
			t.Fatal(err)
		}
		r.streams.Logs.Logger().Debug("detail")
		r.streams.Logs.Logger().Error("failure")
	}
	if err := r.log(settings.Dashboard{LogFile: t.TempDir(), LogLevel: "info"}); err == nil || r.logFile != second {
		t.Errorf("a folder: %v", err)
	}
	if err := r.streams.Logs.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][3]int{first: {0, 2, 2}, second: {0, 0, 2}} {
		data, err := os.ReadFile(path)
		got := [3]int{bytes.Count(data, []byte("too much")), bytes.Count(data, []byte("detail")), bytes.Count(data, []byte("failure"))}
		if err != nil || got != want {
			t.Errorf("%s: %v, want %v: %v", path, got, want, err)
		}
	}
}
