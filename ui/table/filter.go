package table

import (
	"slices"
	"strings"
)

// filter is a parsed filter text: words, all of which must hold. "!" before a word turns it round, "name:" before it
// looks into that field only.
type filter[R any] []term[R]

type term[R any] struct {
	// field is nil for a word that is looked for in all searched columns.
	field *Field[R]
	not   bool
	// value is in lower case.
	value string
}

func (s *Schema[R]) parse(text string) filter[R] {
	var f filter[R]
	for _, word := range strings.Fields(strings.ToLower(text)) {
		t := term[R]{value: word}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, t.value = true, rest
		}
		if name, value, ok := strings.Cut(t.value, ":"); ok {
			// A word with a colon that names no field is plain text: image references have one.
			if i := s.field(name); i >= 0 {
				t.field, t.value = &s.Fields[i], value
			}
		}
		// What is still being typed ("ns:", "!") filters nothing yet.
		if t.value != "" {
			f = append(f, t)
		}
	}
	return f
}

// field finds a field by either name; -1 where there is none.
func (s *Schema[R]) field(name string) int {
	return slices.IndexFunc(s.Fields, func(f Field[R]) bool { return f.Name == name || f.Also != "" && f.Also == name })
}

// UnknownKeys lists the words before a colon in a filter that name no field. They are looked for as plain text.
func (s *Schema[R]) UnknownKeys(text string) []string {
	var keys []string
	for _, word := range strings.Fields(strings.ToLower(text)) {
		name, _, ok := strings.Cut(strings.TrimPrefix(word, "!"), ":")
		if ok && s.field(name) < 0 {
			keys = append(keys, name)
		}
	}
	return keys
}

// narrows tells that all rows that pass f pass old too, so that only those need looking at. It says no when in doubt.
func (f filter[R]) narrows(old filter[R]) bool {
	if len(f) < len(old) {
		return false
	}
	for i, o := range old {
		t := f[i]
		if t.field != o.field || t.not != o.not {
			return false
		}
		// A longer word holds for fewer rows; turned round it holds for more.
		if t.value != o.value && (t.not || !strings.HasPrefix(t.value, o.value)) {
			return false
		}
	}
	return true
}

func (s *Schema[R]) passes(f filter[R], row R) bool {
	for i := range f {
		if s.holds(&f[i], row) == f[i].not {
			return false
		}
	}
	return true
}

func (s *Schema[R]) holds(t *term[R], row R) bool {
	if t.field != nil {
		text := t.field.Text(row)
		return len(text) >= len(t.value) && strings.EqualFold(text[:len(t.value)], t.value)
	}
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Searched && containsFold(c.Text(row), t.value) {
			return true
		}
	}
	return false
}

// containsFold looks for a lower-case word without making a lower-case copy of every cell of every row. Beyond ASCII
// case counts on the text's side.
func containsFold(text, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		j := 0
		for j < len(word) && lower(text[i+j]) == word[j] {
			j++
		}
		if j == len(word) {
			return true
		}
	}
	return false
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
