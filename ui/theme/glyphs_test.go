package theme

import (
	"os"
	"os/exec"
	"reflect"
	"slices"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/text"
)

// TestGlyphsAreOneCell finds the glyphs by reflection, so that a new one cannot be missing from the check for wide
// ones.
func TestGlyphsAreOneCell(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		g := NewGlyphs(ascii)
		checked := g.each()
		var walk func(path string, v reflect.Value)
		walk = func(path string, v reflect.Value) {
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					walk(path+" "+v.Type().Field(i).Name, v.Field(i))
				}
			case reflect.Array:
				for i := range v.Len() {
					walk(path, v.Index(i))
				}
			case reflect.String:
				s := v.String()
				if !slices.Contains(checked, s) {
					t.Errorf("%s %q is not checked", path, s)
				}
				if ansi.StringWidth(s) != 1 || ansi.StringWidthWc(s) != 1 || ascii && (len(s) != 1 || s[0] > '~') {
					t.Errorf("%s %q is not one cell", path, s)
				}
				if g.Charset.Clean(s) != s {
					t.Errorf("%s %q does not survive cleaning", path, s)
				}
			}
		}
		walk("", reflect.ValueOf(g))
		if want := map[bool]text.Charset{true: text.ASCII}[ascii]; g.Charset != want {
			t.Errorf("charset %v", g.Charset)
		}
	}
}

// TestWideLocaleGetsASCII runs in a process of its own, since the width of characters is settled when one starts.
func TestWideLocaleGetsASCII(t *testing.T) {
	if os.Getenv("RUNEWIDTH_EASTASIAN") == "1" {
		if g := NewGlyphs(false); g != asciiGlyphs() {
			t.Fatalf("glyphs %v", g.each())
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	again := exec.Command(self, "-test.run", "^TestWideLocaleGetsASCII$")
	again.Env = append(os.Environ(), "RUNEWIDTH_EASTASIAN=1")
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSeverityShapesDiffer(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		g := NewGlyphs(ascii)
		seen := map[string]bool{}
		for _, s := range model.Severities() {
			seen[g.Severity(s)] = true
		}
		if len(seen) != len(model.Severities()) || g.Severity(200) != g.Severity(model.Critical) {
			t.Errorf("shapes %v", seen)
		}
	}
}

func TestLevel(t *testing.T) {
	g := NewGlyphs(false)
	got := ""
	for v := -1; v <= 17; v++ {
		got += g.Level(v, 16)
	}
	if want := "▁▁▂▂▃▃▄▄▅▅▅▆▆▇▇████"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got := g.Level(1, 1<<62); got != "▂" {
		t.Errorf("what is little looks like nothing: %s", got)
	}
	if got := g.Level(3, 0); got != "▁" {
		t.Errorf("without a top: %s", got)
	}
}

func TestBorderIsOfTheseGlyphs(t *testing.T) {
	g := NewGlyphs(true)
	box := g.Border()
	v := reflect.ValueOf(box)
	for i := range v.NumField() {
		if s := v.Field(i).String(); len(s) != 1 {
			t.Errorf("%s: %q", v.Type().Field(i).Name, s)
		}
	}
	if box.TopLeft != g.TopLeft || box.MiddleTop != g.TeeDown {
		t.Errorf("%+v", box)
	}
}
