package detect

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// shortestCode is the least of base64 that is undone: shorter texts are base64 by chance.
const shortestCode = 16

// decode undoes base64 of either alphabet, wrapped or not, if what comes out is text.
func decode(s string) (string, bool) {
	if len(s) < shortestCode {
		return "", false
	}
	wrapped, url := false, false
	n := len(s)
	for n > 0 && (s[n-1] == '=' || space(s[n-1])) {
		n--
	}
	for i := range n {
		switch c := s[i]; {
		case base64Byte[c] == 1:
		case base64Byte[c] == 2:
			url = true
		case c == '\n' || c == '\r' || (c == ' ' && wrapped):
			wrapped = true
		default:
			return "", false
		}
	}
	s = s[:n]
	encoding := base64.RawStdEncoding
	if url {
		encoding = base64.RawURLEncoding
	}
	// The beginning tells nearly always.
	if head, err := encoding.DecodeString(s[:min(n, shortestCode)/4*4]); !wrapped && (err != nil || !readable(head, true)) {
		return "", false
	}
	if wrapped {
		s = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\r' || r == ' ' {
				return -1
			}
			return r
		}, s)
	}
	plain, err := encoding.DecodeString(s)
	if err != nil || !readable(plain, false) {
		return "", false
	}
	return string(plain), true
}

// readable tells whether bytes are text; the last character may be cut.
func readable(b []byte, cut bool) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return cut && len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:])
		}
		i += n
	}
	return len(b) > 0
}

// encoded tells whether some part of a text may be base64 of a text. A run of 16 characters of base64 covers each 16th byte of it, so
// that most bytes are never looked at.
func encoded(s string) bool {
	for i := shortestCode - 1; i < len(s); i += shortestCode {
		if base64Byte[s[i]] == 0 {
			continue
		}
		a := i
		for a > 0 && i-a < shortestCode && base64Byte[s[a-1]] != 0 {
			a--
		}
		if i-a == shortestCode {
			continue // looked at with the byte before
		}
		b := i + 1
		for b < len(s) && b-a < shortestCode && base64Byte[s[b]] != 0 {
			b++
		}
		if b-a < shortestCode {
			continue
		}
		var run, head [shortestCode]byte
		for i := range run {
			switch c := s[a+i]; c {
			case '-':
				run[i] = '+'
			case '_':
				run[i] = '/'
			default:
				run[i] = c
			}
		}
		if n, err := base64.RawStdEncoding.Decode(head[:], run[:]); err == nil && readable(head[:n], true) {
			return true
		}
	}
	return false
}

// base64Byte is 1 for the characters of base64, 2 for those of the alphabet for URLs.
var base64Byte = func() (t [256]uint8) {
	for c := range t {
		switch c := byte(c); {
		case letter(c), digit(c), c == '+', c == '/':
			t[c] = 1
		case c == '-', c == '_':
			t[c] = 2
		}
	}
	return t
}()

// coded tells whether a value may be base64 as a whole.
func coded(v string) bool {
	if len(v) < shortestCode {
		return false
	}
	for i := range len(v) {
		if base64Byte[v[i]] == 0 && v[i] != '=' && v[i] != '\n' && v[i] != '\r' {
			return false
		}
	}
	return true
}
