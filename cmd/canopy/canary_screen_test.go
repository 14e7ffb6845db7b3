package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"canopy/cmd/canopy/output"
)

// canaryScreens goes to every screen of the dashboard on the objects that values were planted in, and gives all that was
// seen, copied and written to files, by name. The terminal is so large that nothing has to be scrolled.
func canaryScreens(t *testing.T, namespace string, args []string) map[string]string {
	t.Helper()
	folder, seen := t.TempDir(), map[string]string{}
	screen := start(t, opening{width: 200, height: 260, folder: folder, settings: "start: findings\n"}, args...)
	look := func(name string, words ...string) {
		t.Helper()
		if len(words) > 0 {
			screen.shows(words...)
		}
		seen["the screen "+name] = screen.emulator.String()
	}
	screen.shows("canopy", "live ●")
	look("findings", "PS01", namespace+"/Deployment/")
	for _, name := range []string{"all.json", "all.yaml", "all.csv", "all.sarif", "all.junit.xml", "all.txt"} {
		screen.answer("x", "export ", name)
		screen.says(" findings to " + name)
	}
	screen.press("*", "f")
	look("fix", "patch "+namespace+"/Deployment/leaky")
	screen.answer("x", "into folder: ", "canopy-fix")
	screen.says("into canopy-fix, with README.md")
	screen.press(escape)
	screen.shows("RULE", "OBJECT")
	screen.press("w")
	look("what-if", "closes", " findings")
	screen.press("c")
	screen.shows("sent to the clipboard: ")
	screen.press(escape, "U")

	for _, object := range []string{"ConfigMap/leaky", "Secret/leaky", "Deployment/leaky", "Pod/naked"} {
		kind, _, _ := strings.Cut(object, "/")
		screen.press(":go " + namespace + "/" + object + "\r")
		look(object, "kind: "+kind)
		screen.press("y", "c")
		screen.shows("sent to the clipboard: ")
	}
	text, err := os.ReadFile(filepath.Join(folder, "all.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d output.Document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	visited := map[string]bool{}
	for _, f := range d.Report.Findings {
		// One of each rule says what the others would, but for those on credentials.
		if visited[f.Rule] && !strings.HasPrefix(f.Rule, "SE") {
			continue
		}
		visited[f.Rule] = true
		screen.press(":finding " + f.ID + "\r")
		screen.until("the finding "+f.ID, func(s string) bool {
			return onLine(s, "findings ›", f.Rule) && strings.Contains(s, "WHERE") && onLine(s, "kind: "+f.Object.Kind)
		})
		look(f.ID)
	}
	screen.press("e")
	look("explain", "explain ›")
	screen.press("1")
	look("overview", "FIX FIRST")
	screen.press("0", "/", "leaky", "\r", "G")
	look("resources", "leaky")
	screen.press("5")
	look("images", "no evidence", "leaky:1")
	screen.press("/", "leaky", "\r", "\r")
	look("image", "images ›", "leaky:1")
	screen.press("t")
	look("workloads of an image", "Pod/naked")
	screen.press("6")
	look("exposures", "SE01", "GitHub token", "Secret/leaky")
	screen.press("t")
	look("inventory", namespace+"/registry", "dockerconfigjson")
	screen.press("O", "yes", "\r")
	look("inspected", " read: facts about the values are kept")
	screen.press("/", namespace+"/leaky", "\r", "\r")
	look("a Secret", "subjects can read it")
	screen.press(escape, "t")
	look("certificates", namespace+"/Secret/tls", "planted.example")
	screen.press("?", "canary")
	look("help")
	screen.press(escape, ":", "canary")
	look("palette")
	screen.press(escape)
	screen.quit()

	seen["all that was drawn"] = screen.raw()
	for i, m := range regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]*)`).FindAllStringSubmatch(screen.raw(), -1) {
		held, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		seen["the clipboard, copy "+string(rune('1'+i))] = string(held)
	}
	if !strings.Contains(seen["the clipboard, copy 2"], "kind: ConfigMap") || !strings.Contains(seen["the clipboard, copy 3"], "kind: Secret") {
		t.Errorf("the copies are not of what they should be: %q, %q", seen["the clipboard, copy 2"], seen["the clipboard, copy 3"])
	}
	for _, name := range []string{"all.*", "canopy-fix/*"} {
		paths, err := filepath.Glob(filepath.Join(folder, name))
		if err != nil || len(paths) < 3 {
			t.Fatalf("%s: %v, %v", name, paths, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			seen["the file "+strings.TrimPrefix(path, folder+"/")] = string(text)
		}
	}
	return seen
}
