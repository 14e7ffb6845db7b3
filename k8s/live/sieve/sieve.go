// Package sieve reads JSON from a stream and lets through only the fields that are wanted, one object at a time. What is not
// wanted is passed over without being held: reports of scanners are large, and little of them is kept.
//
// What is passed over is not checked. What is let through is JSON for whoever decodes it to judge.
package sieve

import (
	"bytes"
	"encoding/json"
	"io"

	"canopy/model/record"
)

// Sieve reads values one after the other.
type Sieve struct {
	in  *input
	key bytes.Buffer
}

// New reads from a stream, a buffer ahead.
func New(from io.Reader) *Sieve { return &Sieve{in: newInput(from)} }

// Next writes what is wanted of the next value. It gives io.EOF where there is none.
func (s *Sieve) Next(fields record.Fields, out *bytes.Buffer) error {
	if _, err := s.in.peek(); err != nil {
		return err
	}
	return s.value(fields, out)
}

// value writes what is wanted of a value. It goes no deeper than the fields do: a list within a list has none.
func (s *Sieve) value(fields record.Fields, out *bytes.Buffer) error {
	if fields == nil {
		return s.in.value(out)
	}
	c, err := s.in.peek()
	if err != nil {
		return cut(err)
	}
	switch c {
	case '{':
		first := true
		out.WriteByte('{')
		err := s.members(func(key []byte) error {
			below, wanted := fields[string(key)]
			if !wanted {
				return s.in.value(nil)
			}
			if !first {
				out.WriteByte(',')
			}
			first = false
			out.WriteByte('"')
			out.Write(key)
			out.WriteString(`":`)
			return s.value(below, out)
		})
		out.WriteByte('}')
		return err
	case '[':
		if by, ok := fields.Tally(); ok {
			return s.tally(by, out)
		}
		if len(fields) == 0 {
			out.WriteString("[]")
			return s.in.value(nil)
		}
		first := true
		out.WriteByte('[')
		err := s.elements(func(c byte) error {
			if c != '{' {
				return s.in.value(nil)
			}
			if !first {
				out.WriteByte(',')
			}
			first = false
			return s.value(fields, out)
		})
		out.WriteByte(']')
		return err
	}
	// Something else than was expected: it has no fields.
	return s.in.value(out)
}

// tally passes over a list and writes how many of its members have which severity.
func (s *Sieve) tally(by string, out *bytes.Buffer) error {
	var counts record.Counts
	var word bytes.Buffer
	err := s.elements(func(c byte) error {
		if c != '{' {
			return s.in.value(nil)
		}
		severity := ""
		if err := s.members(func(key []byte) error {
			if string(key) != by {
				return s.in.value(nil)
			}
			word.Reset()
			if err := s.in.value(&word); err != nil {
				return err
			}
			// What is no text is not rated.
			severity = ""
			if b := word.Bytes(); len(b) > 1 && b[0] == '"' && bytes.IndexByte(b, '\\') < 0 {
				severity = string(b[1 : len(b)-1])
				return nil
			}
			_ = json.Unmarshal(word.Bytes(), &severity)
			return nil
		}); err != nil {
			return err
		}
		counts.Add(severity)
		return nil
	})
	out.WriteString(counts.Tree())
	return err
}

// members goes through the members of an object. Do has to take the value. A key with escapes is none that anybody wants, and
// is handed over as it stands.
func (s *Sieve) members(do func(key []byte) error) error {
	if err := s.in.want('{'); err != nil {
		return err
	}
	if c, err := s.in.peek(); err == nil && c == '}' {
		_, err := s.in.next()
		return err
	}
	for {
		if err := s.in.want('"'); err != nil {
			return err
		}
		s.key.Reset()
		if err := s.in.text(&s.key); err != nil {
			return err
		}
		key := s.key.Bytes()
		if err := s.in.want(':'); err != nil {
			return err
		}
		if err := do(key[:len(key)-1]); err != nil {
			return err
		}
		c, err := s.in.next()
		if err != nil {
			return cut(err)
		}
		switch c {
		case '}':
			return nil
		case ',':
		default:
			return errSyntax
		}
	}
}

// elements goes through a list. Do is told the first byte of an element, and has to take it.
func (s *Sieve) elements(do func(first byte) error) error {
	if err := s.in.want('['); err != nil {
		return err
	}
	if c, err := s.in.peek(); err == nil && c == ']' {
		_, err := s.in.next()
		return err
	}
	for {
		c, err := s.in.peek()
		if err != nil {
			return cut(err)
		}
		if err := do(c); err != nil {
			return err
		}
		if c, err = s.in.next(); err != nil {
			return cut(err)
		}
		switch c {
		case ']':
			return nil
		case ',':
		default:
			return errSyntax
		}
	}
}
