package sieve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// bufferSize is how much is read at a time.
const bufferSize = 64 << 10

// errSyntax tells that what came is no JSON.
var errSyntax = errors.New("no JSON")

// input reads JSON byte by byte from a buffer, and passes over much of it at once.
type input struct {
	from io.Reader
	// data is what was read and not yet taken; room is what it stands in.
	data, room []byte
	err        error
}

func newInput(from io.Reader) *input { return &input{from: from, room: make([]byte, bufferSize)} }

// more reads on once all was taken.
func (in *input) more() error {
	for len(in.data) == 0 {
		if in.err != nil {
			return in.err
		}
		n, err := in.from.Read(in.room)
		in.data, in.err = in.room[:n], err
	}
	return nil
}

// peek gives the next byte that is no white space, and leaves it there.
func (in *input) peek() (byte, error) {
	for {
		for i, c := range in.data {
			if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
				in.data = in.data[i:]
				return c, nil
			}
		}
		in.data = nil
		if err := in.more(); err != nil {
			return 0, err
		}
	}
}

// next takes the next byte that is no white space.
func (in *input) next() (byte, error) {
	c, err := in.peek()
	if err == nil {
		in.data = in.data[1:]
	}
	return c, err
}

func (in *input) want(c byte) error {
	got, err := in.next()
	if err != nil {
		return cut(err)
	}
	if got != c {
		return fmt.Errorf("%w: %q where %q is due", errSyntax, got, c)
	}
	return nil
}

// cut makes of an end in the middle what it is.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// text passes over the rest of a text, whose opening quote was taken, up to and with the closing one. It goes to out where
// that is not nil.
func (in *input) text(out *bytes.Buffer) error {
	for {
		if err := in.more(); err != nil {
			return cut(err)
		}
		end := bytes.IndexByte(in.data, '"')
		part := in.data
		if end >= 0 {
			part = in.data[:end]
		}
		escape := bytes.IndexByte(part, '\\')
		switch {
		case escape >= 0:
			in.take(escape+1, out)
			if err := in.more(); err != nil {
				return cut(err)
			}
			in.take(1, out)
		case end >= 0:
			in.take(end+1, out)
			return nil
		default:
			in.take(len(in.data), out)
		}
	}
}

// take takes n bytes, which are there.
func (in *input) take(n int, out *bytes.Buffer) {
	if out != nil {
		out.Write(in.data[:n])
	}
	in.data = in.data[n:]
}

// value passes over one value; it goes to out where that is not nil.
func (in *input) value(out *bytes.Buffer) error {
	depth := 0
	for {
		c, err := in.peek()
		if err != nil {
			return cut(err)
		}
		switch c {
		case '"':
			in.take(1, out)
			if err := in.text(out); err != nil {
				return err
			}
		case '{', '[':
			depth++
			in.take(1, out)
		case '}', ']':
			if depth--; depth < 0 {
				return fmt.Errorf("%w: %q where a value is due", errSyntax, c)
			}
			in.take(1, out)
		case ',', ':':
			if depth == 0 {
				return fmt.Errorf("%w: %q where a value is due", errSyntax, c)
			}
			in.take(1, out)
		default:
			if err := in.word(out); err != nil {
				return err
			}
		}
		if depth == 0 {
			return nil
		}
	}
}

// word passes over a number, true, false or null.
func (in *input) word(out *bytes.Buffer) error {
	for {
		for i, c := range in.data {
			switch c {
			case ',', ':', '{', '}', '[', ']', '"', ' ', '\n', '\t', '\r':
				in.take(i, out)
				return nil
			}
		}
		in.take(len(in.data), out)
		if err := in.more(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
