package theme

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"canopy/ui/text"
)

// MaxPalette is the number of bytes that the file of a palette may have.
const MaxPalette = 64 << 10

// Problem says what is wrong with a line of a palette. The line is 0 where it is about the file.
type Problem struct {
	Line    int
	Message string
}

// String is the problem on one line.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.Message
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Message)
}

// Parse reads a palette that a user wrote:
//
//	base: canopy                 # whose colours hold where this file says nothing; terminal if absent
//	dark:
//	  title: brightgreen         # one of the sixteen names, 0 to 255, "#rgb" or "#rrggbb", or "" for none
//	  selected: {fg: "#000", bg: 114, bold: true}
//	light:
//	  title: {underline: true}
//
// The other attributes are faint, italic and reverse; Roles names the roles. An entry takes the place of the base's as
// a whole. One that is wrong is a problem and is left out; the rest holds.
func Parse(name string, data []byte) (Palette, []Problem) {
	var r reader
	root := r.document(data)
	p := r.base(root)
	p.Name = name
	r.palette(root, &p)
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return p, r.problems
}

// reader collects the problems of a file.
type reader struct{ problems []Problem }

func (r *reader) problem(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, Problem{n.Line, fmt.Sprintf(format, args...)})
}

// document gives what the one document of the file holds, or nil.
func (r *reader) document(data []byte) *yaml.Node {
	if len(data) > MaxPalette {
		r.problems = append(r.problems, Problem{0, fmt.Sprintf("more than %d KiB", MaxPalette>>10)})
		return nil
	}
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		r.problems = append(r.problems, Problem{0, "nothing in it"})
		return nil
	} else if err != nil {
		r.problems = append(r.problems, broken(err))
		return nil
	}
	if err := d.Decode(&more); err == nil {
		r.problem(&more, "a second document, which is not read")
	} else if !errors.Is(err, io.EOF) {
		r.problems = append(r.problems, broken(err))
	}
	if len(doc.Content) != 1 {
		return nil
	}
	return doc.Content[0]
}

// broken is the problem of a file that is no YAML.
func broken(err error) Problem {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	var p Problem
	if _, err := fmt.Sscanf(s, "line %d:", &p.Line); err == nil {
		_, s, _ = strings.Cut(s, ": ")
	}
	p.Message = "no YAML: " + text.Cut(s, 200)
	return p
}

// each calls f for every entry of a mapping that stands there once and uses no alias or anchor.
func (r *reader) each(n *yaml.Node, what string, f func(key string, k, v *yaml.Node)) {
	if n == nil || !r.written(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.problem(n, "%s must be a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case !r.written(k) || !r.written(v):
		case k.Kind != yaml.ScalarNode:
			r.problem(k, "a key of %s must be a word", what)
		case seen[k.Value]:
			r.problem(k, "%s stands twice; the first one holds", quote(k))
		default:
			seen[k.Value] = true
			f(k.Value, k, v)
		}
	}
}

// written tells that a node is what it looks like.
func (r *reader) written(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.problem(n, "aliases and anchors are not read")
		return false
	}
	return true
}

func quote(n *yaml.Node) string { return fmt.Sprintf("%q", text.Cut(n.Value, 40)) }
