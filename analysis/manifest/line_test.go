package manifest

import (
	"strings"
	"testing"
)

const sample = `apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    a.b/c.d: "1"
    a: x
  labels:
    "0": zero
    app.kubernetes.io/name: web
spec:
  empty: {}
  nothing: null
  template:
    spec:
      containers:
      - image: web
        securityContext:
          capabilities:
            add:
            - ALL
            - BPF
      - image: side
      note: |
        one: 1
        two
      volumes: []
`

func TestFind(t *testing.T) {
	l, err := NewLines([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Span{
		"":                                       {1, 26, ""},
		"kind":                                   {2, 2, ""},
		"metadata.annotations":                   {4, 6, ""},
		"metadata.annotations[a.b/c.d]":          {5, 5, ""},
		`metadata.annotations["a.b/c.d"]`:        {5, 5, ""},
		"metadata.annotations['a']":              {6, 6, ""},
		"metadata.annotations.a.b/c.d":           {5, 5, ""},
		"metadata.annotations[a.b/none]":         {4, 4, "a.b/none"},
		"metadata.labels[0]":                     {8, 8, ""},
		"metadata.labels[1]":                     {7, 7, "[1]"},
		"metadata.labels.app.kubernetes.io/name": {9, 9, ""},
		"metadata.ownerReferences":               {3, 3, "ownerReferences"},
		"spec.empty":                             {11, 11, ""},
		"spec.empty.more":                        {11, 11, "more"},
		"spec.nothing.more[2].x":                 {12, 12, "more[2].x"},
		"spec.template.spec.containers[0]":       {16, 21, ""},
		"spec.template.spec.containers[1].image": {22, 22, ""},
		"spec.template.spec.containers[1].securityContext.privileged":          {22, 22, "securityContext.privileged"},
		"spec.template.spec.containers[2].image":                               {15, 15, "[2].image"},
		"spec.template.spec.containers[0].securityContext.capabilities.add":    {19, 21, ""},
		"spec.template.spec.containers[0].securityContext.capabilities.add[1]": {21, 21, ""},
		"spec.template.spec.containers[0].securityContext.capabilities.drop":   {18, 18, "drop"},
		"spec.template.spec.note":                                              {23, 25, ""},
		"spec.template.spec.note.one":                                          {23, 23, "one"},
		"spec.template.spec.volumes[0].hostPath.path":                          {26, 26, "[0].hostPath.path"},
		"status.phase": {1, 1, "status.phase"},
		"spec.template.spec.containers[99999999999999999999].image": {15, 15, "99999999999999999999.image"},
		"spec.template.spec.containers[-1]":                         {15, 15, "-1"},
		"spec.template.spec.containers[0":                           {15, 15, "[0"},
	} {
		if got := l.Find(path); got != want {
			t.Errorf("%q: %+v, want %+v", path, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	l, err := NewLines([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(sample, "\n")
	n := 0
	for line, column := range l.Keys {
		n++
		text := lines[line-1][column-1:]
		if !strings.Contains(text, ":") || strings.TrimLeft(lines[line-1][:column-1], " -") != "" {
			t.Errorf("line %d column %d: no key in %q", line, column, lines[line-1])
		}
	}
	if n != 22 {
		t.Errorf("%d keys", n)
	}
	for range l.Keys {
		break
	}
}

func TestLinesOfWhatIsNoMapping(t *testing.T) {
	for _, text := range []string{"", "x", "[]", "- a\n- b: c\n"} {
		l, err := NewLines([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Find("spec.x"); got != (Span{1, 1, "spec.x"}) {
			t.Errorf("%q: %+v", text, got)
		}
	}
	if _, err := NewLines([]byte("a: [")); err == nil {
		t.Error("half a document is no error")
	}
}

func TestFindIsQuickWhateverThePath(t *testing.T) {
	l, err := NewLines([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{strings.Repeat("a.", 1<<19), strings.Repeat("[x]", 1<<18), "spec" + strings.Repeat(".spec", 1<<18)} {
		if got := l.Find(path); got.First < 1 || got.Missing == "" {
			t.Errorf("%+v", got)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, p := range []string{"spec.template.spec.containers[0].image", "metadata.labels[0]", "..[[]].", `a["b`} {
		f.Add(p)
	}
	l, err := NewLines([]byte(sample))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		s := l.Find(path)
		if s.First < 1 || s.Last < s.First || s.Last > strings.Count(sample, "\n") {
			t.Errorf("%q: %+v", path, s)
		}
	})
}
