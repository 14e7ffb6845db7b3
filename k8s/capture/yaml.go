package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// errEmpty tells that a document holds nothing.
var errEmpty = errors.New("empty document")

// parseYAML reads the one document of data. Aliases stay unexpanded, so that a document costs what it weighs.
func parseYAML(data []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errEmpty
		}
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, errEmpty
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		return nil, errEmpty
	}
	return root, nil
}

// mark ties an offset of the JSON to the line of the YAML that it was made from.
type mark struct {
	offset int
	line   int
}

// jsonWriter turns YAML nodes into JSON, by the rules of kubectl: YAML 1.1, where yes and off are booleans and 0644 is
// octal; keys become text; of keys that stand twice the last counts.
type jsonWriter struct {
	out      []byte
	limits   *Limits
	expanded int
	aliases  []*yaml.Node
	// marks is filled where it is not nil.
	marks *[]mark
	// duplicates lists keys that stand twice.
	duplicates []*yaml.Node
}

type nodeError struct {
	line int
	err  error
}

func (e *nodeError) Error() string { return e.err.Error() }
func (e *nodeError) Unwrap() error { return e.err }

func at(n *yaml.Node, err error) error { return &nodeError{n.Line, err} }

func (w *jsonWriter) node(n *yaml.Node, depth int) error {
	if depth > w.limits.Depth {
		return at(n, overLimit("nesting", int64(w.limits.Depth)))
	}
	if int64(len(w.out)) > w.limits.DocumentBytes {
		return at(n, overLimit("the document", w.limits.DocumentBytes))
	}
	if len(w.aliases) > 0 {
		if w.expanded++; w.expanded > w.limits.Aliases {
			return at(n, overLimit("alias expansion", int64(w.limits.Aliases)))
		}
	}
	if w.marks != nil {
		*w.marks = append(*w.marks, mark{len(w.out), n.Line})
	}
	switch n.Kind {
	case yaml.AliasNode:
		for _, a := range w.aliases {
			if a == n.Alias {
				return at(n, fmt.Errorf("the anchor %q holds itself", n.Value))
			}
		}
		w.aliases = append(w.aliases, n.Alias)
		err := w.node(n.Alias, depth)
		w.aliases = w.aliases[:len(w.aliases)-1]
		return err
	case yaml.SequenceNode:
		w.out = append(w.out, '[')
		for i, c := range n.Content {
			if i > 0 {
				w.out = append(w.out, ',')
			}
			if err := w.node(c, depth+1); err != nil {
				return err
			}
		}
		w.out = append(w.out, ']')
		return nil
	case yaml.MappingNode:
		return w.mapping(n, depth)
	case yaml.ScalarNode:
		return w.scalar(n)
	}
	return at(n, fmt.Errorf("unexpected YAML node %d", n.Kind))
}

func (w *jsonWriter) mapping(n *yaml.Node, depth int) error {
	pairs, err := w.pairs(n, 0)
	if err != nil {
		return err
	}
	w.out = append(w.out, '{')
	for i, p := range pairs {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = appendString(w.out, p.key)
		w.out = append(w.out, ':')
		if err := w.node(p.value, depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

type pair struct {
	key   string
	value *yaml.Node
}

// pairs lists the keys of a mapping, those it merges in included.
func (w *jsonWriter) pairs(n *yaml.Node, merges int) ([]pair, error) {
	if merges > maxLists {
		return nil, at(n, overLimit("merging", maxLists))
	}
	list := make([]pair, 0, len(n.Content)/2)
	var index map[string]int
	if len(n.Content) > 32 {
		index = make(map[string]int, len(n.Content)/2)
	}
	find := func(key string) int {
		if index != nil {
			if i, ok := index[key]; ok {
				return i
			}
			return -1
		}
		for i := range list {
			if list[i].key == key {
				return i
			}
		}
		return -1
	}
	add := func(p pair) {
		if index != nil {
			index[p.key] = len(list)
		}
		list = append(list, p)
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.ScalarNode && k.Style == 0 && k.Value == "<<" {
			merged = append(merged, v)
			continue
		}
		key, err := keyText(k)
		if err != nil {
			return nil, err
		}
		if at := find(key); at >= 0 {
			w.duplicates = append(w.duplicates, k)
			list[at].value = v
			continue
		}
		add(pair{key, v})
	}
	for _, m := range merged {
		sources := []*yaml.Node{m}
		if m.Kind == yaml.SequenceNode {
			sources = m.Content
		}
		for _, s := range sources {
			if s.Kind == yaml.AliasNode {
				s = s.Alias
			}
			if s.Kind != yaml.MappingNode {
				return nil, at(m, errors.New("only a mapping can be merged in"))
			}
			if w.expanded += len(s.Content); w.expanded > w.limits.Aliases {
				return nil, at(m, overLimit("alias expansion", int64(w.limits.Aliases)))
			}
			more, err := w.pairs(s, merges+1)
			if err != nil {
				return nil, err
			}
			for _, p := range more {
				if find(p.key) < 0 {
					add(p)
				}
			}
		}
	}
	return list, nil
}

func keyText(k *yaml.Node) (string, error) {
	if k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	if k.Kind != yaml.ScalarNode {
		return "", at(k, errors.New("a key must be a text"))
	}
	if k.Style == 0 {
		if b, ok := oldBool(k.Value); ok {
			return strconv.FormatBool(b), nil
		}
		switch k.ShortTag() {
		case "!!null":
			return "", at(k, errors.New("a key must not be null"))
		case "!!int", "!!float":
			var w jsonWriter
			err := w.scalar(k)
			return string(w.out), err
		}
	}
	return k.Value, nil
}

// oldBool reads the booleans of YAML 1.1.
func oldBool(s string) (value, ok bool) {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true, true
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}

func (w *jsonWriter) scalar(n *yaml.Node) error {
	switch tag := n.ShortTag(); tag {
	case "!!null":
		w.out = append(w.out, "null"...)
	case "!!bool":
		b, ok := oldBool(n.Value)
		if !ok {
			return at(n, fmt.Errorf("%.40q is neither true nor false", n.Value))
		}
		w.out = strconv.AppendBool(w.out, b)
	case "!!int":
		plain := strings.ReplaceAll(n.Value, "_", "")
		i, ok := new(big.Int).SetString(plain, 0)
		if !ok || len(plain) > 64 {
			return at(n, fmt.Errorf("%.40q is no number", n.Value))
		}
		w.out = i.Append(w.out, 10)
	case "!!float":
		f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return at(n, fmt.Errorf("%.40q is no number that JSON knows", n.Value))
		}
		w.out = strconv.AppendFloat(w.out, f, 'g', -1, 64)
	default:
		if n.Style == 0 && tag == "!!str" {
			if b, ok := oldBool(n.Value); ok {
				w.out = strconv.AppendBool(w.out, b)
				return nil
			}
		}
		w.out = appendString(w.out, n.Value)
	}
	return nil
}

// appendString writes a JSON string. What comes from YAML is valid UTF-8.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[start:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		start = i + 1
	}
	out = append(out, s[start:]...)
	return append(out, '"')
}
