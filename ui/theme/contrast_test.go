package theme

import (
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// rgb is a colour in linear light.
type rgb [3]float64

func linear(c color.Color) rgb {
	r, g, b, _ := c.RGBA()
	var out rgb
	for i, v := range []uint32{r, g, b} {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			out[i] = s / 12.92
		} else {
			out[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return out
}

func times(m [3]rgb, c rgb) rgb {
	var out rgb
	for i, row := range m {
		out[i] = row[0]*c[0] + row[1]*c[1] + row[2]*c[2]
	}
	return out
}

// contrast is the ratio of WCAG 2.2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		l := linear(c)
		return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// lab is the colour in CIE L*a*b*, for white D65.
func (c rgb) lab() rgb {
	xyz := times([3]rgb{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}, c)
	for i, white := range []float64{0.9505, 1, 1.089} {
		v := xyz[i] / white
		if v > 216.0/24389 {
			xyz[i] = math.Cbrt(v)
		} else {
			xyz[i] = (v*24389/27 + 16) / 116
		}
	}
	return rgb{116*xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])}
}

// sights are how people see: the matrices are those of Machado, Oliveira and Fernandes (2009) for the strongest form.
func sights() map[string][3]rgb {
	return map[string][3]rgb{
		"all cones":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
		"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	}
}

// distance is how different two colours look to somebody, as the distance in L*a*b*.
func distance(sight [3]rgb, a, b color.Color) float64 {
	see := func(c color.Color) rgb {
		seen := times(sight, linear(c))
		for i := range seen {
			seen[i] = min(1, max(0, seen[i]))
		}
		return seen.lab()
	}
	x, y := see(a), see(b)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// backgrounds are those that terminals have.
func backgrounds(dark bool) []color.Color {
	if dark {
		return []color.Color{lipgloss.Color("#000000"), lipgloss.Color("#1c1c1c")}
	}
	return []color.Color{lipgloss.Color("#ffffff"), lipgloss.Color("#f5f5f5")}
}

// eachTone calls f for all that the palettes of true colour say.
func eachTone(f func(where, role string, t tone, behind []color.Color)) {
	for _, name := range []string{"canopy", "contrast"} {
		p := builtin(name)
		for _, role := range Roles() {
			f(name+" dark", role.Name, p.dark[role.Name], backgrounds(true))
			f(name+" light", role.Name, p.light[role.Name], backgrounds(false))
		}
	}
}

func TestContrast(t *testing.T) {
	unimportant := map[string]bool{"faint": true, "rule": true, "ghost": true, "off": true, "gone": true}
	eachTone(func(where, role string, tone tone, behind []color.Color) {
		want := 4.5
		if unimportant[role] {
			want = 3
		}
		if tone.fg == nil || tone.faint {
			t.Errorf("%s: %s: the terminal decides how strong it is", where, role)
			return
		}
		if tone.bg != nil {
			behind = []color.Color{tone.bg}
		}
		for _, bg := range behind {
			if got := contrast(tone.fg, bg); got < want {
				t.Errorf("%s: %s: %.2f on %v, not %.1f", where, role, got, bg, want)
			}
		}
	})
}

// TestPaintIsSeen holds that what has a background stands out from the screen's.
func TestPaintIsSeen(t *testing.T) {
	eachTone(func(where, role string, tone tone, behind []color.Color) {
		want := 1.2
		switch role {
		case "selected", "button-focused":
			want = 4.5
		case "resting":
			want = 1.4
		}
		for _, bg := range behind {
			if tone.bg == nil {
				continue
			}
			if got := contrast(tone.bg, bg); got < want {
				t.Errorf("%s: %s: its background has %.2f on %v, not %.1f", where, role, got, bg, want)
			}
		}
	})
}

// TestFewerColours holds that where a terminal has fewer colours none of the texts vanishes.
func TestFewerColours(t *testing.T) {
	for _, profile := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.ANSI} {
		eachTone(func(where, role string, tone tone, _ []color.Color) {
			if tone.bg == nil {
				return
			}
			if fg, bg := profile.Convert(tone.fg), profile.Convert(tone.bg); contrast(fg, bg) < 2.5 {
				t.Errorf("%s: %s: %v on %v in %v", where, role, fg, bg, profile)
			}
		})
	}
}

// TestColourBlind holds that contrast tells apart what must be told apart, to everybody.
func TestColourBlind(t *testing.T) {
	p := builtin("contrast")
	groups := [][]string{
		{"text", "critical", "high", "medium", "low", "info"},
		{"text", "good", "warn", "alarm", "notice"},
		{"text", "added", "removed", "hunk"},
	}
	for sight, m := range sights() {
		for where, tones := range map[string]map[string]tone{"dark": p.dark, "light": p.light} {
			for _, group := range groups {
				for i, a := range group {
					for _, b := range group[:i] {
						if got := distance(m, tones[a].fg, tones[b].fg); got < 20 {
							t.Errorf("%s, %s: %s and %s are %.1f apart", sight, where, a, b, got)
						}
					}
				}
			}
		}
	}
}

// TestTheRulers holds the two measures against values that are known.
func TestTheRulers(t *testing.T) {
	black, white, red, green := lipgloss.Color("#000"), lipgloss.Color("#fff"), lipgloss.Color("#f00"), lipgloss.Color("#008000")
	if got := contrast(white, black); math.Abs(got-21) > 0.01 {
		t.Errorf("white on black: %f", got)
	}
	if got := contrast(lipgloss.Color("#777777"), white); math.Abs(got-4.48) > 0.01 {
		t.Errorf("#777777 on white: %f", got)
	}
	if got := linear(red).lab(); math.Abs(got[0]-53.24) > 0.1 || math.Abs(got[1]-80.09) > 0.2 || math.Abs(got[2]-67.2) > 0.2 {
		t.Errorf("red is %v", got)
	}
	all, protan := sights()["all cones"], sights()["protanopia"]
	if distance(protan, red, green) > distance(all, red, green)/2 {
		t.Error("the simulation leaves red and green far apart")
	}
}
