package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// said writes rows so that a test can be read: what is changed stands in brackets.
func said(rows []row) []string {
	text := func(line []piece) string {
		var b strings.Builder
		for _, p := range line {
			if p.changed {
				b.WriteString("[" + p.text + "]")
			} else {
				b.WriteString(p.text)
			}
		}
		return b.String()
	}
	var out []string
	for _, r := range rows {
		switch r.kind {
		case same:
			out = append(out, "  "+text(r.now))
		case removed:
			out = append(out, "- "+text(r.old))
		case added:
			out = append(out, "+ "+text(r.now))
		case changed:
			out = append(out, "~ "+text(r.old)+" > "+text(r.now))
		case gap:
			out = append(out, "...")
		}
	}
	return out
}

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"nothing":                 {"a: 1\n", "a: 1\n", nil},
		"a value":                 {"a: 1\nimage: shop/web:1.4\n", "a: 1\nimage: shop/web:1.5\n", []string{"  a: 1", "~ image: shop/web:1.[4] > image: shop/web:1.[5]"}},
		"whole words":             {"name: backup\n", "name: backlog\n", []string{"~ name: [backup] > name: [backlog]"}},
		"what comes":              {"", "a: 1\nb: 2\n", []string{"+ a: 1", "+ b: 2"}},
		"what goes":               {"a: 1\n", "", []string{"- a: 1"}},
		"a key stands for itself": {"x: 1\nprivileged: true\n", "x: 1\nallow: false\nprivileged: false\n", []string{"  x: 1", "+ allow: false", "~ privileged: [true] > privileged: [false]"}},
		"not at another place":    {"  a: 1\n", "a: 1\n", []string{"-   a: 1", "+ a: 1"}},
		"far apart": {"a: 1\n" + strings.Repeat("x\n", 20) + "b: 1\n", "a: 2\n" + strings.Repeat("x\n", 20) + "b: 2\n",
			[]string{"~ a: [1] > a: [2]", "  x", "  x", "  x", "...", "  x", "  x", "  x", "~ b: [1] > b: [2]"}},
		"no half characters":      {"a: é\n", "a: è\n", []string{"~ a: [é] > a: [è]"}},
		"what is added to a line": {"args: run\n", "args: run --now\n", []string{"~ args: run > args: run[ --now]"}},
	} {
		rows, err := compare(c.before, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := said(rows); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCompareIsWhole holds that both sides can be read off a difference: without gaps, the old lines are the text before and the new
// ones the text after, whatever was paired.
func TestCompareIsWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	line := func() string {
		return strings.Repeat("  ", r.IntN(2)) + []string{"a", "b", "image", "- name"}[r.IntN(4)] + ": " + []string{"1", "two words", "é", "x/y:z", ""}[r.IntN(5)]
	}
	for range 2000 {
		var before, after []string
		for range r.IntN(8) {
			l := line()
			switch r.IntN(4) {
			case 0:
				before = append(before, l)
			case 1:
				after = append(after, l)
			case 2:
				before, after = append(before, l), append(after, line())
			default:
				before, after = append(before, l), append(after, l)
			}
		}
		text := func(lines []string) string {
			if len(lines) == 0 {
				return ""
			}
			return strings.Join(lines, "\n") + "\n"
		}
		rows, err := compare(text(before), text(after))
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(before, after) {
			if len(rows) != 0 {
				t.Fatalf("%q: %q", before, said(rows))
			}
			continue
		}
		if len(rows) == 0 || slices.ContainsFunc(rows, func(r row) bool { return r.kind == gap }) {
			continue
		}
		var old, now []string
		join := func(line []piece) string {
			s := ""
			for _, p := range line {
				if !utf8.ValidString(p.text) {
					t.Fatalf("half a character: %q", p.text)
				}
				s += p.text
			}
			return s
		}
		for _, r := range rows {
			if r.old != nil {
				old = append(old, join(r.old))
			}
			if r.now != nil {
				now = append(now, join(r.now))
			}
		}
		// Context that is further away is left out.
		if !contains(before, old) || !contains(after, now) {
			t.Fatalf("%q > %q: %q", before, after, said(rows))
		}
		if back := turned(turned(rows)); fmt.Sprint(said(back)) != fmt.Sprint(said(rows)) {
			t.Fatalf("turned twice: %q", said(back))
		}
	}
}

// contains tells that a list holds another in one piece.
func contains(all, part []string) bool {
	for i := 0; i+len(part) <= len(all); i++ {
		if slices.Equal(all[i:i+len(part)], part) {
			return true
		}
	}
	return len(part) == 0
}

// TestCompareIsBounded holds that a difference of large texts takes no time, and that a line without end is cut.
func TestCompareIsBounded(t *testing.T) {
	var before, after strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&before, "a%d: x\n", i)
		fmt.Fprintf(&after, "b%d: y\n", i)
	}
	rows, err := compare(before.String(), after.String())
	if err != nil || len(rows) != 40_000 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	rows, err = compare("", strings.Repeat("x", 1<<20)+"\n")
	if err != nil || len(rows) != 1 || len(rows[0].now[0].text) > longest+100 || !strings.HasSuffix(rows[0].now[0].text, "(1048576 bytes, not all shown)") {
		t.Errorf("a line without end: %d %v", len(rows[0].now[0].text), err)
	}
}
