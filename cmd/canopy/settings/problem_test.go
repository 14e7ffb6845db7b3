package settings_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"canopy/cmd/canopy/settings"
)

// wrong lists files with exactly what is said about them, in order. Names that begin with + are right to the schema, which
// cannot say what is wrong with them.
func wrong() map[string][2]string {
	return map[string][2]string{
		"unknown":          {"color: red\n", `c.yaml:1: color: no such setting; want theme, background, keys, columns, start, namespaces, refresh, mouse, ascii, glow, readOnly, metrics, jewels, judge, log or contexts`},
		"mistyped":         {"\nbackgroumd: dark\n", `c.yaml:2: backgroumd: no such setting; want theme, background, keys, columns, start, namespaces, refresh, mouse, ascii, glow, readOnly, metrics, jewels, judge, log or contexts; did you mean background?`},
		"unknown in group": {"log:\n  fiel: /x\n", `c.yaml:2: log.fiel: no such setting; want file or level; did you mean file?`},
		"setting in group": {"log: {theme: canopy}\n", `c.yaml:1: log.theme: no such setting; want file or level`},
		"+theme":           {"theme: contrats\n", `c.yaml:1: theme: "contrats": no such theme, nor a .yaml of that name in the folder themes; want terminal, canopy, contrast or mine; did you mean contrast?`},
		"theme elsewhere":  {"theme: ../../etc/passwd\n", `c.yaml:1: theme: "../../etc/passwd": no such theme, nor a .yaml of that name in the folder themes; want terminal, canopy, contrast or mine`},
		"background":       {"background: drak\n", `c.yaml:1: background: "drak"; want auto, dark or light; did you mean dark?`},
		"start":            {"start: finding\n", `c.yaml:1: start: "finding"; want overview, findings or resources; did you mean findings?`},
		"start, empty":     {"start:\n", `c.yaml:1: start: nothing: want overview, findings or resources`},
		"start, a list":    {"start: [findings]\n", `c.yaml:1: start: a list: want overview, findings or resources`},
		"start, a number":  {"start: 2\n", `c.yaml:1: start: "2": want overview, findings or resources`},
		"mouse":            {"mouse: yes\n", `c.yaml:1: mouse: "yes": want true or false`},
		"mouse, a word":    {`mouse: "true"`, `c.yaml:1: mouse: "true": want true or false`},
		"refresh, number":  {"refresh: 100\n", `c.yaml:1: refresh: "100": want a duration from 50ms to 1m, such as 100ms`},
		"refresh, no unit": {"refresh: \"100\"\n", `c.yaml:1: refresh: "100": want a duration from 50ms to 1m, such as 100ms`},
		"refresh, sign":    {"refresh: -1s\n", `c.yaml:1: refresh: "-1s": want a duration from 50ms to 1m, such as 100ms`},
		"+refresh, short":  {"refresh: 49ms\n", `c.yaml:1: refresh: "49ms": want a duration from 50ms to 1m, such as 100ms`},
		"+refresh, long":   {"refresh: 61s\n", `c.yaml:1: refresh: "61s": want a duration from 50ms to 1m, such as 100ms`},
		"+refresh, huge":   {"refresh: 99999999999999999999m\n", `c.yaml:1: refresh: "99999999999999999999m": want a duration from 50ms to 1m, such as 100ms`},
		"namespaces":       {"namespaces: shop\n", `c.yaml:1: namespaces: "shop": want a list of names of namespaces`},
		"namespace": {"namespaces: [shop, Shop, 1,\n a b]\n", `c.yaml:1: namespaces: "Shop": no name of a namespace; want small letters, digits and -, 63 at most
c.yaml:1: namespaces: "1": want names of namespaces; what is no word to YAML stands in quotes
c.yaml:2: namespaces: "a b": no name of a namespace; want small letters, digits and -, 63 at most`},
		"namespace, twice": {"namespaces: [a, a]\n", `c.yaml:1: namespaces: "a" stands there twice`},
		"jewels":           {"jewels: Node/n1\n", `c.yaml:1: jewels: "Node/n1": want a list of objects`},
		"+jewel":           {"jewels: [shop/Secret/db, db, Secret/db,\n a/Node/n1, shop/Role/x, Widget/x, shop//x, user:ann,\n secrets, node/n1, Node/n1, nodes/n1, 1]\n", jewelProblems},
		"columns":          {"columns: [severity]\n", `c.yaml:1: columns: a list: want NAME: VALUE lines`},
		"screen":           {"columns: {findngs: [severity]}\n", `c.yaml:1: columns.findngs: no screen with columns; want findings or resources; did you mean findings?`},
		"column":           {"columns:\n  findings:\n  - severity\n  - objcet\n", `c.yaml:4: columns.findings: "objcet": no such column; want severity, object or finding; did you mean object?`},
		"column, a map":    {"columns: {findings: [{severity: 1}]}\n", `c.yaml:1: columns.findings: a map: want columns; what is no word to YAML stands in quotes`},
		"log level":        {"log: {level: loud}\n", `c.yaml:1: log.level: "loud"; want debug, info, warn or error`},
		"log level, case":  {"log: {level: INFO}\n", `c.yaml:1: log.level: "INFO"; want debug, info, warn or error; did you mean info?`},
		"log file":         {"log: {file: canopy.log}\n", `c.yaml:1: log.file: "canopy.log": want a path that begins with / or ~/`},
		"+log file, odd":   {"log: {file: \"/x\\ny\"}\n", `c.yaml:1: log.file: "/x\ny": want a path that begins with / or ~/`},
		"log, a word":      {"log: /x\n", `c.yaml:1: log: "/x": want NAME: VALUE lines`},
		"action":           {"keys:\n  fliter: x\n", `c.yaml:2: keys.fliter: no such action; want filter, sort, page-up, page-down, pause or quit; did you mean filter?`},
		"key, nothing":     {"keys: {filter: ~}\n", `c.yaml:1: keys.filter: nothing: want a key, such as x, ctrl+x or enter; signs such as ~ stand in quotes`},
		"key, a number":    {"keys: {filter: 10}\n", `c.yaml:1: keys.filter: "10": want a key, such as x, ctrl+x or enter; signs such as ~ stand in quotes`},
		"key, a word":      {"keys: {filter: entre}\n", `c.yaml:1: keys.filter: "entre": no key; want one character, f1 to f63, enter, tab, backspace, esc, space, up, down, left, right, home, end, pgup, pgdown, insert or delete; did you mean enter?`},
		"key, modifier":    {"keys: {filter: [x, cntrl+x]}\n", `c.yaml:1: keys.filter: "cntrl+x": no key modifier; want ctrl, alt, shift, meta, hyper or super; did you mean ctrl?`},
		"+key, shift":      {"keys: {filter: shift+a}\n", `c.yaml:1: keys.filter: "shift+a": no key that a terminal tells; want the character that it types: A, not shift+a`},
		"+key, capital":    {"keys: {filter: ctrl+A}\n", `c.yaml:1: keys.filter: "ctrl+A": no key that a terminal tells; want a small letter behind a modifier, and ctrl+shift+a for a capital`},
		"key, blank":       {"keys: {filter: \" \"}\n", `c.yaml:1: keys.filter: " ": no key; want a character that shows; the space bar is space`},
		"key, twice":       {"keys: {filter: [x, x]}\n", `c.yaml:1: keys.filter: "x" stands there twice`},
		"+key, conflict":   {"keys:\n  filter: x\n  sort: [s, x]\n", `c.yaml:3: keys.sort: "x" is the key of filter in line 2 already`},
		"context, keys":    {"contexts: {prod: {keys: {filter: x}}}\n", `c.yaml:1: contexts.prod.keys: a single context cannot have its own; want theme, background, columns, start, namespaces, refresh, mouse, ascii, glow, readOnly, metrics, jewels or judge`},
		"context, unknown": {"contexts:\n  a/b:\n    mose: true\n", `c.yaml:3: contexts."a/b".mose: no such setting; want theme, background, columns, start, namespaces, refresh, mouse, ascii, glow, readOnly, metrics, jewels or judge; did you mean mouse?`},
		"context, value":   {"contexts: {prod: {start: x}}\n", `c.yaml:1: contexts.prod.start: "x"; want overview, findings or resources`},
		"context, a word":  {"contexts: {prod: red}\n", `c.yaml:1: contexts.prod: "red": want NAME: VALUE lines`},
		"+context, empty":  {"contexts: {\"\": {mouse: true}}\n", `c.yaml:1: contexts."": an empty name`},
		"+duplicate":       {"mouse: true\nglow: true\nmouse: false\n", `c.yaml:3: mouse: stands in line 1 already, which holds`},
		"+anchor":          {"start: &a findings\nglow: true\n", `c.yaml:1: start: "&a": anchors are not read; write the value without`},
		"+alias":           {"start: &a findings\nnamespaces: [*a]\n", "c.yaml:1: start: \"&a\": anchors are not read; write the value without\nc.yaml:2: namespaces: \"*a\": aliases are not followed; write the value out"},
		"+alias of a map":  {"columns: &c {findings: [severity]}\nkeys: *c\n", "c.yaml:1: columns: \"&c\": anchors are not read; write the value without\nc.yaml:2: keys: \"*c\": aliases are not followed; write the value out"},
		"+merge":           {"log: &l {level: debug}\ncontexts:\n  prod:\n    <<: *l\n", "c.yaml:1: log: \"&l\": anchors are not read; write the value without\nc.yaml:4: contexts.prod.\"<<\": no such setting; want theme, background, columns, start, namespaces, refresh, mouse, ascii, glow, readOnly, metrics, jewels or judge"},
		"+unknown alias":   {"mouse: true\nkeys:\n  filter: *x\n", `c.yaml:3: no YAML: unknown anchor 'x' referenced; nothing in the file is read`},
		"+syntax":          {"mouse: true\nlog: {level: debug\nglow: true\n", `c.yaml:2: no YAML: did not find expected ',' or '}'; nothing in the file is read`},
		"+no key":          {"mouse: true\ncolumns: {findings: [\n  severity]}\nglow: true\n- start\nascii: true\n", `c.yaml:5: no YAML: did not find expected key; nothing in the file is read`},
		"+quote":           {"mouse: true\nstart: \"findings\nglow: true\n", `c.yaml:2: no YAML: found unexpected end of stream; nothing in the file is read`},
		"+indent":          {"log:\n  level: debug\n file: /x\n", `c.yaml:3: no YAML: did not find expected key; nothing in the file is read`},
		"+tab":             {"log:\n\tlevel: debug\n", `c.yaml:2: no YAML: found character that cannot start any token; nothing in the file is read`},
		"+control":         {"glow: true\nstart: \"\x1b\"\n", `c.yaml:2: no YAML: control characters are not allowed; nothing in the file is read`},
		"+second":          {"mouse: false\n---\nmouse: true\n", `c.yaml:2: a second document; only the first is read`},
		"+second, syntax":  {"mouse: false\n---\nmouse: [\n", `c.yaml:3: no YAML: did not find expected node content; only the document before is read`},
		"+odd names":       {"? [a]\n: b\n", `c.yaml:1: a list in place of a name`},
		"tag":              {"log: !x {level: debug}\n", `c.yaml:1: log: a map: want NAME: VALUE lines`},
		"hostile": {"\"\\e[2J\\u202e\": 1\nstart: \"\\e]52;c;x\\a\\u202e\"\n", `c.yaml:1: "\x1b[2J\u202e": no such setting; want theme, background, keys, columns, start, namespaces, refresh, mouse, ascii, glow, readOnly, metrics, jewels, judge, log or contexts
c.yaml:2: start: "\x1b]52;c;x\a\u202e"; want overview, findings or resources`},
		"long":   {"start: " + strings.Repeat("ä", 1000) + "\n", `c.yaml:1: start: "` + strings.Repeat("ä", 60) + `"...; want overview, findings or resources`},
		"no map": {"- theme\n", `c.yaml:1: a list: want NAME: VALUE lines`},
	}
}

func TestProblems(t *testing.T) {
	for name, c := range wrong() {
		_, problems := settings.Parse("c.yaml", []byte(c[0]), known())
		var told []string
		for _, p := range problems {
			told = append(told, p.String())
		}
		if diff := cmp.Diff(c[1], strings.Join(told, "\n")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestTheRestHolds holds that what is wrong leaves its default, and what is right holds, before it and after it.
func TestTheRestHolds(t *testing.T) {
	s, problems := settings.Parse("c.yaml", []byte(`
start: findings
refresh: 1h
keys:
  filter: f
  nothing: x
  sort: entre
  pause: f
columns:
  findings: [object, bogus]
  resources: [name]
contexts:
  prod:
    theme: none
    mouse: false
background: blue
glow: false
`), known())
	want := standard()
	want.Start, want.Glow, want.Mouse = "findings", false, false
	want.Keys = map[string][]string{"filter": {"f"}}
	want.Columns = map[string][]string{"resources": {"name"}}
	if diff := cmp.Diff(want, s.For("prod")); diff != "" {
		t.Error(diff)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if !slices.Equal(lines, []int{3, 6, 7, 8, 10, 14, 16}) {
		t.Errorf("lines %v", lines)
	}
}

// TestLongLists points to the schema instead of a line of fifty names.
func TestLongLists(t *testing.T) {
	k := known()
	k.Actions = nil
	for c := 'a'; c < 't'; c++ {
		k.Actions = append(k.Actions, "action-"+string(c))
	}
	_, problems := settings.Parse("c.yaml", []byte("keys:\n  xyz: x\n  acton-b: y\n"), k)
	want := []string{
		"c.yaml:2: keys.xyz: no such action; canopy info --schema lists what is allowed",
		"c.yaml:3: keys.acton-b: no such action; did you mean action-b?",
	}
	for i, p := range problems {
		if p.String() != want[i] {
			t.Error(p)
		}
	}
}

// FuzzParse holds that no file makes the parser fail, that no text of it gets out as it stands, and that whatever was
// ignored left settings that are allowed.
func FuzzParse(f *testing.F) {
	f.Add(string(settings.Defaults()))
	f.Add(uncommented(string(settings.Defaults())))
	for _, c := range wrong() {
		f.Add(c[0])
	}
	f.Fuzz(func(t *testing.T, file string) {
		k := known()
		s, problems := settings.Parse("c.yaml", []byte(file), k)
		for _, p := range problems {
			line := p.String()
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) || p.Text == "" || p.Line < 0 || p.Line > len(file)+1 {
				t.Errorf("%q", line)
			}
		}
		for _, context := range []string{"", "prod"} {
			d := s.For(context)
			if !slices.Contains(k.Themes, d.Theme) || !slices.Contains(k.Screens, d.Start) || d.Refresh < 50e6 || d.Refresh > 60e9 {
				t.Errorf("%+v", d)
			}
			for a := range d.Keys {
				if !slices.Contains(k.Actions, a) {
					t.Errorf("keys %v", d.Keys)
				}
			}
		}
		settings.Parse("c.yaml", []byte(file), settings.Known{})
	})
}

// TestWrong names a setting that turned out to be of no use by its place in the file.
func TestWrong(t *testing.T) {
	s := good(t, "theme: canopy\n\nlog:\n  level: warn\n  file: /a\n")
	if got := s.Wrong("log.file", "no such \x1bfolder").String(); got != "c.yaml:5: log.file: no such ?folder" {
		t.Errorf("%q", got)
	}
	if got := s.Wrong("refresh", "too soon").String(); got != "c.yaml: refresh: too soon" {
		t.Errorf("not in the file: %q", got)
	}
}

// want is how an object is written.
const want = "want a Secret, shop/Secret/db, a node, Node/n1, a namespace, Namespace/shop, a service account, sa:shop/web, or a workload, shop/Deployment/web"

const jewelProblems = `c.yaml:1: jewels: "db": ` + want + `
c.yaml:1: jewels: "Secret/db": in which namespace? Write NAMESPACE/Secret/db
c.yaml:2: jewels: "a/Node/n1": a Node is in no namespace: write Node/n1
c.yaml:2: jewels: "shop/Role/x": no path begins or ends at a Role; ` + want + `
c.yaml:2: jewels: "Widget/x": there is no kind "Widget"; ` + want + `
c.yaml:2: jewels: "shop//x": ` + want + `
c.yaml:2: jewels: "user:ann": ` + want + `
c.yaml:3: jewels: "secrets": ` + want + `
c.yaml:3: jewels: "Node/n1" stands there twice
c.yaml:3: jewels: "nodes/n1" stands there twice
c.yaml:3: jewels: "1": want objects; what is no word to YAML stands in quotes`
