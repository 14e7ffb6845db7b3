package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxMarks bounds the combining marks on one character. Living languages need up to four; floods of them ("zalgo") draw
// over the lines above and below.
const maxMarks = 4

const mark = '?'

// clean works in two passes, since what is taken out between two characters can make them join to one.
func (c Charset) clean(s string) []byte {
	b := c.neutralise(s)
	if c == ASCII {
		return b
	}
	for _, x := range b {
		if x >= utf8.RuneSelf {
			return settle(b)
		}
	}
	return b
}

// neutralise replaces what is no visible character.
func (c Charset) neutralise(s string) []byte {
	b := make([]byte, 0, len(s))
	var last rune
	marked := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r >= ' ' && r <= '~':
			b, marked = append(b, byte(r)), false
		case r == '\n' || r == '\t' || r == '\r' && i+1 < len(s) && s[i+1] != '\n' || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Zs, r):
			b, marked = append(b, ' '), false
		case r == '\r':
			// The line feed after it makes the space.
		case unicode.Is(unicode.Variation_Selector, r) && unicode.Is(unicode.So, last):
			// "Show the symbol before this as an emoji" changes its width and nothing else.
		case r == utf8.RuneError && n == 1 || hidden(r):
			n = max(n, sequence(s[i:]))
			if !marked {
				b, marked = append(b, mark), true
			}
		case c == ASCII:
			b, marked = append(b, mark), false
		default:
			b, marked = append(b, s[i:i+n]...), false
		}
		last, i = r, i+n
	}
	return b
}

// hidden tells that r draws nothing of a known width by itself: a control, a format character, one without a meaning
// that all agree on, one that Unicode lists as ignorable (DerivedCoreProperties.txt, Default_Ignorable_Code_Point), or a
// half of a flag, which is one to four cells wide depending on the terminal.
func hidden(r rune) bool {
	return !unicode.IsGraphic(r) || r >= '\U0001f1e6' && r <= '\U0001f1ff' || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// settle replaces characters whose width is not beyond doubt. Terminals measure in one of two ways, by code point or by
// grapheme cluster; only what both take for one or two cells is drawn alike everywhere. The base survives where it is
// ASCII, so that a letter under a flood of marks can still be read.
func settle(in []byte) []byte {
	out := make([]byte, 0, len(in))
	for len(in) > 0 {
		cluster, w := ansi.FirstGraphemeCluster(in, ansi.GraphemeWidth)
		_, wc := ansi.FirstGraphemeCluster(in, ansi.WcWidth)
		switch {
		case w == wc && w >= 1 && w <= 2 && utf8.RuneCount(cluster) <= 1+maxMarks && !joins(cluster, in):
			out = append(out, cluster...)
		case cluster[0] < utf8.RuneSelf:
			out = append(out, cluster[0])
		default:
			out = append(out, mark)
		}
		in = in[len(cluster):]
	}
	return out
}

// joins tells that cluster ends the text and would swallow the blank or the ellipsis that comes after it.
func joins(cluster, in []byte) bool {
	if len(cluster) < len(in) {
		return false
	}
	next, _ := ansi.FirstGraphemeCluster(append(cluster[:len(cluster):len(cluster)], ' '), ansi.GraphemeWidth)
	return len(next) > len(cluster)
}
