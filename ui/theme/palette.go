package theme

import (
	"embed"
	"slices"
)

//go:embed palettes
var palettes embed.FS

// The names that this package itself asks for. Plain has attributes alone, for output without colour.
const (
	terminal = "terminal"
	plain    = "plain"
)

// Palette gives the roles their colours, on a dark background and on a light one.
type Palette struct {
	Name        string
	dark, light map[string]tone
}

// Palettes gives those that are built in: terminal uses only the terminal's own sixteen colours, canopy is calm and
// green, contrast can be told apart by colour-blind people.
func Palettes() []Palette {
	names := paletteNames()
	out := make([]Palette, len(names))
	for i, name := range names {
		out[i] = builtin(name)
	}
	return out
}

func paletteNames() []string { return []string{terminal, "canopy", "contrast"} }

// ByName gives a palette that is built in.
func ByName(name string) (Palette, bool) {
	if !slices.Contains(paletteNames(), name) {
		return Palette{}, false
	}
	return builtin(name), true
}

// builtin reads one of the palettes that come with the program. A test holds that they have no problems.
func builtin(name string) Palette {
	data, err := palettes.ReadFile("palettes/" + name + ".yaml")
	if err != nil {
		return Palette{Name: name}
	}
	p := Palette{Name: name, dark: map[string]tone{}, light: map[string]tone{}}
	var r reader
	r.palette(r.document(data), &p)
	return p
}
