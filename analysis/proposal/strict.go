package proposal

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"

	"canopy/model"
	"canopy/model/strategic"
)

// maxProbes is how many fields are tried one by one to find the one that does not fit.
const maxProbes = 5000

// strict reads a document as the type of its kind and tells every field that the type does not have, or that holds something else
// than the type wants.
func (r *reader) strict(o map[string]any, kind *model.Kind, at place) {
	fresh := func() runtime.Object {
		object, err := r.scheme.New(kind.GVK())
		if err != nil {
			return nil
		}
		return object
	}
	data, err := json.Marshal(o)
	if err != nil {
		r.refuse(at, "", err.Error())
		return
	}
	unknown, err := kjson.UnmarshalStrict(data, fresh())
	if err != nil {
		p := probe{fresh: fresh}
		p.try(o, nil, func(inner any) any { return inner })
		for _, f := range p.found {
			r.refuse(at, f.path, f.message)
		}
		if len(p.found) == 0 {
			r.refuse(at, "", shorten(err.Error()))
		}
		return
	}
	for i, e := range unknown {
		if i == maxProblems {
			r.refuse(at, "", fmt.Sprintf("%d more fields are not known", len(unknown)-i))
			break
		}
		path, ok := strings.CutPrefix(e.Error(), "unknown field ")
		if path = strings.Trim(path, `"`); !ok {
			r.refuse(at, "", shorten(e.Error()))
			continue
		}
		r.refuse(at, path, fmt.Sprintf("%s has no such field", kind.Kind))
	}
	if schema, err := strategic.Of(fresh()); err == nil {
		r.mergeable(o, schema, "", at)
	}
}

// fault is a field that does not fit.
type fault struct{ path, message string }

// probe finds the fields that a type does not take, by giving it one at a time: errors of the types themselves name no field.
type probe struct {
	fresh func() runtime.Object
	tries int
	found []fault
}

// try goes through a value; wrap puts a part of it where it belongs in an otherwise empty document.
func (p *probe) try(v any, path []string, wrap func(any) any) {
	if p.tries++; p.tries > maxProbes || len(p.found) >= maxProblems {
		return
	}
	alone := v
	switch v.(type) {
	case map[string]any:
		alone = map[string]any{}
	case []any:
		alone = []any{}
	}
	if len(path) > 0 {
		if data, err := json.Marshal(wrap(alone)); err != nil {
			return
		} else if err := kjson.UnmarshalCaseSensitivePreserveInts(data, p.fresh()); err != nil {
			p.found = append(p.found, fault{strings.Join(path, ""), sentence(err)})
			return
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			step := "." + k
			if len(path) == 0 {
				step = k
			} else if strings.ContainsAny(k, ".[]") {
				step = "[" + k + "]"
			}
			p.try(v[k], append(path[:len(path):len(path)], step), func(inner any) any { return wrap(map[string]any{k: inner}) })
		}
	case []any:
		for i, item := range v {
			p.try(item, append(path[:len(path):len(path)], fmt.Sprintf("[%d]", i)), func(inner any) any { return wrap([]any{inner}) })
		}
	}
}

// sentence says in words what a type does not take.
func sentence(err error) string {
	var wrong interface {
		error
		Unwrap() error
	}
	if errors.As(err, &wrong) && wrong.Unwrap() != nil {
		err = wrong.Unwrap()
	}
	text := strings.TrimPrefix(err.Error(), "json: ")
	if got, rest, ok := strings.Cut(text, " into Go "); ok {
		got = strings.TrimPrefix(got, "cannot unmarshal ")
		if fields := strings.Fields(rest); len(fields) > 0 {
			want := fields[len(fields)-1]
			return fmt.Sprintf("it holds a %s and wants %s", firstWord(got), kindOfValue(want))
		}
	}
	return shorten(text)
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// kindOfValue names a Go type for people.
func kindOfValue(t string) string {
	switch {
	case strings.HasPrefix(t, "[]uint8"):
		return "a text in base64"
	case strings.HasPrefix(t, "[]"):
		return "a list"
	case strings.HasPrefix(t, "int"), strings.HasPrefix(t, "uint"):
		return "a whole number"
	case t == "bool":
		return "true or false"
	case t == "string":
		return "a text: put it in quotes"
	case strings.HasPrefix(t, "map["), strings.Contains(t, "."):
		return "fields"
	}
	return t
}

func shorten(s string) string {
	r := []rune(s)
	if len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}
