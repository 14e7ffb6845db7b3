package splice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// author writes random trees as awkwardly as YAML allows.
type author struct {
	*rand.Rand
	b   strings.Builder
	n   int
	eol string
	// anchors are names with what they stand for, marks the lines of leaves by path.
	anchors []anchored
	marks   map[string]string
	list    int
	// frozen forbids new anchors: their line would be lost with an alias that is written out.
	path []string
}

type anchored struct {
	name  string
	value any
}

var words = []string{"web", "a b", "n", "on", "1e3", "0x1F", "012", "12:30:00", "1_000", "", "a: b", "a #b", " x", "x ", "8080", "null", "~", "it's", `"q"`, "é日", "-", "- x", "?", "{x", "[y", "a,b", "*a", "&b", "!c", "|", ">", "%d", "@e", "`f",
	"two\nlines", "two\nlines\n", "three\n\nlines\n\n", "  lead\nx", "\n", "tab\tin", "\ttab", "trail \nx", "nl\r\nx", "\x1b[31m", "#", "# c", "key:", "2026-11-23", "---", "...", "a\n---\nb", "<<", "=", "\u2028", "\ufeff", "true", "yes", "0", "-1", ".5", "x: y\n# no\n"}

func (a *author) tree(depth int) any {
	switch k := a.IntN(10); {
	case depth > 0 && k < 4:
		m := map[string]any{}
		for range a.IntN(5) {
			m[a.key()] = a.tree(depth - 1)
		}
		return m
	case depth > 0 && k < 6:
		l := []any{}
		named := a.IntN(2) == 0
		for i := range a.IntN(4) {
			v := a.tree(depth - 1)
			if m, ok := v.(map[string]any); ok && named {
				m["name"] = fmt.Sprintf("n%d", i)
			}
			l = append(l, v)
		}
		return l
	case k == 6:
		return int64(a.IntN(3000) - 1000)
	case k == 7:
		return []any{true, false, nil, 1.5, 1e21, int64(1) << 60}[a.IntN(6)]
	}
	return words[a.IntN(len(words))]
}

func (a *author) key() string {
	if a.IntN(4) == 0 {
		return words[a.IntN(len(words))]
	}
	return []string{"alpha", "beta", "gamma", "delta", "spec", "name", "image", "example.com/x"}[a.IntN(8)]
}

func (a *author) line(s string) { a.b.WriteString(s + a.eol) }

func (a *author) noise(column int) {
	for a.IntN(5) == 0 {
		switch a.IntN(4) {
		case 0:
			a.line("")
		case 1:
			a.line(strings.Repeat(" ", a.IntN(column+3)))
		case 2:
			a.line(strings.Repeat(" ", column) + "# noise: [ \"")
		default:
			a.line(strings.Repeat(" ", column+a.IntN(4)) + "#- noise")
		}
	}
}

// scalar writes a scalar on one line.
func (a *author) scalar(v any, flow bool) string {
	s, ok := v.(string)
	if !ok {
		data, _ := json.Marshal(v)
		if v == nil && a.IntN(3) == 0 {
			return "~"
		}
		return string(data)
	}
	switch a.IntN(4) {
	case 0:
		return double(s, false)
	case 1:
		if readable(s) && !strings.ContainsAny(s, "\n\t") {
			return "'" + strings.ReplaceAll(s, "'", "''") + "'"
		}
	case 2:
		if !plain(s, flow) && !strings.ContainsAny(s, "\n") {
			return "!!str " + double(s, false)
		}
	}
	if plain(s, flow) {
		return s
	}
	return double(s, false)
}

func (a *author) flow(v any) string {
	pad := []string{"", " ", "\t"}[a.IntN(3)]
	comma := []string{",", ", ", " , "}[a.IntN(3)]
	var parts []string
	switch t := v.(type) {
	case map[string]any:
		for _, k := range shuffled(a.Rand, t) {
			parts = append(parts, a.scalar(k, true)+": "+a.flow(t[k]))
		}
		return "{" + pad + strings.Join(parts, comma) + pad + "}"
	case []any:
		for _, item := range t {
			parts = append(parts, a.flow(item))
		}
		return "[" + pad + strings.Join(parts, comma) + pad + "]"
	}
	return a.scalar(v, true)
}

// flowLines writes something in flow style over several lines.
func (a *author) flowLines(v any, column int) string {
	in := a.eol + strings.Repeat(" ", column+1+a.IntN(3))
	note := func() string {
		return []string{"", " # [note", in + "# above" + in}[a.IntN(3)]
	}
	var parts []string
	open, closing := "{", "}"
	switch t := v.(type) {
	case map[string]any:
		for _, k := range shuffled(a.Rand, t) {
			parts = append(parts, a.scalar(k, true)+": "+a.flow(t[k]))
		}
	case []any:
		open, closing = "[", "]"
		for _, item := range t {
			parts = append(parts, a.flow(item))
		}
	default:
		return a.scalar(v, true)
	}
	s := open
	for i, p := range parts {
		s += in + p
		if i+1 < len(parts) || a.IntN(3) == 0 {
			s += "," + note()
		}
	}
	return s + in + closing
}

func shuffled(r *rand.Rand, m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if r.IntN(3) > 0 {
		r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	}
	return keys
}

// value writes what stands behind a key or a dash, and ends the line.
func (a *author) value(v any, column int, item bool) {
	gap := []string{" ", "  ", " \t"}[a.IntN(3)]
	if item {
		gap = " "
	}
	note := ""
	if a.IntN(2) == 0 {
		a.n++
		note = fmt.Sprintf(" # c%d", a.n)
	}
	for _, x := range a.anchors {
		if a.IntN(3) == 0 && reflect.DeepEqual(x.value, v) {
			a.line(gap + "*" + x.name + note)
			return
		}
	}
	anchor := ""
	if a.IntN(8) == 0 {
		a.n++
		anchor = fmt.Sprintf("a%d", a.n)
		gap += "&" + anchor + " "
	}
	a.behind(v, column, item, gap, note)
	if anchor != "" {
		a.anchors = append(a.anchors, anchored{anchor, v})
	}
}

func (a *author) behind(v any, column int, item bool, gap, note string) {
	s, text := v.(string)
	l := literal{column: column + 1 + a.IntN(4), parent: column, keep: true, fold: a.IntN(3) == 0}
	size := 0
	switch t := v.(type) {
	case map[string]any:
		size = len(t)
	case []any:
		size = len(t)
	}
	switch k := a.IntN(6); {
	case text && k < 4 && strings.Contains(s, "\n"):
		w, ok := l.write(s)
		if !ok || strings.HasPrefix(w.head, ">+") || strings.HasPrefix(w.head, "|+") && a.IntN(2) == 0 {
			a.line(gap + double(s, false) + note)
			return
		}
		a.line(gap + w.head + note)
		for _, row := range w.rest {
			a.line(row)
		}
	case size == 0 && v == nil && k == 0:
		a.line(strings.TrimRight(gap, " \t") + note)
	case size == 0 || k == 5:
		a.line(gap + a.flow(v) + note)
	case k == 4:
		a.line(gap + a.flowLines(v, max(column, 0)) + note)
	case item && !strings.Contains(gap, "&") && k < 3:
		a.block(v, column+2, true)
	default:
		a.line(strings.TrimRight(gap, " \t") + note)
		step := 1 + a.IntN(4)
		if _, ok := v.([]any); ok && !item && a.IntN(2) == 0 {
			step = 0
		}
		a.noise(column + step)
		a.block(v, column+step, false)
	}
}

// block writes the entries of something in block style; the first without indentation where it stands behind a dash.
func (a *author) block(v any, column int, behind bool) {
	lead := func(i int) string {
		if i == 0 && behind {
			return " "
		}
		return strings.Repeat(" ", column)
	}
	switch t := v.(type) {
	case map[string]any:
		for i, k := range shuffled(a.Rand, t) {
			if i > 0 || !behind {
				a.noise(column)
			}
			a.path = append(a.path, k)
			a.leaf(lead(i)+a.scalar(k, false)+":", t[k], column, false)
			a.path = a.path[:len(a.path)-1]
		}
	case []any:
		for i, item := range t {
			if i > 0 || !behind {
				a.noise(column)
			}
			name := fmt.Sprintf("[%d]", i)
			if m, ok := item.(map[string]any); ok {
				if s, ok := m["name"].(string); ok {
					name = "[" + s + "]"
				}
			}
			a.path = append(a.path, name)
			a.list++
			a.leaf(lead(i)+"-", item, column, true)
			a.list--
			a.path = a.path[:len(a.path)-1]
		}
	}
}

// leaf notes the line of a scalar, by which it is known whether it stays.
func (a *author) leaf(lead string, v any, column int, item bool) {
	from := a.b.Len()
	a.b.WriteString(lead)
	a.value(v, column, item)
	switch v.(type) {
	case map[string]any, []any:
		return
	}
	if text := a.b.String()[from:]; !item && strings.Count(text, "\n") == 1 && strings.Contains(text, " # c") && !strings.Contains(text, "*") {
		a.marks[strings.Join(a.path, "\x00")] = text
	}
}

// edit changes a tree here and there.
func (a *author) edit(v any) any {
	if a.IntN(12) == 0 {
		return a.tree(2)
	}
	switch t := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for _, k := range shuffled(a.Rand, t) {
			switch a.IntN(12) {
			case 0:
			case 1, 2:
				m[k] = a.edit(t[k])
			default:
				m[k] = t[k]
				if a.IntN(2) == 0 {
					m[k] = a.inner(t[k])
				}
			}
		}
		if a.IntN(5) == 0 {
			m[a.key()] = a.tree(2)
		}
		return m
	case []any:
		l := []any{}
		for _, item := range t {
			switch a.IntN(8) {
			case 0:
			case 1:
				l = append(l, a.edit(item))
			case 2:
				l = append(l, item, a.tree(1))
			default:
				l = append(l, a.inner(item))
			}
		}
		if len(l) > 1 && a.IntN(5) == 0 {
			a.Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
		}
		return l
	}
	if a.IntN(3) == 0 {
		return a.tree(1)
	}
	return v
}

func (a *author) inner(v any) any {
	switch v.(type) {
	case map[string]any, []any:
		return a.edit(v)
	}
	return v
}

// leaves lists the scalars of a tree that stand in maps, where all lists on the way there have names.
func leaves(v any, path []string, all map[string]any) {
	switch t := v.(type) {
	case map[string]any:
		for k, c := range t {
			leaves(c, append(path[:len(path):len(path)], k), all)
		}
	case []any:
		seen := map[string]bool{}
		for _, item := range t {
			m, _ := item.(map[string]any)
			s, _ := m["name"].(string)
			if s == "" || seen[s] {
				return
			}
			seen[s] = true
		}
		for _, item := range t {
			leaves(item, append(path[:len(path):len(path)], "["+item.(map[string]any)["name"].(string)+"]"), all)
		}
	default:
		all[strings.Join(path, "\x00")] = v
	}
}

func TestRandom(t *testing.T) {
	rounds := 6000
	if testing.Short() {
		rounds = 2000
	}
	refused := 0
	for seed := range uint64(rounds) {
		if randomRound(t, seed) {
			refused++
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if refused > rounds/200 {
		t.Errorf("%d of %d edits were refused", refused, rounds)
	}
}

// randomRound tells that an edit was refused.
func randomRound(t *testing.T, seed uint64) bool {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 7)), eol: "\n", marks: map[string]string{}}
	if a.IntN(3) == 0 {
		a.eol = "\r\n"
	}
	root := map[string]any{"apiVersion": "v1", "kind": "X"}
	for range 1 + a.IntN(5) {
		root[a.key()] = a.tree(4)
	}
	front, back := "", ""
	doc := 0
	if a.IntN(3) == 0 {
		front, doc = strings.ReplaceAll("# file\n---\nx: 1\n# foot\n", "\n", a.eol), 1
		a.line("---")
	}
	a.block(root, 0, false)
	if a.IntN(3) == 0 {
		back = strings.ReplaceAll("---\n# last\ny: {z: 1}", "\n", a.eol)
	}
	body := a.b.String()
	if back == "" && a.IntN(4) == 0 {
		body = strings.TrimSuffix(body, a.eol)
	}
	src := []byte(front + body + back)
	was, err := Decode(src, doc)
	if err != nil {
		t.Fatalf("%v\n%s%q", err, src, src)
	}
	check(t, src, doc, was)
	same, err := Rewrite(src, doc, was)
	if err != nil || !bytes.Equal(same, src) {
		t.Fatalf("nothing to change, but %v\n%s\n%s", err, src, same)
	}
	want := a.edit(was)
	if _, ok := want.(map[string]any); !ok {
		return false
	}
	out, err := Rewrite(src, doc, want)
	if err != nil {
		data, _ := yaml.Marshal(want)
		t.Logf("seed %d: %v\n%s\n----\n%s", seed, err, src, data)
		return true
	}
	if t.Failed() {
		return false
	}
	if !bytes.HasPrefix(out, []byte(front)) || !bytes.HasSuffix(out, []byte(back)) {
		t.Errorf("another document changed\n%s\n%s", src, out)
	}
	check(t, out, doc, want)
	before, after := map[string]any{}, map[string]any{}
	leaves(was, nil, before)
	leaves(want, nil, after)
	for path, line := range a.marks {
		v, had := before[path]
		w, has := after[path]
		body, _, _ := strings.Cut(line, a.eol)
		body = strings.TrimSpace(strings.TrimPrefix(strings.TrimLeft(body, " "), "- "))
		if had && has && reflect.DeepEqual(v, w) && !strings.Contains(string(out), body) {
			t.Errorf("%q lost its line %q", path, line)
		}
	}
	if t.Failed() {
		data, _ := yaml.Marshal(want)
		t.Logf("%s\n----\n%s\n----\n%s", src, data, out)
	}
	return false
}

// FuzzRewrite reads whatever comes. What can be read means to kubectl's library what it means here, and every edit that is not
// refused is exact.
func FuzzRewrite(f *testing.F) {
	for _, s := range []string{"a: 1\n", "a: [b, {c: d}] # x\n", "- a\n-  b: |\n    x\n", "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n", "{\"a\": [1, \"\\ud83d\\ude00\"]}", "? a\n: b\n", "a: 'x\n  y'\nb: \"\\\n  z\"\n", "--- !!map\na: !!str 1\n...\n", "a: >-\n x\n\n  y\nb: |2+\n    z\n\n", "a:\r\n- b\r\n- c: ~\r\n",
		"!", "a:\rc: ~ ", "08000000: 00", "-.00:", "[?66E66]"} {
		f.Add([]byte(s), uint64(1))
	}
	f.Fuzz(func(t *testing.T, src []byte, seed uint64) {
		if len(src) > 4096 {
			return
		}
		file, err := Open(src)
		if err != nil {
			return
		}
		file.Documents()
		for i := range file.Len() {
			was, err := file.Decode(i)
			if err != nil {
				continue
			}
			switch was.(type) {
			case map[string]any, []any:
			default:
				// A document that is one scalar is no manifest.
				continue
			}
			var other any
			if part, err := file.Text(i); err != nil {
				t.Fatal(err)
			} else if yaml.Unmarshal(part, &other) == nil && !reflect.DeepEqual(plainJSON(was), plainJSON(other)) {
				t.Fatalf("%q reads as %v, kubectl reads %v", part, was, other)
			}
			same, err := file.Rewrite(map[int]any{i: was})
			if err != nil || !bytes.Equal(same, src) {
				t.Fatalf("nothing to change, but %v", err)
			}
			a := &author{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
			want := a.edit(was)
			out, err := file.Rewrite(map[int]any{i: want})
			if err != nil {
				continue
			}
			got, err := Decode(out, i)
			if err != nil || !reflect.DeepEqual(plainJSON(got), plainJSON(want)) {
				t.Fatalf("%v: %q became %q for %v", err, src, out, want)
			}
		}
	})
}

func plainJSON(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var out any
	_ = json.Unmarshal(data, &out)
	return out
}
