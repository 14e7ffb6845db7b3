package theme_test

import (
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/theme"
)

func TestColourIsNotTheOnlySignal(t *testing.T) {
	letters := map[string]bool{}
	for _, s := range model.Severities() {
		letters[s.Letter()] = true
		for _, colour := range []bool{true, false} {
			if got := ansi.Strip(theme.New(colour).Severity(s).Render(s.Letter())); got != s.Letter() {
				t.Errorf("%v: %q", s, got)
			}
		}
	}
	if len(letters) != len(model.Severities()) {
		t.Errorf("letters %v", letters)
	}
	if theme.New(true).Severity(200).Render("x") == "" {
		t.Error("an unknown severity draws nothing")
	}
}

func TestGlyphsAreOneCell(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		g := theme.NewGlyphs(ascii)
		for _, s := range []string{g.Live, g.Stale, g.Cursor, g.Up, g.Down, g.Rule, g.Dot, g.Charset.Ellipsis()} {
			if ansi.StringWidth(s) != 1 || ansi.StringWidthWc(s) != 1 || ascii && s[0] > '~' {
				t.Errorf("%q", s)
			}
		}
		if ascii && g.Charset != text.ASCII {
			t.Errorf("charset %v", g.Charset)
		}
	}
}
