package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/ui/view/viewtest"
)

// TestGolden holds every screen at all sizes: its text, and how it is drawn on a dark and on a light background, without
// colour, and in ASCII.
func TestGolden(t *testing.T) {
	session := viewtest.Cluster(t)
	for name, keys := range screens() {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}} {
			file := fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				s := newScreen(t, Options{Width: size[0], Height: size[1]}, session)
				s.press(keys...)
				viewtest.Exact(t, s.content(), size[0], size[1])
				golden(t, file, s.plain())
			})
		}
		for look, options := range looks(t) {
			for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
				file := fmt.Sprintf("%s-%s-%dx%d", name, look, size[0], size[1])
				t.Run(file, func(t *testing.T) {
					options.Width, options.Height = size[0], size[1]
					s := newScreen(t, options, session)
					s.press(keys...)
					viewtest.Exact(t, s.content(), size[0], size[1])
					golden(t, file, s.content())
				})
			}
		}
	}
}

// looks are the ways a terminal can look.
func looks(t testing.TB) map[string]Options {
	with := func(background string) func(string) Settings {
		return func(string) Settings {
			s := calm("")
			s.Background, s.Palette = background, palette(t, "canopy")
			return s
		}
	}
	return map[string]Options{
		"dark":  {Settings: with("dark")},
		"light": {Settings: with("light")},
		"plain": {NoColor: true},
		"ascii": {NoColor: true, ASCII: true},
	}
}

// TestNoColour holds that no screen has a colour where none is wanted.
func TestNoColour(t *testing.T) {
	session := viewtest.Cluster(t)
	for name, keys := range screens() {
		s := newScreen(t, Options{Width: 120, Height: 40, NoColor: true}, session)
		s.press(keys...)
		for _, seq := range strings.Split(s.content(), "\x1b[")[1:] {
			for p := range strings.SplitSeq(seq[:strings.IndexByte(seq, 'm')], ";") {
				switch p {
				case "", "0", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27", "29":
				default:
					t.Fatalf("%s: style %q is a colour", name, p)
				}
			}
		}
	}
}

// TestASCII holds that no screen has another character where only ASCII is wanted.
func TestASCII(t *testing.T) {
	session := viewtest.Cluster(t)
	for name, keys := range screens() {
		s := newScreen(t, Options{Width: 120, Height: 40, ASCII: true}, session)
		s.press(keys...)
		for _, c := range s.plain() {
			if c > '~' {
				t.Errorf("%s: %q is on the screen:\n%s", name, c, s.plain())
				break
			}
		}
	}
}

// TestSizes draws every screen in all sizes: nothing is wider or higher than the terminal, and below the least size it says
// so.
func TestSizes(t *testing.T) {
	session := viewtest.Cluster(t)
	for name, keys := range screens() {
		s := newScreen(t, Options{Width: 120, Height: 40}, session)
		s.press(keys...)
		for width := 1; width < 230; width += 7 {
			for height := 1; height < 70; height += 5 {
				s.root.resize(width, height)
				content := s.content()
				if width >= minWidth && height >= minHeight {
					viewtest.Exact(t, content, width, height)
				} else if lines := strings.Split(content, "\n"); len(lines) > height || ansi.StringWidth(lines[0]) > width {
					t.Errorf("%s at %dx%d: %q", name, width, height, content)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("in %s", name)
		}
	}
}
