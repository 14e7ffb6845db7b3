package command

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"canopy/cmd/canopy/output"
)

// fields lists what the contract names, with an example of its type; a name that ends in ? may be missing.
type fields map[string]any

func (want fields) check(t *testing.T, where string, got any) {
	t.Helper()
	object, ok := got.(map[string]any)
	if !ok {
		t.Errorf("%s: %T, want an object", where, got)
		return
	}
	for name, example := range want {
		plain := strings.TrimSuffix(name, "?")
		value, there := object[plain]
		switch example := example.(type) {
		case fields:
			if there {
				example.check(t, where+"."+plain, value)
			}
		case []fields:
			list, ok := value.([]any)
			if !ok {
				t.Errorf("%s.%s: %T, want a list", where, plain, value)
			}
			for _, v := range list {
				example[0].check(t, where+"."+plain+"[]", v)
			}
		case []string:
			if _, ok := value.([]any); !ok {
				t.Errorf("%s.%s: %T, want a list", where, plain, value)
			}
		case string:
			if _, ok := value.(string); there && !ok {
				t.Errorf("%s.%s: %T, want a string", where, plain, value)
			}
		case int:
			if v, ok := value.(float64); there && (!ok || v != float64(int(v))) {
				t.Errorf("%s.%s: %v, want a whole number", where, plain, value)
			}
		}
		if !there && !strings.HasSuffix(name, "?") {
			t.Errorf("%s: no %q among %v", where, plain, slices.Sorted(maps.Keys(object)))
		}
	}
}

func ref() fields { return fields{"apiVersion": "", "kind": "", "namespace?": "", "name": ""} }

func finding() fields {
	return fields{
		"id": "", "rule": "", "severity": "", "risk": 0, "title": "", "object": ref(), "pods": 0,
		"evidence": []fields{{"object": ref(), "path": "", "value": "", "line?": 0}},
		"why":      "", "since": nil, "fix": "", "state": "",
		"frameworks": fields{"pss": []string{}, "cis": []string{}, "nsa": []string{}, "owasp": []string{}, "mitre": []string{}, "ms": []string{}},
	}
}

func decode(t *testing.T, out string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestScanContract(t *testing.T) {
	out := must(t, "scan", "-f", "testdata/shop", "-o", "json", now)
	fields{"report": fields{
		"source": fields{"type": "", "name": ""}, "time": "", "version": "",
		"coverage": []fields{{"kind": "", "namespace?": "", "count": 0, "state": "", "reason": ""}},
		"score":    fields{"critical": 0, "high": 0, "medium": 0, "low": 0, "info": 0},
		"rules":    fields{},
		"findings": []fields{finding()},
	}}.check(t, "", decode(t, out))

	var d output.Document
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	r := d.Report
	if r.Time != "2026-11-23T14:00:00Z" || r.Source.Type != "capture" {
		t.Errorf("time %s, source %+v", r.Time, r.Source)
	}
	if !slices.IsSortedFunc(r.Findings, func(a, b output.Finding) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("findings are not sorted by id")
	}
	lines := 0
	for _, f := range r.Findings {
		if !slices.Contains([]string{"open", "waived", "unknown"}, f.State) || !slices.Contains([]string{"yaml", "steps", "none"}, f.Fix) {
			t.Errorf("%s: state %q, fix %q", f.ID, f.State, f.Fix)
		}
		want := f.Severity.Risk()
		if o := f.RiskOf; o != nil {
			want = int(math.Round(100 * o.Factors.Exposure * o.Factors.Effect * o.Factors.Severity))
		}
		if f.Risk != want {
			t.Errorf("%s: risk %d, want %d of %+v", f.ID, f.Risk, want, f.RiskOf)
		}
		if f.Since != nil {
			if _, err := time.Parse(time.RFC3339, *f.Since); err != nil {
				t.Errorf("%s: since %v", f.ID, err)
			}
		}
		if len(f.Evidence) == 0 {
			t.Errorf("%s: no evidence", f.ID)
		}
		for _, e := range f.Evidence {
			if e.Line > 0 {
				lines++
			}
		}
	}
	if len(r.Findings) == 0 || lines == 0 {
		t.Errorf("%d findings, %d lines", len(r.Findings), lines)
	}
}

// shift is a set of connections between pods that open or close.
func shift() fields {
	return fields{"src": fields{"namespace": ""}, "dst": fields{"namespace": ""}, "connections": []fields{{"protocol": "", "ports": ""}}, "pairs": 0.0}
}

func TestPreviewContract(t *testing.T) {
	out := must(t, "fix", "--all", "--preview", "-f", "testdata/shop", "-o", "json", now)
	object := decode(t, out).(map[string]any)
	fields{
		"closed": []fields{finding()}, "opened": []fields{finding()}, "changed": []fields{finding()},
		"moved": []fields{{"from": "", "to": finding()}}, "stays": []fields{{"id": "", "reason": ""}}, "breakage": fields{}, "assumptions": []string{},
		"permissionsLost": []fields{{"subject": "", "verb": "", "group": "", "resource": ""}},
		"pairsOpened":     []fields{shift()}, "pairsClosed": []fields{shift()},
	}.check(t, "", object)
	if len(object["closed"].([]any)) == 0 {
		t.Error("the patches close nothing")
	}
	// All was read, so that paths are evaluated: a number and the names.
	for _, name := range []string{"pathsCut", "pathsOpened"} {
		n, counted := object[name].(float64)
		from, listed := object[name+"From"].([]any)
		if !counted || !listed || int(n) != len(from) {
			t.Errorf("%s: %v of %v", name, object[name], object[name+"From"])
		}
	}
}

func TestRulesContract(t *testing.T) {
	rules := []fields{{"id": "", "title": "", "severity": "", "condition": "", "why": "", "attack": "", "defence": "", "remedy": "", "fix": "", "frameworks": fields{}}}
	fields{"rules": rules}.check(t, "", decode(t, must(t, "rules", "-o", "json")))
	fields{"rules": rules}.check(t, "", decode(t, must(t, "rules", "PS01", "-o", "json")))
}

// TestRepeatable runs everything twice: the same input and the same --now give the same bytes.
func TestRepeatable(t *testing.T) {
	for _, format := range output.Scan() {
		args := []string{"scan", "-f", "testdata/shop", "-f", "testdata/canary.yaml", "-o", string(format), now}
		if a, b := must(t, args...), must(t, args...); a != b {
			t.Errorf("-o %s differs between two runs:\n%s\n%s", format, a, b)
		}
	}
	args := []string{"fix", "-f", "testdata/shop", "--all", now}
	if a, b := must(t, args...), must(t, args...); a != b {
		t.Errorf("fix differs between two runs:\n%s\n%s", a, b)
	}
}

// TestCanaries plants values wherever secrets stand; none may come out anywhere.
func TestCanaries(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	var all []string
	naked := false
	shop := file(t, "shop.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
	common := []string{"-f", "testdata/canary.yaml", now, "--log-file", log, "--log-level", "debug"}
	for _, format := range output.Scan() {
		all = append(all, must(t, append([]string{"scan", "-o", string(format)}, common...)...))
	}
	for _, args := range [][]string{
		{"fix", "--all"}, {"fix", "--all", "--preview"}, {"fix", "--all", "--preview", "-o", "json"}, {"fix", "--all", "--out", filepath.Join(dir, "fix")},
		{"fix", "--all", "--write", "--preview"}, {"fix", "--all", "--write", "--preview", "-o", "json"}, {"guard", "--all"}, {"guard", "--all", "--enforce"}, {"guard", "--all", "-o", "json"},
		{"pod-security", "shop", "-f", shop, "-o", "wide"}, {"pod-security", "shop", "-f", shop, "-o", "json"}, {"what-if", "testdata/canary.yaml"}, {"what-if", "testdata/canary.yaml", "-o", "json"},
		{"paths", "--to", "secrets", "-o", "json"}, {"paths", "--to", "nodes", "-o", "wide"}, {"blast", "internet", "-o", "json"}, {"blast", "shop/Deployment/leaky", "-o", "wide"},
	} {
		r := canopy(t, "", append(args, common...)...)
		if r.out == "" && args[len(args)-2] != "--out" {
			t.Errorf("%v prints nothing: %s", args, r.err)
		}
		all = append(all, r.out, r.err)
	}
	r := canopy(t, "", "what-if", "testdata/canary.yaml", "-f", "testdata/sound.yaml", now, "-o", "json")
	all = append(all, r.out, r.err)
	for _, id := range findingIDs(t, "testdata/canary.yaml") {
		for _, args := range [][]string{{"fix", id}, {"fix", id, "-o", "json"}, {"fix", id, "--preview", "-o", "yaml"}} {
			r := canopy(t, "", append(args, common...)...)
			if r.code != 0 {
				t.Errorf("%v: exit status %d: %s", args, r.code, r.err)
			}
			all = append(all, r.out, r.err)
		}
		naked = naked || strings.HasPrefix(id, "PS28/")
	}
	if !naked {
		t.Error("no finding is about the naked pod")
	}
	names, err := filepath.Glob(filepath.Join(dir, "fix", "*"))
	if err != nil || len(names) < 6 {
		t.Fatalf("%v: %v", err, names)
	}
	for _, name := range append(names, log) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(data))
	}
	seen := false
	for i, text := range all {
		seen = seen || strings.Contains(text, "shop/leaky")
		// canary-secret-data-7Q is in the capture in base64.
		for _, canary := range []string{"canary-", "Y2FuYXJ5", "7Q"} {
			if at := strings.Index(text, canary); at >= 0 {
				t.Errorf("output %d holds a planted value: …%s…", i, text[max(0, at-80):min(len(text), at+40)])
			}
		}
	}
	if !seen {
		t.Error("no output speaks of the Deployment at all: the test looks at nothing")
	}
}

// findingIDs lists the findings of a capture.
func findingIDs(t *testing.T, path string) []string {
	t.Helper()
	var d output.Document
	if err := json.Unmarshal([]byte(must(t, "scan", "-f", path, "-o", "json", now)), &d); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range d.Report.Findings {
		ids = append(ids, d.Report.Findings[i].ID)
	}
	return ids
}

// TestHostileCapture reads a capture whose every name fights the terminal.
func TestHostileCapture(t *testing.T) {
	evil := `a\u001b[2J\u001b]0;x\u0007\u202e\u2066\u200b\u009b31m\u007f`
	path := filepath.Join(t.TempDir(), "evil.json")
	if err := os.WriteFile(path, []byte(`{"apiVersion":"v1","kind":"List","items":[
		{"apiVersion":"v1","kind":"Pod","metadata":{"name":"`+evil+`","namespace":"`+evil+`","labels":{"x":"`+evil+`"}},
		 "spec":{"hostNetwork":true,"containers":[{"name":"`+evil+`","image":"`+evil+`","securityContext":{"privileged":true}}]}},
		{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"`+evil+`"},
		 "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"ServiceAccount","name":"`+evil+`","namespace":"`+evil+`"}]},
		{"apiVersion":"`+evil+`","kind":"`+evil+`","metadata":{"name":"x"}}, {"kind":"`+evil+`"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := [][]string{
		{"fix", "--all"}, {"fix", "--all", "--preview"}, {"fix", evil}, {"fix", "--all", "--write", "--preview"}, {"fix", "--all", "--write", "--preview", "-o", "json"}, {"fix", "--all", "--out", filepath.Join(t.TempDir(), "fix")},
		{"guard", "--all"}, {"guard", "--all", "-o", "json"}, {"guard", evil}, {"pod-security", evil}, {"pod-security", "default", "-o", "wide"},
		{"what-if", path}, {"what-if", path, "-o", "json"}, {"what-if", evil}, {"undo", evil},
		{"paths"}, {"paths", "--to", "nodes", "-o", "dot"}, {"paths", "--lateral", "--to", "secrets", "-o", "markdown"}, {"paths", "-o", "json"}, {"paths", "--from", evil}, {"blast", "internet", "-o", "wide"}, {"blast", "sa:" + evil}, {"blast", "sa:x/y", "-n", evil},
		{"images"}, {"images", "-o", "wide"}, {"images", "-o", "json"}, {"images", "-n", evil}, {"images", "--reports", evil}, {"secrets", "-o", "wide"}, {"secrets", "-o", "json", "--custom-resources"},
	}
	for _, format := range output.Scan() {
		commands = append(commands, []string{"scan", "-o", string(format)})
	}
	for _, args := range commands {
		r := canopy(t, "", append(args, "-f", path)...)
		for _, text := range []string{r.out, r.err} {
			for _, c := range text {
				if c != '\n' && c != '\t' && !unicode.IsPrint(c) {
					t.Fatalf("%v: %U in %q", args, c, text)
				}
			}
		}
	}
}
