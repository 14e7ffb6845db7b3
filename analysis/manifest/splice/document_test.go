package splice

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const several = "\ufeff# file\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\n# nothing\n---\n{\"kind\": \"B\", \"metadata\": {\"name\": \"b\"}}\n...\n%YAML 1.1\n---\nkind: !!str C\nmetadata: &m\n  name: c\n--- \n{{ template }}: {{ x }}\n---\nitems: *none\n"

func TestDocuments(t *testing.T) {
	all, err := Documents([]byte(several))
	if err != nil {
		t.Fatal(err)
	}
	want := []Document{
		{Line: 3, APIVersion: "v1", Kind: "Pod", Namespace: "x", Name: "a"},
		{Line: 9, Kind: "B", Name: "b"},
		{Line: 13, Kind: "C", Name: "c"},
		{Line: 17},
		{Line: 19},
	}
	if d := cmp.Diff(want, all, cmpopts.IgnoreFields(Document{}, "Start", "End", "Err")); d != "" {
		t.Error(d)
	}
	for i, d := range all {
		part := several[d.Start:d.End]
		if strings.Contains(part, "%YAML") != (i == 2) || strings.Contains(part, "# file") != (i == 0) {
			t.Errorf("document %d is %q", i, part)
		}
		if (d.Err != nil) != (i > 2) || errors.Is(d.Err, ErrTemplate) != (i == 3) {
			t.Errorf("document %d: %v", i, d.Err)
		}
	}
}

func TestRemove(t *testing.T) {
	for _, c := range []struct{ src, out string }{
		{"a: 1\n", ""},
		{"# file\n\n# a\na: 1\n---\nb: 2\n", "# file\n\n---\nb: 2\n"},
		{"# file\n---\n# a\na: 1\n---\nb: 2\n", "# file\n---\nb: 2\n"},
		{"a: 1\r\n---\r\nb: 2\r\n", "---\r\nb: 2\r\n"},
		{"\ufeffa: 1\n---\nb: 2", "\ufeff---\nb: 2"},
		{"{\"a\": 1}\n{\"b\": 2}\n", "{\"b\": 2}\n"},
		{"{\"b\": 2}\n", ""},
	} {
		out, err := Remove([]byte(c.src), 0)
		if err != nil || string(out) != c.out {
			t.Errorf("%q: %v, %q, want %q", c.src, err, out, c.out)
		}
	}
	for i, out := range []string{
		"\ufeff# file\n---\n# nothing\n---\n{\"kind\": \"B\", \"metadata\": {\"name\": \"b\"}}\n...\n%YAML 1.1\n---\nkind: !!str C\nmetadata: &m\n  name: c\n--- \n{{ template }}: {{ x }}\n---\nitems: *none\n",
		"\ufeff# file\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\n# nothing\n...\n%YAML 1.1\n---\nkind: !!str C\nmetadata: &m\n  name: c\n--- \n{{ template }}: {{ x }}\n---\nitems: *none\n",
		"\ufeff# file\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\n# nothing\n---\n{\"kind\": \"B\", \"metadata\": {\"name\": \"b\"}}\n...\n%YAML 1.1\n--- \n{{ template }}: {{ x }}\n---\nitems: *none\n",
		"\ufeff# file\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\n# nothing\n---\n{\"kind\": \"B\", \"metadata\": {\"name\": \"b\"}}\n...\n%YAML 1.1\n---\nkind: !!str C\nmetadata: &m\n  name: c\n---\nitems: *none\n",
	} {
		got, err := Remove([]byte(several), i)
		if err != nil || string(got) != out {
			t.Errorf("document %d: %v\n%s", i, err, cmp.Diff(out, string(got)))
		}
	}
	if _, err := Remove([]byte("a: 1\n"), 1); err == nil {
		t.Error("a document that is not there is removed")
	}
}

func TestAppend(t *testing.T) {
	for _, c := range []struct{ src, text, out string }{
		{"", "a: 1\n", "a: 1\n"},
		{"a: 1\n", "b: 2", "a: 1\n---\nb: 2\n"},
		{"a: 1", "b: 2\n", "a: 1\n---\nb: 2\n"},
		{"a: 1\n---\n", "b: 2\n", "a: 1\n---\nb: 2\n"},
		{"a: 1\n...\n", "b: 2\n", "a: 1\n...\n---\nb: 2\n"},
		{"a: 1\r\nc: |\r\n  x\r\n", "# b\nb: |\n  x\n---\nd: 1\n", "a: 1\r\nc: |\r\n  x\r\n---\r\n# b\r\nb: |\r\n  x\r\n---\r\nd: 1\r\n"},
		{"a: 1\n# end\n", "---\nb: 2\n", "a: 1\n# end\n---\nb: 2\n"},
		{"\ufeff# only a comment\n", "\ufeffb: 2\n", "\ufeff# only a comment\nb: 2\n"},
		{"{\"a\": 1}", "{\"b\": 2}", "{\"a\": 1}\n{\"b\": 2}\n"},
	} {
		out, err := Append([]byte(c.src), []byte(c.text))
		if err != nil || string(out) != c.out {
			t.Errorf("%q and %q: %v, %q, want %q", c.src, c.text, err, out, c.out)
		}
	}
	for _, c := range [][2]string{{"a: 1\n", ""}, {"a: 1\n", "b: [\n"}, {"{\"a\": 1}\n", "b: 2\n"}, {"a: |\n  x", "b: 2\n"}, {"a: \xff\n", "b: 2\n"}} {
		if out, err := Append([]byte(c[0]), []byte(c[1])); err == nil {
			t.Errorf("%q and %q become %q", c[0], c[1], out)
		}
	}
}

func TestRewriteSeveral(t *testing.T) {
	f, err := Open([]byte("a: 1 # a\n---\nb: 2 # b\n---\nc: 3 # c\n"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Rewrite(map[int]any{2: map[string]any{"c": 4}, 0: map[string]any{"a": 2, "x": nil}})
	if err != nil || string(out) != "a: 2 # a\nx: null\n---\nb: 2 # b\n---\nc: 4 # c\n" {
		t.Errorf("%v, %q", err, out)
	}
	for _, i := range []int{-1, 3} {
		if _, err := f.Rewrite(map[int]any{i: 1}); err == nil {
			t.Errorf("document %d is there", i)
		}
	}
	if _, err := f.Rewrite(map[int]any{0: func() {}}); err == nil {
		t.Error("a function can be written")
	}
	if _, err := f.Rewrite(map[int]any{0: "text"}); err == nil {
		t.Error("a map becomes a text")
	}
}

// TestLargeIntegers holds that an integer which int64 does not hold stays as it is spelt when something else changes.
func TestLargeIntegers(t *testing.T) {
	src := []byte("a: 18446744073709551615\nb: 1\n")
	v, err := Decode(src, 0)
	if err != nil {
		t.Fatal(err)
	}
	v.(map[string]any)["b"] = int64(2)
	out, err := Rewrite(src, 0, v)
	if err != nil || string(out) != "a: 18446744073709551615\nb: 2\n" {
		t.Errorf("%s, %v", out, err)
	}
}
