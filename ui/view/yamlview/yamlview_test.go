package yamlview_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/yamlview"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  labels: {a.b/c: x}
  name: web
spec:
  template:
    spec:
      containers:
      - name: web
        command: ["sh", "-c", "a: b\nc: d\n"]
        securityContext: {privileged: true, capabilities: {add: [ALL, BPF]}}
        "on": "#no comment"
status: {replicas: 1}
data: {late: but before the status}
`

func shared(ascii bool) *view.Shared {
	return &view.Shared{Theme: theme.New(theme.Options{Dark: true}), Glyphs: theme.NewGlyphs(ascii)}
}

func document(t testing.TB, text string) *yamlview.Document {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	d, err := yamlview.New(u)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOrder(t *testing.T) {
	d := document(t, deployment)
	var top []string
	for line := range strings.SplitSeq(d.Text(), "\n") {
		if name, _, ok := strings.Cut(line, ":"); ok && line[0] != ' ' {
			top = append(top, name)
		}
	}
	if got := strings.Join(top, " "); got != "apiVersion kind metadata data spec status" {
		t.Errorf("fields are %s", got)
	}
	var back map[string]any
	if err := yaml.Unmarshal([]byte(d.Text()), &back); err != nil || len(back) != 6 {
		t.Errorf("reads back as %v, %v", back, err)
	}
	if strings.Count(d.Text(), "\n") != d.Len() {
		t.Errorf("%d lines, told as %d", strings.Count(d.Text(), "\n"), d.Len())
	}
}

func TestMarks(t *testing.T) {
	d := document(t, deployment)
	const c = "spec.template.spec.containers[0]."
	lines, first := d.Draw(shared(false), []yamlview.Mark{
		{Path: c + "securityContext.privileged", Note: "PS01"}, {Path: c + "securityContext.capabilities.add", Note: "PS14"}, {Path: c + "securityContext.privileged", Note: "PS01"},
		{Path: c + "securityContext.capabilities.drop", Note: "PS15"}, {Path: "spec.template.spec.hostUsers"}, {Path: "metadata.labels[a.b/c]"},
	}, false)
	var marked []string
	for _, l := range lines {
		if plain := ansi.Strip(l); strings.HasPrefix(plain, "▌") {
			marked = append(marked, strings.TrimSpace(strings.TrimPrefix(plain, "▌")))
		}
	}
	want := []string{
		"a.b/c: x", "spec:", "# not set: hostUsers", "capabilities:", "# PS15 not set: drop", "add:  # PS14", "- ALL", "- BPF", "privileged: true  # PS01",
	}
	if got := strings.Join(marked, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("marked are\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if first < 0 || !strings.Contains(lines[first], "a.b/c") {
		t.Errorf("the first is %d", first)
	}
	if len(lines) != d.Len()+2 {
		t.Errorf("%d lines", len(lines))
	}
	if _, first := d.Draw(shared(false), nil, false); first != -1 {
		t.Errorf("without a mark the first is %d", first)
	}
}

// TestColours checks that keys are drawn as keys, and nothing else, be it as much like a key as it may.
func TestColours(t *testing.T) {
	s := shared(false)
	lines, _ := document(t, deployment).Draw(s, nil, false)
	all := strings.Join(lines, "\n")
	key := func(k string) string { return s.Theme.YAMLKey.Render(k) + s.Theme.YAMLValue.Render(":") }
	for _, k := range []string{"apiVersion", "metadata", `"on"`, "a.b/c", "privileged"} {
		if !strings.Contains(all, strings.TrimSuffix(key(k), ":")) && !strings.Contains(all, s.Theme.YAMLKey.Render(k)) {
			t.Errorf("%s is no key in\n%q", k, all)
		}
	}
	for _, k := range []string{"a", "c"} {
		if strings.Contains(all, s.Theme.YAMLKey.Render(k)) {
			t.Errorf("%s within a text is drawn as a key", k)
		}
	}
	if faded, _ := document(t, deployment).Draw(s, nil, true); strings.Contains(strings.Join(faded, ""), s.Theme.YAMLKey.Render("kind")) {
		t.Error("a faded document has colours")
	}
}

func TestHostileObjects(t *testing.T) {
	hostile := "\x1b[31m\x1b]0;owned\x07\u202e\u200b\xff\xfe\u009b2J"
	u := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": hostile, "kind": "\x1b[2J",
		"metadata": map[string]any{
			"annotations": map[string]any{hostile: hostile, "long": strings.Repeat("名", 1<<20/3), "lines": "a\n" + strings.Repeat(hostile+"\n", 100), strings.Repeat("k", 3000): "x"},
			"name":        strings.Repeat(hostile, 20_000),
		},
	}}
	d, err := yamlview.New(u)
	if err != nil {
		t.Fatal(err)
	}
	for _, ascii := range []bool{false, true} {
		s := shared(ascii)
		lines, _ := d.Draw(s, []yamlview.Mark{{Path: "metadata.annotations.long"}, {Path: "metadata." + hostile, Note: hostile}, {Path: strings.Repeat("x", 1<<20)}}, false)
		short := false
		for _, l := range lines {
			plain := ansi.Strip(l)
			if w := ansi.StringWidth(plain); w > 5000 {
				t.Errorf("a line is %d cells wide", w)
			}
			short = short || strings.Contains(plain, "bytes, not all shown")
			for _, r := range plain {
				if !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) || ascii && r > '~' {
					t.Fatalf("%U in %q", r, ansi.Truncate(plain, 200, ""))
				}
			}
			if strings.Contains(l, "\x1b]") || strings.Contains(l, "\x1b[2J") {
				t.Fatalf("raw sequence in %q", ansi.Truncate(l, 200, ""))
			}
		}
		if !short {
			t.Error("nothing tells that a line is cut")
		}
	}
}

func TestOddObjects(t *testing.T) {
	for _, o := range []map[string]any{nil, {}, {"status": map[string]any{}}, {"a": []any{[]any{map[string]any{"b": nil}}}}} {
		d, err := yamlview.New(&unstructured.Unstructured{Object: o})
		if err != nil {
			t.Fatal(err)
		}
		if lines, _ := d.Draw(shared(false), []yamlview.Mark{{Path: "spec.x"}}, false); len(lines) == 0 {
			t.Errorf("%v: nothing is drawn", o)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	items := make([]any, 5000)
	for i := range items {
		items[i] = map[string]any{"name": "web", "image": "registry.example/shop/web:1.4", "env": "x"}
	}
	d, err := yamlview.New(&unstructured.Unstructured{Object: map[string]any{"kind": "x", "spec": items}})
	if err != nil {
		b.Fatal(err)
	}
	s := shared(false)
	for b.Loop() {
		d.Draw(s, []yamlview.Mark{{Path: "spec[4000].image"}}, false)
	}
}
