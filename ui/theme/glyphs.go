package theme

import (
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/text"
)

// Glyphs are the characters beyond letters that screens draw. Each is one cell wide.
type Glyphs struct {
	Charset text.Charset
	// Live and Stale mark the connection, Cursor the selected row, Up and Down the order of a sort.
	Live, Stale, Cursor, Up, Down string
	// Rule draws lines, Dot stands between the parts of one.
	Rule, Dot string
}

// NewGlyphs gives the characters for a terminal. It gives the ASCII ones also where the locale makes the others two
// cells wide, as the environment of some East Asian terminals does.
func NewGlyphs(ascii bool) Glyphs {
	g := Glyphs{text.Unicode, "●", "○", "▸", "▲", "▼", "─", "·"}
	for _, s := range []string{g.Live, g.Stale, g.Cursor, g.Up, g.Down, g.Rule, g.Dot, g.Charset.Ellipsis()} {
		ascii = ascii || ansi.StringWidth(s) != 1
	}
	if ascii {
		return Glyphs{text.ASCII, "*", "o", ">", "^", "v", "-", "-"}
	}
	return g
}
