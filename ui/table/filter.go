package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// filter is a parsed filter text: words, all of which must hold.
//
//	web            some searched column contains it
//	"two words"    contains just that, with its blanks and signs
//	~^web-\d+$     some searched column matches the regular expression
//	ns:shop        the field begins with it; "ns:=shop" is that and no more, "ns:~x" matches
//	ns:shop,data   either
//	sev:>=high     the field has an order, and is at least that; also > < <=
//	!word          turns any of these round
type filter[R any] []term[R]

type term[R any] struct {
	raw string
	// field is nil for a word that is looked for in all searched columns.
	field *Field[R]
	not   bool
	// any holds the values of which one must fit: more than one for a field only.
	any []value
}

// parsed is a filter, and what is wrong with its text. What is wrong filters nothing, nor does what is still being typed
// ("ns:", "!").
type parsed[R any] struct {
	filter  filter[R]
	problem string
}

func (s *Schema[R]) parse(text string) parsed[R] {
	var p parsed[R]
	for _, raw := range words(text) {
		t := term[R]{raw: raw}
		word := raw
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			t.not, word = true, rest
		}
		values := []string{word}
		// A word with a colon that names no field is plain text: image references have one.
		if name, rest, ok := key(word); ok && s.field(name) >= 0 {
			t.field = &s.Fields[s.field(name)]
			values = t.field.spelled(alternatives(rest))
		}
		for _, w := range values {
			v, err := newValue(w, t.field != nil, t.order())
			if err != nil {
				if p.problem == "" {
					p.problem = fmt.Sprintf("%s: %v", raw, err)
				}
			} else if v.text != "" {
				t.any = append(t.any, v)
			}
		}
		if len(t.any) > 0 {
			p.filter = append(p.filter, t)
		}
	}
	return p
}

// spelled puts values in the place of words that stand for several.
func (f *Field[R]) spelled(values []string) []string {
	if len(f.Stands) == 0 {
		return values
	}
	var all []string
	for _, v := range values {
		if list, ok := f.Stands[strings.ToLower(strings.TrimPrefix(v, "="))]; ok {
			all = append(all, list...)
		} else {
			all = append(all, v)
		}
	}
	return all
}

// Problem says what is wrong with a filter: a regular expression that is none, an order that the field does not have.
// It is empty where all is well. The text holds words of the filter.
// It is a mistake as well to ask for a value that there is not, or to compare with none.
func (s *Schema[R]) Problem(text string) string {
	p := s.parse(text)
	if p.problem != "" {
		return p.problem
	}
	for i := range p.filter {
		if problem := p.filter[i].problem(); problem != "" {
			return p.filter[i].raw + ": " + problem
		}
	}
	return s.unfinished(text)
}

// problem says which value of a term no row can have.
func (t *term[R]) problem() string {
	if t.field == nil || t.field.Known == nil {
		return ""
	}
	for i := range t.any {
		v := &t.any[i]
		fits := func(known string) bool {
			return v.op == equals && known == v.text || v.op == contains && strings.HasPrefix(known, v.text)
		}
		if (v.op == equals || v.op == contains) && !slices.ContainsFunc(t.field.Known, fits) {
			return "there is no " + v.text + t.field.choices()
		}
	}
	return ""
}

// few is how many values are named to somebody who has named a wrong one.
const few = 8

func (f *Field[R]) choices() string {
	if len(f.Known) > few {
		return ""
	}
	return "; want " + strings.Join(slices.Concat(f.Known, slices.Sorted(maps.Keys(f.Stands))), ", ")
}

// unfinished finds a comparison with nothing.
func (s *Schema[R]) unfinished(text string) string {
	for _, raw := range words(text) {
		name, rest, ok := key(strings.TrimPrefix(raw, "!"))
		if !ok || s.field(name) < 0 {
			continue
		}
		if o, sign := operator(rest); o >= less && rest == sign {
			return raw + ": what is to be compared with is missing"
		}
	}
	return ""
}

// UnknownKeys lists the words before a colon in a filter that name no field. They are looked for as plain text.
func (s *Schema[R]) UnknownKeys(text string) []string {
	var keys []string
	for _, word := range words(text) {
		if name, _, ok := key(strings.TrimPrefix(word, "!")); ok && s.field(name) < 0 {
			keys = append(keys, name)
		}
	}
	return keys
}

// Wrong says what is wrong with a filter that a person has typed, an unknown key included; "" for nothing.
func (s *Schema[R]) Wrong(text string) string {
	if p := s.Problem(text); p != "" {
		return p
	}
	if unknown := s.UnknownKeys(text); len(unknown) > 0 {
		return "no key " + unknown[0] + " here, so it is text; keys: " + strings.Join(s.keys(), " ")
	}
	return ""
}

// keys names the fields.
func (s *Schema[R]) keys() []string {
	names := make([]string, len(s.Fields))
	for i := range s.Fields {
		names[i] = s.Fields[i].Name
	}
	return names
}

func (t *term[R]) order() func(string) (int, bool) {
	if t.field == nil {
		return nil
	}
	return t.field.Order
}

// narrows tells that all rows that pass f pass old too, so that only those need looking at. It says no when in doubt.
func (f filter[R]) narrows(old filter[R]) bool {
	if len(f) < len(old) {
		return false
	}
	for i := range old {
		if t, o := &f[i], &old[i]; t.raw != o.raw && !t.narrows(o) {
			return false
		}
	}
	return true
}

// narrows compares words that are not the same. A longer one holds for fewer rows; turned round it holds for more.
func (t *term[R]) narrows(old *term[R]) bool {
	if t.field != old.field || t.not || old.not || len(t.any) != 1 || len(old.any) != 1 {
		return false
	}
	v, o := &t.any[0], &old.any[0]
	return v.op == contains && o.op == contains && strings.HasPrefix(v.text, o.text)
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
		for i := range t.any {
			if t.any[i].fits(text, t.field.Order) || t.field.Within && t.any[i].op == contains && t.any[i].within(text) {
				return true
			}
		}
		return false
	}
	v := &t.any[0]
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Searched && v.within(c.Text(row)) {
			return true
		}
	}
	return false
}
