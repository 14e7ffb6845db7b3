package main

import (
	"flag"
	"fmt"
	"html"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// shots is where the pictures of the docs go; make docs sets it.
var shots = flag.String("shots", "", "write pictures of all screens into this folder")

// TestShots makes the pictures of the docs: every screen of the demo at two sizes, on a dark and on a light background.
func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("make docs runs this")
	}
	folder, err := filepath.Abs(*shots)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	ways := []struct{ name, keys string }{
		{"overview", ""}, {"findings", "2"}, {"detail", "2\r"}, {"explain", "2e"}, {"fix", "2f"}, {"rbac", "3"}, {"network", "4"}, {"reach", "2R"}, {"images", "5"}, {"secrets", "6t"}, {"nodes", "7"}, {"plan-nodes", "7t"}, {"paths", "8i"}, {"path", "8i\r"}, {"cuts", "8m"}, {"blast", "2b"}, {"resources", "0"}, {"help", "2?"},
	}
	for _, size := range [][2]int{{80, 24}, {160, 45}} {
		for _, background := range []string{"dark", "light"} {
			config := t.TempDir()
			if err := os.MkdirAll(filepath.Join(config, "canopy"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(config, "canopy", "config.yaml"), []byte("theme: canopy\nbackground: "+background+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("XDG_CONFIG_HOME", config)
			t.Setenv("COLORTERM", "truecolor")
			screen := startSized(t, size[0], size[1], "demo")
			screen.until("the findings", func(s string) bool { return strings.Contains(s, "ci/Deployment/runner") })
			// By then the first change of the demo has been played and glows no more.
			time.Sleep(8 * time.Second)
			for _, way := range ways {
				screen.press("\x1b")
				time.Sleep(200 * time.Millisecond)
				screen.press("1")
				time.Sleep(200 * time.Millisecond)
				for _, k := range way.keys {
					screen.press(string(k))
					time.Sleep(600 * time.Millisecond)
				}
				name := fmt.Sprintf("%s-%dx%d-%s.svg", way.name, size[0], size[1], background)
				if err := os.WriteFile(filepath.Join(folder, name), []byte(picture(screen.emulator, size[0], size[1], background == "dark")), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			screen.press("\x03")
		}
	}
}

// The size of a cell in a picture, in its own units.
const cellWidth, cellHeight = 8.4, 18.0

// picture draws what a terminal shows as SVG.
func picture(screen *vt.SafeEmulator, width, height int, dark bool) string {
	paper, ink := "#ffffff", "#1f2328"
	if dark {
		paper, ink = "#0f1419", "#d7dae0"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14">`+"\n",
		float64(width)*cellWidth+16, float64(height)*cellHeight+16)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", paper)
	for y := range height {
		for x := 0; x < width; {
			from, look := x, lookOf(screen, x, y, paper, ink)
			var text strings.Builder
			for x < width && lookOf(screen, x, y, paper, ink) == look {
				text.WriteString(letter(screen, x, y))
				x++
			}
			drawRun(&b, from, y, x-from, look, text.String(), paper)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// look is how a cell is drawn.
type look struct {
	fg, bg                     string
	bold, faint, under, struck bool
}

func lookOf(screen *vt.SafeEmulator, x, y int, paper, ink string) look {
	c := screen.CellAt(x, y)
	if c == nil {
		return look{fg: ink, bg: paper}
	}
	l := look{fg: shade(c.Style.Fg, ink), bg: shade(c.Style.Bg, paper)}
	const bold, faint, reverse, strike = 1, 2, 1 << 5, 1 << 7
	l.bold, l.faint, l.struck = c.Style.Attrs&bold != 0, c.Style.Attrs&faint != 0, c.Style.Attrs&strike != 0
	l.under = c.Style.Underline != 0
	if c.Style.Attrs&reverse != 0 {
		l.fg, l.bg = l.bg, l.fg
	}
	return l
}

func letter(screen *vt.SafeEmulator, x, y int) string {
	if c := screen.CellAt(x, y); c != nil && c.Content != "" {
		return c.Content
	}
	return " "
}

func shade(c color.Color, otherwise string) string {
	switch c := c.(type) {
	case nil:
		return otherwise
	case ansi.BasicColor:
		// As many terminals draw the sixteen colours.
		return [...]string{
			"#3b4048", "#d1495b", "#4f9d69", "#c08a1e", "#4a86c8", "#a566b5", "#3a9ea5", "#c8ccd4",
			"#7f848e", "#e06c75", "#7cc08f", "#e5c07b", "#6cb0f0", "#c678dd", "#56b6c2", "#ffffff",
		}[c&15]
	default:
		r, g, b, _ := c.RGBA()
		return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	}
}

func drawRun(b *strings.Builder, x, y, cells int, l look, text, paper string) {
	left, top := 8+float64(x)*cellWidth, 8+float64(y)*cellHeight
	if l.bg != paper {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, float64(cells)*cellWidth, cellHeight, l.bg)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	// Fonts leave gaps between lines, so that what is drawn of lines is drawn as such.
	if text == "\u2502" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="1.2" height="%.1f" fill="%s"/>`+"\n", left+cellWidth/2-0.6, top, cellHeight, l.fg)
		return
	}
	style := ""
	if l.bold {
		style += ` font-weight="bold"`
	}
	if l.faint {
		style += ` opacity="0.6"`
	}
	switch {
	case l.under:
		style += ` text-decoration="underline"`
	case l.struck:
		style += ` text-decoration="line-through"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s" textLength="%.1f" xml:space="preserve"%s>%s</text>`+"\n",
		left, top+13.5, l.fg, float64(cells)*cellWidth, style, html.EscapeString(text))
}
