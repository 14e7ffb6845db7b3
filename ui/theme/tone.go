package theme

import (
	"image/color"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
)

// tone is what a palette says of one role.
type tone struct {
	// fg and bg are nil where the terminal's own colour stays.
	fg, bg                                  color.Color
	bold, faint, italic, underline, reverse bool
}

// style is the tone as Lip Gloss draws it.
func (t tone) style() lipgloss.Style {
	s := lipgloss.NewStyle()
	if t.fg != nil {
		s = s.Foreground(t.fg)
	}
	if t.bg != nil {
		s = s.Background(t.bg)
	}
	if t.bold {
		s = s.Bold(true)
	}
	if t.faint {
		s = s.Faint(true)
	}
	if t.italic {
		s = s.Italic(true)
	}
	if t.reverse {
		s = s.Reverse(true)
	}
	if t.underline {
		s = s.Transform(underlined)
	}
	return s
}

// underlined underlines each line of s. Lip Gloss would style s rune by rune, which tears accents from their letters
// and takes the other attributes from spaces.
func underlined(s string) string {
	const on, off = "\x1b[4m", "\x1b[24m"
	if s == "" {
		return s
	}
	return on + strings.ReplaceAll(s, "\n", off+"\n"+on) + off
}

// parseColour reads #rgb, #rrggbb, 0 to 255, or the name of one of the sixteen colours. The empty text is no colour.
func parseColour(s string) (c color.Color, ok bool) {
	if s == "" {
		return nil, true
	}
	if digits, hex := strings.CutPrefix(s, "#"); hex {
		if len(digits) != 3 && len(digits) != 6 || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
			return nil, false
		}
		return lipgloss.Color(s), true
	}
	if i := slices.Index(colourNames(), s); i >= 0 {
		s = strconv.Itoa(i)
	}
	if _, err := strconv.ParseUint(s, 10, 8); err != nil {
		return nil, false
	}
	return lipgloss.Color(s), true
}

// colourNames are the terminal's own colours, by number.
func colourNames() []string {
	return []string{
		"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
		"brightblack", "brightred", "brightgreen", "brightyellow", "brightblue", "brightmagenta", "brightcyan", "brightwhite",
	}
}
