package theme

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/model"
)

// looks are all themes that come with the program, by name.
func looks() map[string]Theme {
	out := map[string]Theme{"no colour": New(Options{Dark: true, NoColor: true})}
	for _, p := range Palettes() {
		out[p.Name+" dark"] = New(Options{Palette: p, Dark: true})
		out[p.Name+" light"] = New(Options{Palette: p})
	}
	return out
}

// drawn gives what every role makes of s.
func drawn(t *Theme, s string) map[string]string {
	out := map[string]string{}
	for _, slot := range t.slots() {
		out[slot.Name] = slot.style.Render(s)
	}
	return out
}

// TestNeighboursDiffer holds that what stands side by side and means different things looks different.
func TestNeighboursDiffer(t *testing.T) {
	always := []string{
		"text selected resting marked", "text selected resting glow", "text selected resting gone", "text match selected",
		"key label off", "tab tab-active", "crumb crumb-last", "text faint strong", "added removed hunk",
		"yaml-value offence", "yaml-value yaml-comment", "input ghost", "button button-focused", "text link",
		"good warn alarm", "critical high medium low info",
	}
	coloured := []string{"yaml-key yaml-value yaml-comment offence", "text selected resting marked glow gone", "text good warn alarm notice"}
	for name, look := range looks() {
		groups := always
		if name != "no colour" {
			groups = append(groups[:len(groups):len(groups)], coloured...)
		}
		got := drawn(&look, "x")
		for _, group := range groups {
			seen := map[string]string{}
			for _, role := range strings.Fields(group) {
				s, ok := got[role]
				if other := seen[s]; other != "" || !ok {
					t.Errorf("%s: %s looks like %q: %q", name, role, other, s)
				}
				seen[s] = role
			}
		}
	}
}

// TestStylesLeaveTextWhole uses an accent that is a rune of its own, spaces and two lines: Lip Gloss's own underline
// would take them apart.
func TestStylesLeaveTextWhole(t *testing.T) {
	const first, second = "a cafe\u0301 b", "ключ    "
	for name, look := range looks() {
		for role, got := range drawn(&look, first+"\n"+second) {
			if !strings.Contains(got, first) || !strings.Contains(got, second) || ansi.Strip(got) != first+"\n"+second {
				t.Errorf("%s: %s tears the text: %q", name, role, got)
			}
			if got := drawn(&look, "")[role]; ansi.StringWidth(got) != 0 {
				t.Errorf("%s: %s draws nothing as %q", name, role, got)
			}
		}
	}
}

func TestWithoutColourNothingIsColoured(t *testing.T) {
	for _, p := range Palettes() {
		for _, dark := range []bool{false, true} {
			look := New(Options{Palette: p, Dark: dark, NoColor: true})
			for role, got := range drawn(&look, "x") {
				for _, sgr := range strings.FieldsFunc(got, func(r rune) bool { return r < '0' || r > '9' }) {
					switch sgr {
					case "1", "2", "4", "7", "24":
					default:
						t.Errorf("%s: %q", role, got)
					}
				}
			}
		}
	}
	look := New(Options{NoColor: true})
	if got := look.Selected.Render("x"); !strings.Contains(got, "\x1b[7m") {
		t.Errorf("the selected row is not reversed: %q", got)
	}
}

// TestPalettesAreWhole holds that the files in this package have no problems, say something of every role, and paint
// no more than they may.
func TestPalettesAreWhole(t *testing.T) {
	painted := map[string]bool{
		"selected": true, "resting": true, "marked": true, "glow": true, "match": true, "tab-active": true, "offence": true,
		"button": true, "button-focused": true,
	}
	for _, name := range append(paletteNames(), plain) {
		data, err := palettes.ReadFile("palettes/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := Parse(name, data); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		p := builtin(name)
		for _, role := range Roles() {
			if role.Use == "" {
				t.Errorf("%s has no use", role.Name)
			}
			for what, tones := range map[string]map[string]tone{"dark": p.dark, "light": p.light} {
				tone, ok := tones[role.Name]
				if !ok && (name != plain || what == "dark") {
					t.Errorf("%s: %s: no %s", name, what, role.Name)
				}
				if tone.bg != nil && !painted[role.Name] {
					t.Errorf("%s: %s: %s has a background", name, what, role.Name)
				}
			}
		}
	}
}

func TestSeverities(t *testing.T) {
	letters := map[string]bool{}
	for _, s := range model.Severities() {
		letters[s.Letter()] = true
		for name, look := range looks() {
			if got := ansi.Strip(look.Severity(s).Render(s.Letter())); got != s.Letter() {
				t.Errorf("%s: %v: %q", name, s, got)
			}
		}
	}
	if len(letters) != len(model.Severities()) {
		t.Errorf("letters %v", letters)
	}
	look := New(Options{})
	if got, want := look.Severity(200).Render("x"), look.Severity(model.Critical).Render("x"); got != want {
		t.Errorf("an unknown severity: %q, not %q", got, want)
	}
	if zero := (Theme{}); zero.Severity(model.High).Render("x") != "x" || zero.Selected.Render("x") != "x" {
		t.Error("the zero theme has a style")
	}
}

func TestNoPaletteIsTheTerminals(t *testing.T) {
	p, ok := ByName("terminal")
	for _, dark := range []bool{false, true} {
		with, without := New(Options{Palette: p, Dark: dark}), New(Options{Dark: dark})
		if !ok || fmt.Sprint(drawn(&with, "x")) != fmt.Sprint(drawn(&without, "x")) {
			t.Errorf("dark %v: they differ", dark)
		}
	}
	if _, ok := ByName(plain); ok {
		t.Error("plain is offered, though it is no palette of colours")
	}
	if _, ok := ByName("../palettes/canopy"); ok {
		t.Error("a path is no name")
	}
}
