package disruption

import (
	"strings"
	"unicode"
)

// longest bounds what is told of one field, in bytes: who writes an object chooses how long it is.
const longest = 200

// Line makes one line of a text that somebody wrote into an object: what is no picture goes, and so do breaks.
func Line(s string) string {
	if !strings.ContainsFunc(s, odd) && !strings.Contains(s, "  ") {
		return strings.Trim(s, " ")
	}
	spaced := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case odd(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(spaced), " ")
}

// odd tells a character that has an effect besides its picture, or none; what is not valid UTF-8 is such too.
func odd(r rune) bool {
	return r == unicode.ReplacementChar || !unicode.IsPrint(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// Brief makes one line of such a text, of at most 200 bytes.
func Brief(s string) string {
	const more = "…"
	// What is far too long is not read to its end.
	if len(s) > 64*longest {
		s = s[:64*longest]
	}
	if s = Line(s); len(s) <= longest {
		return s
	}
	return strings.TrimSpace(strings.ToValidUTF8(s[:longest-len(more)], "")) + more
}
