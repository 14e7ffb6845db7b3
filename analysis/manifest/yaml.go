// Package manifest writes YAML that is safe to look at and that reads back as what was written: characters that a terminal
// acts on stand as escapes, words that YAML would take for something else stand in quotes.
package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// FromJSON gives a JSON document as YAML, with the fields in the same order.
func FromJSON(data []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	root, err := node(d)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(root); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return escaped(b.Bytes()), nil
}

// node reads one value. Going by tokens keeps the order of fields, which a map would lose.
func node(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		if t == '[' {
			n = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		}
		for d.More() {
			// In an object keys and values take turns, as they do in a mapping node.
			child, err := node(d)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		if len(n.Content) == 0 {
			n.Style = yaml.FlowStyle
		}
		_, err := d.Token()
		return n, err
	case string:
		n := &yaml.Node{}
		n.SetString(t)
		if !plain(t) || wantsQuotes(t) {
			n.Style = yaml.DoubleQuotedStyle
		}
		return n, nil
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: t.String()}, nil
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(t)}, nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
}

// wantsQuotes tells that a reader of any version of YAML may take a bare text for something else: n, on, 1e3, 12:30:00. The
// encoder knows that of Go strings, but does not look at nodes.
func wantsQuotes(s string) bool {
	if s == "" {
		return true
	}
	if word(s) {
		return false
	}
	text, err := yaml.Marshal(s)
	return err != nil || text[0] == '"' || text[0] == '\''
}

// word tells a text that no reader takes for anything but a text: it begins with a letter, holds none but those that names are
// made of, and is none of the words for truth, nothing and numbers. Nearly all texts are, and asking the encoder costs much more.
func word(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.' || c == '/' || c == '_'):
		default:
			return false
		}
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return false
	}
	return true
}

// Safe tells that a character has no effect on a terminal but its picture. unicode.IsPrint leaves out controls, format
// characters (bidirectional controls and tags among them), private use, and every space but the common one.
func Safe(r rune) bool {
	return r == '\n' || r == '\t' || unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point)
}

// plain tells that a whole text is safe; only double quotes can hold one that is not.
func plain(s string) bool {
	for _, r := range s {
		if !Safe(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// escaped writes as escapes what is not safe. It all stands in double quotes, where node has put it.
func escaped(text []byte) []byte {
	if plain(string(text)) {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case Safe(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
