package settings

import (
	"bytes"
	"encoding/json"
	"slices"
)

// schema is the part of JSON Schema (draft 7) that settings need.
type schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        any                `json:"type,omitempty"`
	Default     any                `json:"default,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Maximum     *int               `json:"maximum,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Unique      bool               `json:"uniqueItems,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	// Names is what other names may stand for: false, or a schema.
	Names any `json:"additionalProperties,omitempty"`
}

// Schema gives the JSON schema (draft 7) of the file, with the names that do not depend on the screens.
func Schema() []byte { return Known{}.Schema() }

// Schema gives the JSON schema (draft 7) of the file with the names that are known, by which an editor completes and checks.
func (k Known) Schema() []byte {
	s := k.table(options())
	s.Dialect = "http://json-schema.org/draft-07/schema#"
	s.Title = "Settings of Canopy's dashboard"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	// It is made of maps, lists and words, which can always be encoded.
	_ = e.Encode(s)
	return b.Bytes()
}

// object is the type of a map: nothing in its place is an empty one.
func object() any { return []string{"object", "null"} }

func (k *Known) table(table []option) *schema {
	s := &schema{Type: object(), Names: false, Properties: map[string]*schema{}}
	for i := range table {
		o := &table[i]
		v := k.value(o)
		v.Description = o.doc
		switch {
		case o.kind == flag:
			v.Default = o.fallback == "true"
		case o.fallback != "":
			v.Default = o.fallback
		}
		s.Properties[o.name] = v
	}
	return s
}

func (k *Known) value(o *option) *schema {
	switch o.kind {
	case choice:
		return &schema{Type: "string", Enum: o.allowed(k)}
	case theme:
		// A file that is added later makes a theme too.
		return &schema{AnyOf: []*schema{{Type: "string", Enum: o.allowed(k)}, {Type: "string", Pattern: themePattern}}}
	case flag:
		return &schema{Type: "boolean"}
	case path:
		return &schema{Type: "string", Pattern: pathPattern}
	case duration:
		return &schema{Type: "string", Pattern: durationPattern}
	case namespaces:
		return &schema{Type: "array", Unique: true, Items: &schema{Type: "string", Pattern: namespacePattern}}
	case registries, jewels:
		return &schema{Type: "array", Unique: true, Items: &schema{Type: "string"}}
	case columns:
		return k.columns()
	case keys:
		zero, nine := 0, 9
		key := []*schema{{Type: "string", Pattern: keyPattern()}, {Type: "integer", Minimum: &zero, Maximum: &nine}}
		list := &schema{Type: "array", Unique: true, Items: &schema{AnyOf: key}}
		return named(o.allowed(k), &schema{AnyOf: append(slices.Clone(key), &schema{Type: "string", Enum: []string{""}}, list)})
	case contexts:
		return &schema{Type: object(), Names: k.table(contextual())}
	}
	return k.table(o.options)
}

// columns is a list for each screen that is known.
func (k *Known) columns() *schema {
	screens := k.tables()
	if screens == nil {
		return named(nil, &schema{Type: "array", Unique: true, Items: &schema{Type: "string"}})
	}
	s := named(screens, nil)
	for _, screen := range screens {
		s.Properties[screen] = &schema{Type: "array", Unique: true, Items: &schema{Type: "string", Enum: k.Columns[screen]}}
	}
	return s
}

// named is a map with the same under each of its names; where these are not known any name will do.
func named(names []string, value *schema) *schema {
	if names == nil {
		return &schema{Type: object(), Names: value}
	}
	s := &schema{Type: object(), Names: false, Properties: map[string]*schema{}}
	for _, n := range names {
		s.Properties[n] = value
	}
	return s
}
