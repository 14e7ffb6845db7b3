package settings_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canopy/cmd/canopy/settings"
)

// known is a small dashboard.
func known() settings.Known {
	return settings.Known{
		Actions: []string{"filter", "sort", "page-up", "page-down", "pause", "quit"},
		Screens: []string{"overview", "findings", "resources"},
		Themes:  []string{"terminal", "canopy", "contrast", "mine"},
		Columns: map[string][]string{"findings": {"severity", "object", "finding"}, "resources": {"kind", "name"}},
		// Pages turn where nothing is filtered, so their keys can be those of the filter.
		Conflict: func(a, b string) bool { return !strings.HasPrefix(a, "page") && !strings.HasPrefix(b, "page") },
		Home:     "/home/ann",
	}
}

// standard is what the documentation promises without a file.
func standard() settings.Dashboard {
	return settings.Dashboard{
		Theme: "terminal", Background: "auto", Keys: map[string][]string{}, Columns: map[string][]string{}, Start: "overview",
		Refresh: 100 * time.Millisecond, Mouse: true, Glow: true, Metrics: true, LogLevel: "info",
		ScanMaxAge: 24 * time.Hour, SecretMaxAge: 365 * 24 * time.Hour,
	}
}

// good parses a file that has to be right.
func good(t *testing.T, file string) *settings.Settings {
	t.Helper()
	s, problems := settings.Parse("c.yaml", []byte(file), known())
	for _, p := range problems {
		t.Error(p)
	}
	return s
}

func TestDefaults(t *testing.T) {
	for name, file := range map[string]string{
		"empty": "", "comment": "# nothing\n", "null": "null\n", "no map": "---\n...\n", "empty groups": "keys:\ncolumns:\nlog:\ncontexts:\n  prod:\n",
	} {
		if diff := cmp.Diff(standard(), good(t, file).For("prod")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if diff := cmp.Diff(standard(), (&settings.Settings{}).For("")); diff != "" {
		t.Error(diff)
	}
}

// TestDefaultFile reads back the file that Canopy prints: as it stands it sets what holds anyway, and with its examples
// it is right too.
func TestDefaultFile(t *testing.T) {
	file := string(settings.Defaults())
	if diff := cmp.Diff(standard(), good(t, file).For("prod"), empty()); diff != "" {
		t.Error(diff)
	}
	for line := range strings.Lines(file) {
		if len(line) > 101 {
			t.Errorf("a long line: %q", line)
		}
	}
	want := standard()
	want.Keys = map[string][]string{"filter": {"/", "ctrl+s"}, "pause": {}}
	want.Columns = map[string][]string{"findings": {"severity", "object", "finding"}}
	want.Namespaces = []string{"shop", "payments"}
	want.LogFile = "/home/ann/canopy.log"
	want.RegistryAllow = []string{"registry.example/team", "registry.k8s.io"}
	want.Jewels = []string{"payments/Secret/postgres", "Node/n1"}
	s := good(t, uncommented(file))
	if diff := cmp.Diff(want, s.For("")); diff != "" {
		t.Error(diff)
	}
	want.Theme, want.Namespaces = "contrast", []string{"shop"}
	if diff := cmp.Diff(want, s.For("prod")); diff != "" {
		t.Error(diff)
	}
}

// empty finds an empty list and none alike.
func empty() cmp.Option {
	return cmp.Transformer("names", func(s []string) string { return strings.Join(s, " ") })
}

// uncommented is the default file with its examples in force.
func uncommented(file string) string {
	var b strings.Builder
	for line := range strings.Lines(file) {
		plain := strings.TrimLeft(line, " ")
		if after, ok := strings.CutPrefix(plain, "# "); ok {
			line = line[:len(line)-len(plain)] + after
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestValues(t *testing.T) {
	s := good(t, `
theme: mine
background: dark
start: findings
namespaces: [shop, "123"]
refresh: 1m
metrics: false
jewels: [payments/secrets/postgres, sa:ops/operator, shop/ServiceAccount/web, db/Rollout/x]
judge: {registryAllow: [registry.example/team], scanMaxAge: 36h, secretMaxAge: 720h}
mouse: false
ascii: true
glow: FALSE
log: {file: ~/log/canopy, level: debug}
keys:
  filter: [shift+ctrl+f, /, ctrl++]
  page-up: /
  sort: 5
  pause: []
  quit: ""
columns: {findings: [object], resources: []}
`)
	want := settings.Dashboard{
		Theme: "mine", Background: "dark", Start: "findings", Namespaces: []string{"shop", "123"}, Refresh: time.Minute, ASCII: true,
		Keys:    map[string][]string{"filter": {"ctrl+shift+f", "/", "ctrl++"}, "page-up": {"/"}, "sort": {"5"}, "pause": {}, "quit": {}},
		Columns: map[string][]string{"findings": {"object"}}, LogFile: "/home/ann/log/canopy", LogLevel: "debug",
		Jewels:        []string{"payments/Secret/postgres", "sa:ops/operator", "sa:shop/web", "db/Rollout/x"},
		RegistryAllow: []string{"registry.example/team"}, ScanMaxAge: 36 * time.Hour, SecretMaxAge: 720 * time.Hour,
	}
	if diff := cmp.Diff(want, s.For("")); diff != "" {
		t.Error(diff)
	}
}

// TestPrecedence: a flag beats a context's setting, that beats the setting, that beats the default. The environment
// comes in as a flag does: NO_COLOR and --no-color are one.
func TestPrecedence(t *testing.T) {
	s := good(t, `
theme: canopy
namespaces: [shop]
ascii: true
columns: {findings: [severity, object], resources: [name]}
keys: {filter: f}
contexts:
  prod: {theme: contrast, namespaces: [], ascii: false, columns: {findings: [finding]}, refresh: 1s}
  arn:aws:eks:eu-west-1:1:cluster/a.b: {columns: {findings: []}, mouse: false}
`)
	all := s.For("dev")
	if all.Theme != "canopy" || !all.ASCII || all.Background != "auto" || all.Refresh != 100*time.Millisecond {
		t.Errorf("%+v", all)
	}
	prod := s.For("prod")
	want := all
	want.Theme, want.Namespaces, want.ASCII, want.Refresh = "contrast", []string{}, false, time.Second
	want.Columns = map[string][]string{"findings": {"finding"}, "resources": {"name"}}
	if diff := cmp.Diff(want, prod); diff != "" {
		t.Error(diff)
	}
	if d := s.For("arn:aws:eks:eu-west-1:1:cluster/a.b"); len(d.Columns["findings"]) > 0 || d.Mouse || len(d.Columns["resources"]) != 1 {
		t.Errorf("%+v", d)
	}
	yes, none, file, level := true, []string{"db"}, "/x", "warn"
	given := prod.With(settings.Given{ASCII: &yes, Namespaces: &none, LogFile: &file, LogLevel: &level})
	want.ASCII, want.Namespaces, want.LogFile, want.LogLevel = true, none, file, level
	if diff := cmp.Diff(want, given); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(prod, prod.With(settings.Given{})); diff != "" {
		t.Error(diff)
	}
}

// TestCopies holds that nobody who changes a resolved view changes the settings.
func TestCopies(t *testing.T) {
	s := good(t, "namespaces: [shop]\nkeys: {filter: [f, g]}\ncolumns: {findings: [severity]}\n")
	d := s.For("")
	d.Namespaces[0], d.Keys["filter"][0], d.Columns["findings"][0] = "x", "x", "x"
	maps.DeleteFunc(d.Keys, func(string, []string) bool { return true })
	if d := s.For(""); d.Namespaces[0] != "shop" || !slices.Equal(d.Keys["filter"], []string{"f", "g"}) || d.Columns["findings"][0] != "severity" {
		t.Errorf("%+v", d)
	}
}

func TestLoad(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "config.yaml")
	for _, p := range []string{"", path, filepath.Join(folder, "no", "folder.yaml")} {
		s, problems, err := settings.Load(p, known())
		if err != nil || problems != nil || cmp.Diff(standard(), s.For("")) != "" {
			t.Errorf("%q: %v, %v, %v", p, s, problems, err)
		}
	}
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	write("start: findings\nmouse: maybe\n")
	before, _ := os.Stat(path)
	s, problems, err := settings.Load(path, known())
	if err != nil || s.For("").Start != "findings" || len(problems) != 1 || problems[0].String() != path+`:2: mouse: "maybe": want true or false` {
		t.Errorf("%v, %v, %v", s, problems, err)
	}
	if after, _ := os.Stat(path); !after.ModTime().Equal(before.ModTime()) {
		t.Error("the file was written")
	}
	if s, _, err := settings.Load(folder, known()); err == nil || !strings.Contains(err.Error(), "no regular file") || s == nil {
		t.Errorf("a folder: %v", err)
	}
	large := filepath.Join(folder, "large.yaml")
	if err := os.WriteFile(large, []byte("start: findings\n#"+strings.Repeat("x", 256<<10)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, problems, err = settings.Load(large, known())
	if err != nil || len(problems) != 1 || problems[0].String() != large+": over 256 KiB; nothing in it is read" || s.For("").Start != "overview" {
		t.Errorf("%v, %v", problems, err)
	}
}
