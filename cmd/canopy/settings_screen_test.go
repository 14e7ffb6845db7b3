package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSettingsOnTheScreen starts the dashboard with a file of settings in which one thing is wrong: that is named with its
// line, on the screen and by canopy info, and all the rest holds.
func TestSettingsOnTheScreen(t *testing.T) {
	t.Setenv("COLORTERM", "truecolor")
	config := writeSettings(t, opening{
		settings: "# ours\ntheme: ours\nbackground: dark\nstart: findings\nrefresh: soon\nkeys:\n  palette: [\"@\"]\n  resources: [\"8\"]\n" +
			"columns:\n  findings: [object, id]\ncontexts:\n  demo:\n    namespaces: [ci]\n",
		themes: map[string]string{"ours": "base: canopy\ndark:\n  title: \"#010203\"\n"},
	})
	t.Setenv("XDG_CONFIG_HOME", config)
	problem := "config.yaml:5: refresh: \"soon\""

	screen := startTerminal(t, "demo")
	screen.says(problem)
	screen.shows("─ findings ─")
	// The context is the demo's, with its own namespaces.
	screen.shows("jungle", "only ci")
	screen.until("the columns", func(s string) bool {
		return onLine(s, "OBJECT", "ID") && !onLine(s, "OBJECT", "PODS") && onLine(s, "ci/Deployment/runner", "PS01/apps/Deploym")
	})
	if !strings.Contains(screen.raw(), "38;2;1;2;3") {
		t.Error("nothing is drawn in the colour of the user's theme")
	}

	// A key goes to its new action, and does nothing of what it did.
	screen.press(":")
	screen.shows("─ findings ─")
	if s := screen.emulator.String(); strings.Contains(s, "─ command ") {
		t.Errorf("the old key opens the palette:\n%s", s)
	}
	screen.press("@")
	screen.until("the palette", func(s string) bool { return strings.Contains(s, "─ command ") })
	screen.press(escape, "8")
	screen.shows("─ resources ─")
	screen.shows("8 resources")
	if s := screen.emulator.String(); onLine(s, "8 paths") || onLine(s, "0 resources") {
		t.Errorf("a key is shown for what it does no more:\n%s", s)
	}
	screen.press("?", "palette")
	screen.shows("@ ", "palette", "type what to do")
	screen.press(escape)
	screen.quit()

	cmd := exec.Command(binary.path(t), "info", "-o", "json")
	var told strings.Builder
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(told.String(), problem) || strings.Count(told.String(), "\n") != 1 {
		t.Errorf("canopy info tells %q", told.String())
	}
	var info struct {
		Paths    struct{ Config string }
		Settings struct {
			Problems []struct {
				Line    int
				Setting string
			}
			Themes []string
		}
	}
	if err := json.Unmarshal(out, &info); err != nil {
		t.Fatal(err)
	}
	set := info.Settings
	if info.Paths.Config != filepath.Join(config, "canopy", "config.yaml") || len(set.Problems) != 1 || set.Problems[0].Line != 5 ||
		set.Problems[0].Setting != "refresh" || len(set.Themes) != 1 || set.Themes[0] != "ours" {
		t.Errorf("canopy info says %+v", info)
	}
}

// TestBrokenThemeOnTheScreen shows what is wrong in a user's own theme, and a file of settings that is no YAML at all.
func TestBrokenThemeOnTheScreen(t *testing.T) {
	screen := start(t, opening{width: 120, height: 40, settings: "theme: ours\n", themes: map[string]string{"ours": "dark:\n  title: pinkish\n"}}, "demo")
	screen.says("ours.yaml:2: ")
	screen.shows("pinkish")
	screen.quit()

	screen = start(t, opening{width: 120, height: 40, settings: "theme: [\n"}, "demo")
	screen.shows("config.yaml:")
	screen.shows("FIX FIRST")
	screen.quit()
}
