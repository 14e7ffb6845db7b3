package inplace

import (
	"strings"
	"testing"
)

// TestShown masks what may be secret, however it is written, and shows the rest line for line.
func TestShown(t *testing.T) {
	text := `# a comment
apiVersion: v1
kind: Secret
metadata: {name: s}
data:
  KEY: canary
  other: >
    canary
    folded

    canary # no comment
stringData: {a: canary}
type: Opaque
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: c
        image: plain
        env: &env
        - name: A
          value: "canary
            goes on
            canary"
        - {name: B, value: canary}
        - name: C
          value: &anchor canary
        - name: D
          value: *anchor
        args:
        - canary
        - 'can''ary'
        securityContext: {privileged: true}
      - name: d
        env: *env
        image: image2
---
name: {{ canary }}
---
{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"x":"canary"}}
`
	got := shown([]byte(text))
	before, after := strings.Split(text, "\n"), strings.Split(got, "\n")
	if strings.Contains(got, "canary") || strings.Contains(got, "KEY") || len(before) != len(after) {
		t.Errorf("%d lines of %d:\n%s", len(after), len(before), got)
	}
	for _, want := range []string{"# a comment", "type: Opaque", "        image: plain", "        - name: C", "        securityContext: {privileged: true}", "        image: image2", "metadata: {name: web, namespace: shop}"} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func FuzzShown(f *testing.F) {
	f.Add([]byte("a: {b: [c, *d]}\n"))
	f.Add([]byte(web))
	f.Add([]byte("kind: Secret\napiVersion: v1\ndata: &a {x: *a}\n<<: *a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if got := shown(text); strings.Count(got, "\n") != strings.Count(string(text), "\n") {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
