package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canopy/k8s/capture"
	"canopy/model"
)

// TestPreviewAddsUp holds that what a preview closes, changes and leaves is what was asked for, and that each finding that
// is closed says what that may break.
func TestPreviewAddsUp(t *testing.T) {
	for _, args := range [][]string{{"--all"}, {"--all", "--rule", "PS01"}, {"PS01/apps/Deployment/shop/web"}} {
		run := append([]string{"fix", "--preview", "-f", "testdata/shop", now}, args...)
		var p struct {
			Closed, Opened, Changed []struct{ ID string }
			Stays                   []struct{ ID string }
			Breakage                map[string]string
		}
		out := must(t, append(run, "-o", "json")...)
		if err := json.Unmarshal([]byte(out), &p); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out, `"changed": [`) || len(p.Closed) == 0 {
			t.Errorf("%v: %s", args, out)
		}
		for _, f := range p.Closed {
			if p.Breakage[f.ID] == "" && len(args) == 1 {
				t.Errorf("%v: %s closes and does not say what that may break", args, f.ID)
			}
		}
		var asked, closed, changed, stay, opened int
		table := must(t, run...)
		_, total, _ := strings.Cut(table, "\nof ")
		if _, err := fmt.Sscanf(total, "%d asked for: %d closed, %d changed, %d stay; %d opened", &asked, &closed, &changed, &stay, &opened); err != nil {
			t.Fatalf("%v: %v in\n%s", args, err, table)
		}
		if asked != closed+changed+stay || asked == 0 || opened != len(p.Opened) || stay != len(p.Stays) {
			t.Errorf("%v: %s", args, total)
		}
		for _, word := range []string{"BREAKAGE", "closes"} {
			if !strings.Contains(table, word) {
				t.Errorf("%v: no %q in\n%s", args, word, table)
			}
		}
	}
}

// TestPatches holds that -o json of a fix has what the YAML has.
func TestPatches(t *testing.T) {
	var p Patches
	if err := json.Unmarshal([]byte(must(t, "fix", "--all", "-f", "testdata/shop", now, "-o", "json")), &p); err != nil {
		t.Fatal(err)
	}
	text := must(t, "fix", "--all", "-f", "testdata/shop", now)
	if len(p.Documents) == 0 || p.Notes == nil {
		t.Fatalf("%+v", p)
	}
	for _, d := range p.Documents {
		if d.Step.Verb == "" || d.Step.Object.IsZero() || d.Breakage == "" || d.Command == "" || !strings.Contains(text, d.YAML) {
			t.Errorf("%+v", d)
		}
	}
}

// TestFixDirectory holds what a directory of a fix has, that only its owner can read it, and that nothing of another is written over.
func TestFixDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "fix")
	args := []string{"fix", "--all", "-f", "testdata/shop", "--out", dir, now}
	if r := canopy(t, "", args...); r.code != 0 || r.out != "" {
		t.Fatal(r)
	}
	before := contents(t, dir)
	if r := canopy(t, "", args...); r.code != 2 || !strings.Contains(r.err, "--out: "+dir+" holds files already") {
		t.Error(r)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
	mine := t.TempDir()
	if err := os.WriteFile(filepath.Join(mine, "README.md"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	args[5] = mine
	if r := canopy(t, "", args...); r.code != 2 || len(contents(t, mine)) != 1 {
		t.Error(r)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, f := range files {
		there[f.Name()] = true
		// What may hold values that are secret is its owner's alone.
		most := os.FileMode(0o644)
		if strings.HasPrefix(f.Name(), "rollback") {
			most = 0o600
		}
		if info, err := f.Info(); err != nil || info.Mode().Perm()&^most != 0 || info.Mode().Perm()&0o600 != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	for _, name := range []string{"fix.yaml", "rollback.yaml", "guard.yaml", "guard-enforce.yaml", "kustomization.yaml", "README.md"} {
		if !there[name] {
			t.Errorf("no %s among %v", name, there)
		}
	}
}

func TestAccessSummary(t *testing.T) {
	nothing, part := &Access{Context: "c"}, &Access{Context: "c"}
	for _, kind := range []string{"Pod", "Secret", "Node"} {
		nothing.Kinds = append(nothing.Kinds, Readable{Kind: kind})
		part.Kinds = append(part.Kinds, Readable{Kind: kind, List: kind == "Node", Watch: kind == "Node", Reason: "given"})
	}
	part.Kinds = append(part.Kinds, Readable{Kind: "Pod", Namespace: "a", List: true, Watch: true}, Readable{Kind: "Secret", Namespace: "a", List: true})
	for _, c := range []struct {
		access *Access
		want   []string
	}{
		{nothing, []string{"c: may read 0 of 3 kinds in all namespaces", "the role that is missing: canopy access --print clusterrole", "what may be read in one namespace: canopy access -n NAMESPACE"}},
		{part, []string{"c: may read 1 of 3 kinds in all namespaces", "may read 1 more in namespace a", "the role that is missing: canopy access --print clusterrole"}},
	} {
		g := accessGrid(c.access)
		if got := strings.Join(g.Above, "\n"); got != strings.Join(c.want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(c.want, "\n"))
		}
	}
	g := accessGrid(part)
	if g.Rows[0][4] != "given" || g.Rows[4][4] != "may be listed but not watched" || accessGrid(nothing).Rows[0][4] != "refused, and the server gives no reason" {
		t.Errorf("reasons: %v", g.Rows)
	}
}

func TestCaptureLine(t *testing.T) {
	m := &capture.Manifest{}
	for i := range 39 {
		kind := fmt.Sprintf("Kind%d", i)
		m.Kinds = append(m.Kinds, capture.ManifestKind{Kind: kind, State: model.Denied})
		if i < 22 {
			m.Kinds = append(m.Kinds, capture.ManifestKind{Kind: kind, Namespace: "team-a", Count: 1, State: model.Complete})
		}
	}
	if got, want := captureLine("c.tar.gz", m), "canopy: c.tar.gz: 22 objects; 39 kinds not whole; 22 of them read in team-a; canopy access says which"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	m.Kinds = m.Kinds[:3]
	if got, want := captureLine("c", m), "canopy: c: 1 objects; not whole: Kind0 denied, but read in team-a, Kind1 denied"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHelpNamesWhatHasEffect holds that the help of a command names no flags that do nothing there.
func TestHelpNamesWhatHasEffect(t *testing.T) {
	for _, name := range []string{"rules", "demo", "info", "version", "completion"} {
		if help := must(t, name, "--help"); strings.Contains(help, "--context") || !strings.Contains(help, "--no-color") {
			t.Errorf("%s:\n%s", name, help)
		}
	}
	help := must(t, "fix", "--help")
	if strings.Contains(help, "Not in this version") || !strings.Contains(help, "--apply ") || !strings.Contains(help, "--write ") {
		t.Error(help)
	}
}

func TestInfoNamesOnlyWhatIsThere(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", "")
	out := must(t, "info")
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "kubeconfig") && strings.Fields(line)[1] != "none" {
			t.Error(line)
		}
	}
	if !strings.Contains(out, "entries") || !strings.Contains(out, " of ") {
		t.Error(out)
	}
}

// TestReadmeRuns runs every example of the README that needs no cluster, and finds what it names.
func TestReadmeRuns(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	// The paths there are relative to the repository, and something is written.
	jungle, err := filepath.Abs("../demo/jungle")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("cmd/canopy/demo/jungle", os.DirFS(jungle)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("new.yaml", []byte(bare), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for line := range strings.Lines(string(readme)) {
		command, _, _ := strings.Cut(strings.TrimSpace(line), "#")
		args := strings.Fields(command)
		if len(args) < 2 || args[0] != "canopy" || args[1] == "-f" {
			continue
		}
		if !strings.Contains(command, " -f ") && args[1] != "rules" && !strings.Contains(command, "--print") {
			continue
		}
		want := 0
		if strings.Contains(command, "--fail-on") {
			want = 1
		}
		if r := canopy(t, "", args[1:]...); r.code != want || r.out == "" && !strings.Contains(command, "--out") {
			t.Errorf("%s: exit status %d: %s", command, r.code, r.err)
		}
		ran++
	}
	if ran < 6 {
		t.Errorf("%d examples ran", ran)
	}
}
