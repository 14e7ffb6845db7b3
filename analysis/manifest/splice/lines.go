package splice

import (
	"bytes"
	"unicode/utf8"
)

// ruler finds the offsets of lines and columns as the YAML library counts them: in characters, and with every break that YAML 1.1
// knows ending a line.
type ruler struct {
	src    []byte
	starts []int
	ascii  bool
	// What was found last, so that nodes which follow each other on a long line cost one walk.
	line, column, at int
}

func newRuler(src []byte) *ruler {
	r := &ruler{src: src, starts: []int{0}, ascii: true}
	for i := 0; i < len(src); {
		n := breakAt(src, i)
		if src[i] >= utf8.RuneSelf {
			r.ascii = false
		}
		if n > 0 {
			r.starts = append(r.starts, i+n)
		}
		i += max(n, 1)
	}
	return r
}

// breakAt is the length of the line break at an offset, 0 where there is none.
func breakAt(src []byte, i int) int {
	switch src[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(src) && src[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xc2:
		if i+1 < len(src) && src[i+1] == 0x85 {
			return 2
		}
	case 0xe2:
		if i+2 < len(src) && src[i+1] == 0x80 && (src[i+2] == 0xa8 || src[i+2] == 0xa9) {
			return 3
		}
	}
	return 0
}

// oddBreak finds a line break that is neither LF nor CRLF; -1 where there is none.
func oddBreak(src []byte) int {
	for i := 0; i < len(src); {
		n := breakAt(src, i)
		if n > 0 && src[i+n-1] != '\n' {
			return i
		}
		i += max(n, 1)
	}
	return -1
}

// offset gives that of a line and a column, both from 1; -1 where there is no such place.
func (r *ruler) offset(line, column int) int {
	if line < 1 || column < 1 || line > len(r.starts) {
		return -1
	}
	at, from := r.starts[line-1], 1
	if r.ascii {
		if at += column - 1; at > len(r.src) {
			return -1
		}
		return at
	}
	if r.line == line && r.column <= column {
		at, from = r.at, r.column
	}
	for ; from < column && at < len(r.src); from++ {
		_, n := utf8.DecodeRune(r.src[at:])
		at += n
	}
	if from < column {
		return -1
	}
	r.line, r.column, r.at = line, column, at
	return at
}

func lineStart(src []byte, at int) int { return bytes.LastIndexByte(src[:at], '\n') + 1 }

// lineEnd is the offset behind the line break, nextLine's start.
func lineEnd(src []byte, at int) int {
	if n := bytes.IndexByte(src[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(src)
}

// lineBreak is the offset of the line break, or the end of the text.
func lineBreak(src []byte, at int) int {
	end := lineEnd(src, at)
	if end > at && src[end-1] == '\n' {
		end--
		if end > at && src[end-1] == '\r' {
			end--
		}
	}
	return end
}

// comment tells that a line holds a comment and nothing else.
func comment(line []byte) bool {
	t := bytes.TrimLeft(line, " \t")
	return len(t) > 0 && t[0] == '#'
}

func blank(line []byte) bool { return len(bytes.TrimLeft(line, " \t\r\n")) == 0 }

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

// eolOf is how a text ends its lines: as the first does.
func eolOf(src []byte) string {
	if n := bytes.IndexByte(src, '\n'); n > 0 && src[n-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

func trimEOL(src []byte) ([]byte, bool) {
	short, ok := bytes.CutSuffix(src, []byte("\n"))
	return bytes.TrimSuffix(short, []byte("\r")), ok
}
