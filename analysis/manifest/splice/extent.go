package splice

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// errPlace is for texts whose parts cannot be found again where the library says that they are.
var errPlace = errors.New("where this part of the document begins and ends cannot be told")

func (b *builder) is(at int, c byte) bool { return at < len(b.src) && b.src[at] == c }

var errBareTag = errors.New("a ! that names no tag: readers of YAML do not agree on what it means")

// trivia goes over space, line breaks and comments; in flow style over commas, and the marks of pairs that lack a part, too.
func (b *builder) trivia(at int, flow bool) int {
	for at < len(b.src) {
		c := b.src[at]
		switch {
		case c == ' ' || c == '\t' || flow && c == ',':
			at++
		case c == '#':
			for at < len(b.src) && breakAt(b.src, at) == 0 {
				at++
			}
		default:
			n := breakAt(b.src, at)
			if n == 0 {
				return at
			}
			at += n
		}
	}
	return at
}

// properties goes over the anchor and the tag that stand at an offset, before a limit.
func (b *builder) properties(at, limit int) (end, body int) {
	end, body = at, at
	for body < limit && (b.is(body, '&') || b.is(body, '!')) {
		if b.src[body] == '!' {
			end = b.word(body)
		} else {
			end = b.name(body + 1)
		}
		body = b.trivia(end, false)
	}
	return end, body
}

// bareTag tells that there is a "!" that names no tag: readers do not agree on what it means.
func (b *builder) bareTag(from, to int) bool {
	for i := from; i < to; i++ {
		if b.src[i] == '!' && (i+1 == len(b.src) || bytes.IndexByte([]byte(" \t\r\n,[]{}"), b.src[i+1]) >= 0) {
			return true
		}
	}
	return false
}

// word goes to the next space, or to what ends a tag in flow style.
func (b *builder) word(at int) int {
	for at < len(b.src) && bytes.IndexByte([]byte(" \t\r\n,[]{}"), b.src[at]) < 0 {
		at++
	}
	return at
}

// name goes over the name of an anchor: the library takes letters, digits, - and _.
func (b *builder) name(at int) int {
	for at < len(b.src) {
		c := b.src[at]
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			break
		}
		at++
	}
	return at
}

func (b *builder) scalarEnd(n *node, y *yaml.Node, column int) (int, error) {
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		return b.quoteEnd(n.body, '"')
	case y.Style&yaml.SingleQuotedStyle != 0:
		return b.quoteEnd(n.body, '\'')
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return b.blockEnd(n.body, column)
	case y.Value == "":
		n.body = n.props
		return n.props, nil
	}
	return b.plainEnd(n.body, y.Value)
}

func (b *builder) quoteEnd(at int, quote byte) (int, error) {
	if !b.is(at, quote) {
		return 0, errPlace
	}
	for at++; at < len(b.src); at++ {
		switch {
		case b.src[at] == '\\' && quote == '"':
			at++
		case b.src[at] != quote:
		case quote == '\'' && b.is(at+1, quote):
			at++
		default:
			return at + 1, nil
		}
	}
	return 0, errPlace
}

// plainEnd finds the end of a plain scalar by what it holds: its text is that, but for space and line breaks.
func (b *builder) plainEnd(at int, value string) (int, error) {
	end := at
	for i := 0; i < len(value); {
		if n := spaceAt([]byte(value), i); n > 0 {
			i += n
			continue
		}
		for at < len(b.src) {
			n := spaceAt(b.src, at)
			if n == 0 {
				break
			}
			at += n
		}
		_, n := utf8.DecodeRuneInString(value[i:])
		if at+n > len(b.src) || string(b.src[at:at+n]) != value[i:i+n] {
			return 0, errPlace
		}
		i, at = i+n, at+n
		end = at
	}
	return end, nil
}

func spaceAt(src []byte, at int) int {
	if src[at] == ' ' || src[at] == '\t' {
		return 1
	}
	return breakAt(src, at)
}

// blockEnd finds the end of a block scalar: behind its last line, without that line's break. Empty lines at its end belong to it
// only where its header keeps them.
func (b *builder) blockEnd(at, column int) (int, error) {
	if !b.is(at, '|') && !b.is(at, '>') {
		return 0, errPlace
	}
	h := readHeader(b.src[at:])
	end := at + h.length
	line := lineEnd(b.src, at)
	if line >= len(b.src) && !bytes.HasSuffix(b.src, []byte("\n")) {
		return end, nil
	}
	// The indentation of the content is that of its first line that is not empty, if no number in the header says it.
	content := -1
	if h.indent > 0 {
		content = max(column, 0) + h.indent
	}
	for line < len(b.src) {
		stop := lineBreak(b.src, line)
		row := b.src[line:stop]
		spaces := len(row) - len(bytes.TrimLeft(row, " "))
		switch {
		case spaces == len(row) && (content < 0 || spaces <= content):
			if h.keep {
				end = stop
			}
		case content < 0 && spaces <= column:
			return end, nil
		case content < 0:
			content, end = spaces, stop
		case spaces < content:
			return end, nil
		default:
			end = stop
		}
		next := lineEnd(b.src, line)
		if next == line {
			break
		}
		line = next
	}
	return end, nil
}

// column is where on its line something stands.
func (b *builder) column(at int) int {
	if at < 0 {
		return 0
	}
	return at - lineStart(b.src, at)
}

// header is the first line of a block scalar.
type header struct {
	length, indent int
	keep           bool
}

func readHeader(src []byte) header {
	h := header{length: 1}
	for ; h.length < len(src); h.length++ {
		switch c := src[h.length]; {
		case c == '+':
			h.keep = true
		case c == '-':
		case c >= '1' && c <= '9':
			h.indent = int(c - '0')
		default:
			return h
		}
	}
	return h
}
