// Package yamlview draws objects as YAML, with the lines marked that findings are about.
package yamlview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/manifest"
)

// Document is the YAML of one object. It is immutable. Making one takes time that grows with the object, so commands do.
type Document struct {
	text  string
	lines []string
	// keys holds for each line where its key stands, in bytes; zero where it has none.
	keys  []stretch
	index *manifest.Lines
}

type stretch struct{ from, to int }

// New writes an object, which must be masked: what it is first, what the cluster says of it last.
func New(u *unstructured.Unstructured) (*Document, error) {
	data, err := ordered(u.Object)
	if err != nil {
		return nil, fmt.Errorf("YAML: %w", err)
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("YAML: %w", err)
	}
	d := &Document{text: string(text)}
	d.lines = strings.Split(strings.TrimSuffix(d.text, "\n"), "\n")
	d.keys = make([]stretch, len(d.lines))
	if d.index, err = manifest.NewLines(text); err != nil {
		return nil, fmt.Errorf("YAML: %w", err)
	}
	for line, column := range d.index.Keys {
		if line <= len(d.lines) {
			d.keys[line-1] = key(d.lines[line-1], column)
		}
	}
	return d, nil
}

// ordered writes an object as JSON with its fields in the order in which people read them.
func ordered(o map[string]any) ([]byte, error) {
	first := []string{"apiVersion", "kind", "metadata"}
	names := slices.Sorted(maps.Keys(o))
	names = slices.DeleteFunc(names, func(n string) bool { return n == "status" || slices.Contains(first, n) })
	names = append(append(first, names...), "status")
	var b bytes.Buffer
	b.WriteByte('{')
	for _, name := range names {
		v, ok := o[name]
		if !ok {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		for i, part := range []any{name, v} {
			data, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			if i > 0 {
				b.WriteByte(':')
			}
			b.Write(data)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// key gives where the key stands that begins at a column, counted in characters from 1.
func key(line string, column int) stretch {
	from := 0
	for ; column > 1 && from < len(line); column-- {
		_, n := utf8.DecodeRuneInString(line[from:])
		from += n
	}
	rest := line[from:]
	end := len(rest)
	switch {
	case rest == "":
	case rest[0] == '"':
		end = quoted(rest)
	case rest[0] == '\'':
		end = 1
		for end < len(rest) && rest[end] != '\'' {
			end++
		}
		end = min(end+1, len(rest))
	default:
		if i := strings.Index(rest, ": "); i >= 0 {
			end = i
		} else if strings.HasSuffix(rest, ":") {
			end = len(rest) - 1
		}
	}
	return stretch{from, from + end}
}

// quoted is the length of the text in double quotes that s begins with.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// Text is the YAML as it can be copied, without marks.
func (d *Document) Text() string { return d.text }

// Len is the number of lines.
func (d *Document) Len() int { return len(d.lines) }
