package sieve

import (
	"encoding/json"
	"io"
)

// Keys names the members of an object that stands below a path of keys. What was read ahead is cleared.
func Keys(from io.Reader, path ...string) (names []string, err error) {
	s := New(from)
	defer func() {
		clear(s.in.room)
		s.key.Reset()
	}()
	err = s.keys(path, &names)
	return names, err
}

func (s *Sieve) keys(path []string, names *[]string) error {
	if c, err := s.in.peek(); err != nil || c != '{' {
		return s.in.value(nil)
	}
	return s.members(func(key []byte) error {
		switch {
		case len(path) == 0:
			var name string
			if err := json.Unmarshal([]byte(`"`+string(key)+`"`), &name); err != nil {
				return errSyntax
			}
			*names = append(*names, name)
		case string(key) == path[0]:
			return s.keys(path[1:], names)
		}
		return s.in.value(nil)
	})
}
