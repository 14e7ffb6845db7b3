package text

import (
	"strings"
	"unicode/utf8"
)

// sequence gives the length of the escape sequence that s begins with, 0 where it begins with none (ECMA-48, 5.3 to
// 5.6). A sequence that does not end counts as nothing but its introducer: swallowing the rest would let a name hide
// what follows it.
func sequence(s string) int {
	c, n := introducer(s)
	switch c {
	case 0:
		return 0
	case '[':
		return n + control(s[n:])
	case ']', 'P', 'X', '^', '_':
		return n + stringBody(s[n:])
	}
	if s[0] != 0x1b {
		return n
	}
	return 1 + plainEscape(s[1:])
}

// introducer gives the letter of the 7-bit form and the length of the introducer: ESC [ and U+009B are both '['.
func introducer(s string) (letter byte, n int) {
	if s[0] == 0x1b {
		if len(s) == 1 {
			return 0, 0
		}
		return s[1], 2
	}
	if r, n := utf8.DecodeRuneInString(s); r >= 0x80 && r <= 0x9f {
		return byte(r - 0x40), n
	}
	return 0, 0
}

// control measures parameters, intermediates and the final byte of a control sequence.
func control(s string) int {
	i := skip(s, 0, '0', '?')
	i = skip(s, i, ' ', '/')
	if i < len(s) && s[i] >= '@' && s[i] <= '~' {
		return i + 1
	}
	return 0
}

// stringBody measures the text of a command string with its end: ST, or BEL.
func stringBody(s string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == 0x07:
			return i + 1
		case strings.HasPrefix(s[i:], "\x1b\\"), strings.HasPrefix(s[i:], "\u009c"):
			return i + 2
		case s[i] < ' ' || s[i] == 0xc2 && i+1 < len(s) && s[i+1] < 0xa0:
			return 0
		}
	}
	return 0
}

// plainEscape measures intermediates and the final byte after ESC.
func plainEscape(s string) int {
	i := skip(s, 0, ' ', '/')
	if i < len(s) && s[i] >= '0' && s[i] <= '~' {
		return i + 1
	}
	return 0
}

func skip(s string, i int, low, high byte) int {
	for i < len(s) && s[i] >= low && s[i] <= high {
		i++
	}
	return i
}
