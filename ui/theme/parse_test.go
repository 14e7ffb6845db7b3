package theme

import (
	"fmt"
	"image/color"
	"reflect"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestParse(t *testing.T) {
	p, problems := Parse("mine", []byte(`
base: canopy
dark:
  title: brightgreen
  text: ""
  selected: {fg: "#000", bg: 114, bold: true, italic: true, faint: true}
  resting: {reverse: true, underline: true}
  critical: "#A0b1C2"
light:
  low: 7
`))
	if len(problems) > 0 || p.Name != "mine" {
		t.Fatalf("%s: %v", p.Name, problems)
	}
	want := map[string]tone{
		"title":    {fg: lipgloss.BrightGreen},
		"text":     {},
		"selected": {fg: color.RGBA{0, 0, 0, 255}, bg: ansi.IndexedColor(114), bold: true, italic: true, faint: true},
		"resting":  {reverse: true, underline: true},
		"critical": {fg: color.RGBA{0xa0, 0xb1, 0xc2, 255}},
		"good":     builtin("canopy").dark["good"],
	}
	for role, tone := range want {
		if !reflect.DeepEqual(p.dark[role], tone) {
			t.Errorf("%s: %+v, not %+v", role, p.dark[role], tone)
		}
	}
	if p.light["low"].fg != color.Color(lipgloss.White) || !reflect.DeepEqual(p.light["good"], builtin("canopy").light["good"]) {
		t.Errorf("light: %+v", p.light["low"])
	}
	look := New(Options{Palette: p, Dark: true})
	if got := look.Title.Render("x"); got != "\x1b[92mx\x1b[m" {
		t.Errorf("title %q", got)
	}
}

// TestProblems holds that what is wrong is named with its line and left out, and that the rest holds.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"empty", "", []string{"nothing in it"}},
		{"comment", "# nothing\n", []string{"nothing in it"}},
		{"no mapping", "- a\n", []string{"line 1: the file must be a mapping"}},
		{"no YAML", "dark: {good: red\n", []string{"line 1: no YAML: did not find"}},
		{"keys", "drak: {}\nbase: moss\n", []string{
			`line 1: "drak" is none of base, dark and light`,
			`line 2: there is no palette "moss" to build on, only terminal, canopy, contrast`,
		}},
		{"roles", "dark:\n  goood: red\n  [a]: red\n  good: blue\n", []string{
			`line 2: there is no role "goood"`, "line 3: a key of dark must be a word",
		}},
		{"colours", "dark:\n  text: rde\n  title: '#12345'\n  key: 256\n  link: -1\n  off: [red]\n  tab: '#gggggg'\n  low: 0x10\n  good: blue\n",
			[]string{
				`line 2: "rde" is no colour: #rgb, #rrggbb, 0 to 255, or a name`, `line 3: "#12345" is no colour`,
				`line 4: "256" is no colour`, `line 5: "-1" is no colour`, `line 6: "" is no colour`,
				`line 7: "#gggggg" is no colour`, `line 8: "0x10" is no colour`,
			}},
		{"comment for a colour", "dark:\n  text: #fff\n  good: blue\n", []string{"line 2: no colour: write"}},
		{"a part", "dark:\n  text: {fg: red, bg: nope}\n  title: {fg: red, blink: true}\n  key: {bold: 1}\n  good: blue\n", []string{
			`line 2: "nope" is no colour`, `line 3: "blink" is none of`, `line 4: "1" is neither true nor false`,
		}},
		{"twice", "dark:\n  good: blue\n  good: red\ndark:\n  good: red\n", []string{
			`line 3: "good" stands twice`, `line 4: "dark" stands twice`,
		}},
		{"aliases", "dark:\n  text: &a red\n  title: *a\n  key: {fg: *a}\n  <<: {tab: red}\n  good: blue\n", []string{
			"line 2: aliases and anchors", "line 3: aliases and anchors", "line 4: aliases and anchors", `line 5: there is no role "<<"`,
		}},
		{"two documents", "dark:\n  good: blue\n---\nlight: {}\n", []string{"line 3: a second document"}},
		{"escapes", "dark:\n  \"\\e[31mx\": red\n  good: blue\n", []string{`line 2: there is no role "?x"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, problems := Parse("mine", []byte(c.in))
			for i, problem := range problems {
				if i >= len(c.want) || !strings.HasPrefix(problem.String(), c.want[i]) {
					t.Errorf("problem %q", problem)
				}
			}
			if len(problems) < len(c.want) {
				t.Errorf("only %d of %d problems", len(problems), len(c.want))
			}
			want := builtin(terminal)
			if strings.Contains(c.in, "good: blue") {
				want.dark["good"] = tone{fg: lipgloss.Blue}
			}
			if !reflect.DeepEqual(p.dark, want.dark) || !reflect.DeepEqual(p.light, want.light) {
				t.Errorf("what is right does not hold: %v", p.dark)
			}
		})
	}
}

func TestParseIsBounded(t *testing.T) {
	fill := strings.Repeat(" ", MaxPalette-len("dark: {good: red}"))
	if _, problems := Parse("", []byte("dark: {good: red}"+fill)); len(problems) > 0 {
		t.Errorf("the largest file: %v", problems)
	}
	p, problems := Parse("", []byte("dark: {good: red}"+fill+" "))
	if fmt.Sprint(problems) != "[more than 64 KiB]" || !reflect.DeepEqual(p.dark, builtin(terminal).dark) {
		t.Errorf("a larger one: %v", problems)
	}
	for _, nest := range []string{"[", "{a: ", "- ", "? "} {
		Parse("", []byte(strings.Repeat(nest, MaxPalette/len(nest))))
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range append(paletteNames(), plain) {
		data, err := palettes.ReadFile("palettes/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("base: canopy\ndark: &a {text: *a, title: {fg: 1, bold: yes}}\n---\n? [x]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := Parse("x", data)
		for _, role := range Roles() {
			if _, ok := p.dark[role.Name]; !ok {
				t.Fatalf("no %s", role.Name)
			}
		}
		if len(p.dark) != len(Roles()) || len(p.light) != len(Roles()) {
			t.Fatalf("%d and %d roles", len(p.dark), len(p.light))
		}
		for _, problem := range problems {
			if s := problem.String(); ansi.Strip(s) != s || strings.ContainsAny(s, "\n\x1b") {
				t.Fatalf("a problem of more than text: %q", s)
			}
		}
		look := New(Options{Palette: p, Dark: true})
		if got := ansi.Strip(look.Title.Render("x")); got != "x" {
			t.Fatalf("%q", got)
		}
	})
}
