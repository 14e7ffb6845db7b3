package splice

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// hostile are texts that would cost much if nothing bounded them.
func hostile() map[string]string {
	bomb := "a0: &a0 [q, r, s, t, u, v, w, x, z, a]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	merge := "a0: &a0 {"
	for i := range 2000 {
		merge += fmt.Sprintf("k%d: 1, ", i)
	}
	merge += "}\n"
	for i := range 2000 {
		merge += fmt.Sprintf("m%d: {<<: *a0}\n", i)
	}
	return map[string]string{
		"flow nesting":      "a: " + strings.Repeat("[", 4<<20),
		"map nesting":       strings.Repeat("{a: ", 1<<20),
		"block nesting":     strings.Repeat("- ", 1<<20),
		"json nesting":      strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000),
		"question marks":    strings.Repeat("? ", 1<<20),
		"alias bomb":        bomb,
		"merge bomb":        merge,
		"self":              "a: &a {b: *a}\n",
		"huge":              "a: " + strings.Repeat("x", 50<<20),
		"huge file":         strings.Repeat("a: 1\n---\n", 8<<20),
		"many values":       "a: [" + strings.Repeat("1,", 3<<20) + "1]\n",
		"duplicate":         "a: 1\na: 2\n",
		"no text":           "a: \xff\n",
		"zero":              "a: \x00\n",
		"control":           "a: \x1b\n",
		"two roots":         "a: 1\n}\n",
		"infinity":          "a: .inf\n",
		"json infinity":     `{"a": 1e999}`,
		"list as key":       "[a]: 1\n",
		"merged text":       "<<: x\n",
		"unknown anchor":    "a: *b\n",
		"two merges":        "a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n",
		"a bool that is no": "a: !!bool x\n",
	}
}

func TestHostileTextIsRefused(t *testing.T) {
	for name, text := range hostile() {
		out, err := Rewrite([]byte(text), 0, map[string]any{"a": "other"})
		var e *Error
		if err == nil || out != nil || !errors.As(err, &e) {
			t.Errorf("%s: %v, %.40q", name, err, out)
		}
		if len(err.Error()) > 300 {
			t.Errorf("%s: a long error: %.400v", name, err)
		}
	}
}

func TestSlowTextIsRead(t *testing.T) {
	// Each of these has something that a careless reader takes quadratic time for, and would not come to an end with.
	for name, text := range map[string]string{
		"comments":   "a: 1\n" + strings.Repeat("# c\n", 200_000) + "b: 1\n",
		"blank":      "a: 1\n" + strings.Repeat("\n", 200_000) + "b: 1\n",
		"one line":   "a: 1\nb: 1\nc: [" + strings.Repeat("é, ", 60_000) + "x]\n",
		"items":      "a: 1\nb: 1\nc:\n" + strings.Repeat("- x\n", 60_000),
		"named":      "a: 1\nb: 1\nc:\n" + named(30_000),
		"keys":       "a: 1\nb: 1\n" + keyed(30_000),
		"literal":    "a: 1\nb: |\n" + strings.Repeat("  x\n", 60_000),
		"long plain": "b: 1\na: " + strings.Repeat("x ", 1_000_000) + "\n",
	} {
		src := []byte(text)
		was, err := Decode(src, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := was.(map[string]any)
		m["b"] = int64(2)
		if l, ok := m["c"].([]any); ok {
			m["c"] = append(append([]any{"new"}, l[2:]...), "last")
		}
		out, err := Rewrite(src, 0, m)
		if err != nil || bytes.Equal(out, src) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func named(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- name: n%d\n", i)
	}
	return b.String()
}

func keyed(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

func BenchmarkRewriteOneOfTenThousand(b *testing.B) {
	const doc = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-%d\n  namespace: shop\nspec:\n  replicas: 2 # two\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: registry.example.com/shop/web:1.2.3\n        ports:\n        - containerPort: 8080\n        resources:\n          requests: {cpu: 100m, memory: 64Mi}\n"
	var text strings.Builder
	for i := range 10_000 {
		text.WriteString("---\n")
		fmt.Fprintf(&text, doc, i)
	}
	src := []byte(text.String())
	was, err := Decode(src, 5000)
	if err != nil {
		b.Fatal(err)
	}
	was.(map[string]any)["spec"].(map[string]any)["replicas"] = 3
	b.Run("rewrite", func(b *testing.B) {
		for b.Loop() {
			if _, err := Rewrite(src, 5000, was); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("documents", func(b *testing.B) {
		for b.Loop() {
			if all, err := Documents(src); err != nil || len(all) != 10_000 {
				b.Fatal(err)
			}
		}
	})
}
