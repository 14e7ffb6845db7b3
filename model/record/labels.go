package record

import (
	"encoding/binary"
	"iter"
	"slices"
	"strings"
	"unique"
)

// Labels is an immutable set of labels or annotations. Equal sets share their memory, compare equal with == and cost
// eight bytes a record. It satisfies labels.Labels of apimachinery.
type Labels struct {
	// handle holds the pairs in the order of their keys, each string behind its length.
	handle unique.Handle[string]
}

// MakeLabels interns a map.
func MakeLabels(m map[string]string) Labels {
	if len(m) == 0 {
		return Labels{}
	}
	keys := make([]string, 0, len(m))
	size := 0
	for k, v := range m {
		keys = append(keys, k)
		size += len(k) + len(v) + 4
	}
	slices.Sort(keys)
	buf := make([]byte, 0, size)
	for _, k := range keys {
		buf = binary.AppendUvarint(buf, uint64(len(k)))
		buf = append(buf, k...)
		v := m[k]
		buf = binary.AppendUvarint(buf, uint64(len(v)))
		buf = append(buf, v...)
	}
	return Labels{unique.Make(string(buf))}
}

// All goes through the pairs in the order of their keys.
func (l Labels) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if l == (Labels{}) {
			return
		}
		rest := l.handle.Value()
		for rest != "" {
			var k, v string
			k, rest = cut(rest)
			v, rest = cut(rest)
			if !yield(k, v) {
				return
			}
		}
	}
}

// cut takes one string off its length-prefixed form.
func cut(s string) (head, rest string) {
	var n, shift uint64
	for i := 0; ; i++ {
		b := s[i]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return s[i+1 : i+1+int(n)], s[i+1+int(n):]
		}
		shift += 7
	}
}

// Lookup gives the value of a key and whether it is there.
func (l Labels) Lookup(key string) (string, bool) {
	for k, v := range l.All() {
		switch strings.Compare(k, key) {
		case 0:
			return v, true
		case 1:
			return "", false
		}
	}
	return "", false
}

// Get gives the value of a key, "" where it is not there.
func (l Labels) Get(key string) string {
	v, _ := l.Lookup(key)
	return v
}

// Has tells whether the key is there.
func (l Labels) Has(key string) bool {
	_, ok := l.Lookup(key)
	return ok
}

// Len counts the pairs.
func (l Labels) Len() int {
	n := 0
	for range l.All() {
		n++
	}
	return n
}

// Map gives a copy as a map; nil where the set is empty.
func (l Labels) Map() map[string]string {
	if l == (Labels{}) {
		return nil
	}
	m := map[string]string{}
	for k, v := range l.All() {
		m[k] = v
	}
	return m
}

// intern gives the one copy of a string that is shared by many records.
func intern(s string) string {
	if s == "" {
		return ""
	}
	return unique.Make(s).Value()
}

// Brief writes labels as kubectl does, a=b,c=d, and stops behind the one with which the text comes to more than most bytes: who writes an
// object chooses how many there are.
func (l Labels) Brief(most int) string {
	var s strings.Builder
	for k, v := range l.All() {
		if s.Len() > most {
			break
		}
		if s.Len() > 0 {
			s.WriteByte(',')
		}
		s.WriteString(k + "=" + v)
	}
	return s.String()
}
