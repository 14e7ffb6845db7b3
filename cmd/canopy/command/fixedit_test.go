package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canopy/cmd/canopy/output"
)

// copied copies the manifests of the tests to where they can be edited.
func copied(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "manifests")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// scanned gives the ids of the findings of a capture.
func scanned(t *testing.T, path string) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, id := range findingIDs(t, path) {
		ids[id] = true
	}
	return ids
}

// contents reads all files of a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

// TestWriteEditsFiles edits the files that were read, so that a scan no longer finds what was to end, and prints what it did.
func TestWriteEditsFiles(t *testing.T) {
	folder := copied(t, "testdata/shop")
	before := contents(t, folder)
	var patches Patches
	if err := json.Unmarshal([]byte(must(t, "fix", "--all", "-f", folder, now, "-o", "json")), &patches); err != nil {
		t.Fatal(err)
	}
	shown := canopy(t, "", "fix", "--all", "-f", folder, now, "--write", "--preview")
	for name, text := range contents(t, folder) {
		if text != before[name] {
			t.Errorf("%s was written by a preview", name)
		}
	}
	r := canopy(t, "", "fix", "--all", "-f", folder, now, "--write")
	if r.code != 0 || r.out != shown.out || shown.code != 0 || !strings.HasPrefix(r.out, "--- a/") || strings.Contains(r.err, "not edited") {
		t.Fatalf("%d, %d: %s%s", r.code, shown.code, r.out, r.err)
	}
	after := contents(t, folder)
	if len(after) != len(before) {
		t.Errorf("%d files, were %d", len(after), len(before))
	}
	for name, text := range after {
		if output.Diff(name, name, before[name], text) != "" && !strings.Contains(r.out, output.Diff(name, name, before[name], text)) {
			t.Errorf("%s has changed otherwise than was printed", name)
		}
		for line := range strings.Lines(before[name]) {
			if strings.Contains(line, "#") && !strings.Contains(text, line) {
				t.Errorf("%s lacks the comment %q", name, line)
			}
		}
	}
	left := scanned(t, folder)
	closed := 0
	for _, d := range patches.Documents {
		for _, id := range d.Closes {
			if closed++; left[id] {
				t.Errorf("%s goes on", id)
			}
		}
	}
	if closed == 0 {
		t.Error("the patches close nothing")
	}
}

// TestWriteTells prints JSON, tells what could not be edited, and says so by its exit status.
func TestWriteTells(t *testing.T) {
	folder := copied(t, "testdata/shop")
	old := "apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: {name: old, namespace: shop}\nspec: {selector: {matchLabels: {app: old}}, template: {metadata: {labels: {app: old}}, spec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}}}\n"
	path := filepath.Join(folder, "old.yaml")
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	r := canopy(t, "", "fix", "PS01/shop/Deployment/old", "PS01/shop/Deployment/web", "-f", folder, now, "--write", "-o", "json")
	fields{
		"files": []fields{{"file": "", "created": nil, "diff": ""}}, "written": nil,
		"left": []fields{{"step": fields{"verb": "", "object": ref(), "patchType?": ""}, "file?": "", "line?": 0, "reason": ""}},
	}.check(t, "", decode(t, r.out))
	var e Edits
	if err := json.Unmarshal([]byte(r.out), &e); err != nil || r.code != 1 || len(e.Files) != 1 || len(e.Left) != 1 || !e.Written || e.Left[0].File != path || e.Left[0].Line != 1 {
		t.Errorf("%v: %d: %+v", err, r.code, e)
	}
	if !strings.Contains(r.err, path+":1: patch shop/Deployment/old: it is written as apps/v1beta2") {
		t.Error(r.err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != old {
		t.Errorf("%v: %s", err, text)
	}
}

// TestWriteCreates adds what is to be created to the file of the object that it is for.
func TestWriteCreates(t *testing.T) {
	folder := t.TempDir()
	web := "# the shop\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" + strings.Replace(bare, "hostNetwork: true, ", "", 1)
	if err := os.WriteFile(filepath.Join(folder, "a.yaml"), []byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "shop.yaml")
	if err := os.WriteFile(path, []byte(web), 0o600); err != nil {
		t.Fatal(err)
	}
	r := canopy(t, "", "fix", "NW03/Namespace/shop", "-f", folder, now, "--write")
	text, err := os.ReadFile(path)
	if err != nil || r.code != 0 || !strings.HasPrefix(string(text), web+"---\n") || !strings.Contains(string(text), "kind: NetworkPolicy") {
		t.Errorf("%v: %d: %s\n%s", err, r.code, r.err, text)
	}
	if files := contents(t, folder); len(files) != 2 {
		t.Errorf("%v", files)
	}
}

// TestWriteRefuses says of what is no file of the user's own why it is not edited.
func TestWriteRefuses(t *testing.T) {
	packed := filepath.Join(t.TempDir(), "shop.tar.gz")
	if err := os.WriteFile(packed, []byte("\x1f\x8b\x08\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{packed: "unpack it", "-": "standard input", "testdata/nowhere": "no such file"} {
		if r := canopy(t, "", "fix", "--all", "-f", path, "--write"); r.code != 2 || !strings.Contains(r.err, "--write") || !strings.Contains(r.err, want) {
			t.Errorf("%s: %d: %s", path, r.code, r.err)
		}
	}
}
