package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	bare = `apiVersion: apps/v1
kind: Deployment
metadata: {name: bare, namespace: shop}
spec: {selector: {matchLabels: {app: bare}}, template: {metadata: {labels: {app: bare}}, spec: {hostNetwork: true, containers: [{name: c, image: i, securityContext: {privileged: true}}]}}}
`
	faulty = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: [no, name]}\n"
)

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestWhatIf tells what manifests would open before they exist.
func TestWhatIf(t *testing.T) {
	path := file(t, "bare.yaml", bare)
	r := canopy(t, "", "what-if", path, "-f", "testdata/shop", now, "-o", "json")
	if r.code != 0 {
		t.Fatal(r)
	}
	fields{
		"closed": []fields{finding()}, "opened": []fields{finding()}, "changed": []fields{finding()}, "assumptions": []string{},
		"permissionsLost": []fields{{}}, "pairsOpened": []fields{shift()}, "pairsClosed": []fields{shift()},
		"problems": []fields{{"file": "", "document": 0, "line?": 0, "message": ""}}, "checks": []fields{{}}, "rung": 0,
	}.check(t, "", decode(t, r.out))
	if !strings.Contains(r.out, "PS01/apps/Deployment/shop/bare") {
		t.Error(r.out)
	}
	for args, want := range map[string]int{"--fail-on critical": 1, "--fail-on low -o yaml": 1, "--strict": 0} {
		if r := canopy(t, "", append([]string{"what-if", path, "-f", "testdata/shop", now}, strings.Fields(args)...)...); r.code != want || r.out == "" {
			t.Errorf("%s: %d: %s", args, r.code, r.err)
		}
	}
	table := canopy(t, bare, "what-if", "-", "-f", "testdata/shop", now)
	if table.code != 0 || !strings.Contains(table.out, "opens") || !strings.Contains(table.out, "shop/Deployment/bare") {
		t.Error(table)
	}
	if before, after := scanned(t, "testdata/shop"), "PS01/apps/Deployment/shop/bare"; before[after] {
		t.Error("the capture has it")
	}
}

// TestWhatIfNamespace: what names no namespace goes where -n says.
func TestWhatIfNamespace(t *testing.T) {
	path := file(t, "bare.yaml", strings.Replace(bare, ", namespace: shop", "", 1))
	for args, want := range map[string]string{"": "PS01/apps/Deployment/default/bare", "-n shop": "PS01/apps/Deployment/shop/bare"} {
		out := must(t, append([]string{"what-if", path, "-f", "testdata/shop", now, "-o", "json"}, strings.Fields(args)...)...)
		if !strings.Contains(out, want) {
			t.Errorf("%q: no %s in\n%s", args, want, out)
		}
	}
}

// TestWhatIfProblems: a document that cannot be taken is told with its file and line, and the rest is taken.
func TestWhatIfProblems(t *testing.T) {
	first, second := file(t, "first.yaml", "# nothing\n---\n"+bare), file(t, "second.yaml", "# bad\n"+faulty)
	r := canopy(t, "", "what-if", first, second, "-f", "testdata/shop", now, "-o", "json")
	var p Proposed
	if err := json.Unmarshal([]byte(r.out), &p); err != nil || r.code != 0 || len(p.Problems) == 0 || !strings.Contains(r.out, "shop/bare") {
		t.Fatalf("%v: %+v", err, r)
	}
	problem := p.Problems[0]
	if problem.Line > 0 && (problem.File != second || problem.Line > 4) || !strings.Contains(r.err, problem.Message) {
		t.Errorf("%+v: %s", problem, r.err)
	}
	if r := canopy(t, "", "what-if", first, second, "-f", "testdata/shop", now, "--strict"); r.code != 3 {
		t.Errorf("%+v", r)
	}
	if r := canopy(t, "", "what-if", second, "-f", "testdata/shop", now); r.code != 2 || r.out != "" || !strings.Contains(r.err, "no document can be taken") {
		t.Errorf("%+v", r)
	}
}

// TestPodSecurityContract holds the form of what a namespace would refuse.
func TestPodSecurityContract(t *testing.T) {
	r := canopy(t, "", "pod-security", "shop", "-f", "testdata/shop", now, "-o", "json")
	fields{"namespaces": []fields{{
		"namespace": "", "level": "", "version": "", "enforces": "", "owners": 0, "pods": 0, "unknown": []string{},
		"violators": []fields{{"object": ref(), "pods": 0, "template": nil, "breaks": []fields{{"check": "", "level": "", "path": "", "detail": "", "rule?": ""}}}},
	}}}.check(t, "", decode(t, r.out))
	if r.code != 1 || !strings.Contains(r.out, `"restricted"`) || !strings.Contains(r.out, `"privileged"`) {
		t.Error(r)
	}
	for _, format := range []string{"table", "wide"} {
		r := canopy(t, "", "pod-security", "shop", "-f", "testdata/shop", now, "--level", "baseline", "--version", "latest", "-o", format)
		if r.code != 1 || !strings.Contains(r.out, "shop/Deployment/web") || !strings.Contains(r.out, "baseline of latest would refuse") {
			t.Error(r)
		}
	}
}

// TestGuard prints policies with bindings that warn, and with --enforce those that refuse.
func TestGuard(t *testing.T) {
	warn := must(t, "guard", "PS01/shop/Deployment/web", "-f", "testdata/shop", now)
	for _, want := range []string{"# guards PS01", "kind: ValidatingAdmissionPolicy\n", "kind: ValidatingAdmissionPolicyBinding\n", "Warn"} {
		if !strings.Contains(warn, want) {
			t.Errorf("no %q in\n%s", want, warn)
		}
	}
	deny := must(t, "guard", "PS01/shop/Deployment/web", "-f", "testdata/shop", now, "--enforce")
	if strings.Contains(warn, "Deny") || !strings.Contains(deny, "Deny") || strings.Contains(deny, "kind: ValidatingAdmissionPolicy\n") {
		t.Error(deny)
	}
	fields{
		"policies": []fields{{"rules": []string{}, "mutating": nil, "namespaces": []string{}, "documents": []fields{{"step": fields{"verb": "", "object": ref()}, "yaml": ""}}, "evidence": []string{}}},
		"without":  []fields{{"rule": "", "reason": ""}},
	}.check(t, "", decode(t, must(t, "guard", "--all", "-f", "testdata/shop", now, "-o", "json")))
}

// TestTexts finds the file and the line of a problem among several files.
func TestTexts(t *testing.T) {
	var list texts
	line := 1
	for _, x := range []struct{ name, data string }{{"a", "1\n2\n3"}, {"b", "1\n2\n"}, {"c", "1"}} {
		list = append(list, proposedText{x.name, []byte(x.data), line})
		line += strings.Count(x.data, "\n") + 2
	}
	lines := strings.Split(string(list.joined()), "\n")
	for i := range list {
		if lines[list[i].line-1] != "1" {
			t.Errorf("%s begins at line %d of %q", list[i].name, list[i].line, lines)
		}
	}
}
