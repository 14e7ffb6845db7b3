package output

import (
	"fmt"
	"io"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"canopy/analysis/manifest"
)

// escape writes a character that a terminal must not see in a way that its format allows.
type escape func(rune) string

// Guard gives a writer on which nothing can pass that a terminal acts on: control, bidirectional and invisible characters
// and invalid UTF-8 become a question mark. It is the last door before standard output. What comes through a format's own
// escaping, or through ui/text, passes unchanged.
func Guard(w io.Writer) io.Writer {
	return &guard{w: w, escape: func(rune) string { return "?" }}
}

type guard struct {
	w      io.Writer
	escape escape
	// cut holds the start of a character whose rest comes with the next write.
	cut []byte
	buf []byte
}

// Write writes p, escaped. A character may be split between two calls.
func (g *guard) Write(p []byte) (int, error) {
	in := p
	if len(g.cut) > 0 {
		in = slices.Concat(g.cut, p)
		g.cut = nil
	}
	g.buf = g.buf[:0]
	for len(in) > 0 {
		if in[0] < utf8.RuneSelf {
			if manifest.Safe(rune(in[0])) {
				g.buf = append(g.buf, in[0])
			} else {
				g.buf = append(g.buf, g.escape(rune(in[0]))...)
			}
			in = in[1:]
			continue
		}
		if !utf8.FullRune(in) {
			g.cut = append([]byte(nil), in...)
			break
		}
		r, n := utf8.DecodeRune(in)
		if (r != utf8.RuneError || n > 1) && manifest.Safe(r) {
			g.buf = append(g.buf, in[:n]...)
		} else {
			g.buf = append(g.buf, g.escape(r)...)
		}
		in = in[n:]
	}
	if _, err := g.w.Write(g.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escapeJSON is right inside strings of JSON, the only place where such characters can stand.
func escapeJSON(r rune) string {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
