package manifest

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Lines knows where the fields of a YAML document stand. It is immutable.
type Lines struct{ root *yaml.Node }

// Span is where a field stands: from line First to line Last, counted from 1.
type Span struct {
	First, Last int
	// Missing is the part of the path that is not there, "" where all of it is. First and Last are then the line of the
	// nearest parent that is.
	Missing string
}

// NewLines reads the first document of a YAML text.
func NewLines(text []byte) (*Lines, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(text, &n); err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	if n.Kind == yaml.DocumentNode {
		return &Lines{n.Content[0]}, nil
	}
	return &Lines{&n}, nil
}

// Find gives the place of a field by a path such as spec.containers[0].image or metadata.labels[example.com/a.b]. Keys
// that hold dots are found without brackets too.
func (l *Lines) Find(path string) Span {
	n, line := l.root, max(1, l.root.Line)
	steps := parsePath(path)
	for len(steps) > 0 {
		next, at, taken := child(n, steps)
		if next == nil {
			return Span{line, line, spell(steps)}
		}
		n, line, steps = next, at, steps[taken:]
	}
	return Span{line, max(line, last(n)), ""}
}

// Keys goes through the keys of all mappings: line and column of each, the column counted in characters from 1.
func (l *Lines) Keys(yield func(line, column int) bool) { keys(l.root, yield) }

func keys(n *yaml.Node, yield func(line, column int) bool) bool {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && !yield(c.Line, c.Column) {
			return false
		}
		if !keys(c, yield) {
			return false
		}
	}
	return true
}

// child takes as many steps as lead to one node below n: the node, the line on which it or its key begins, and how many
// steps that were. Where keys of different length fit, the longest is taken.
func child(n *yaml.Node, steps []step) (next *yaml.Node, line, taken int) {
	if n.Kind == yaml.SequenceNode && steps[0].index >= 0 {
		if i := steps[0].index; i < len(n.Content) {
			return n.Content[i], n.Content[i].Line, 1
		}
		return nil, 0, 0
	}
	if n.Kind != yaml.MappingNode {
		return nil, 0, 0
	}
	widest := 0
	for i := 0; i < len(n.Content); i += 2 {
		widest = max(widest, len(n.Content[i].Value))
	}
	name := ""
	for k, s := range steps {
		if k > 0 {
			if s.bracket {
				break
			}
			name += "."
		}
		if name += s.name; len(name) > widest {
			break
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				next, line, taken = n.Content[i+1], n.Content[i].Line, k+1
			}
		}
	}
	return next, line, taken
}

// last is the last line of a node.
func last(n *yaml.Node) int {
	end := n.Line
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		end += strings.Count(strings.TrimRight(n.Value, "\n"), "\n") + 1
	}
	if len(n.Content) > 0 {
		end = max(end, last(n.Content[len(n.Content)-1]))
	}
	return end
}

// step is one step of a path: a name, which may be an index too.
type step struct {
	name string
	// index is -1 where the name is no number in brackets.
	index int
	// bracket tells that the name stood in brackets, and so is whole.
	bracket bool
}

func parsePath(path string) []step {
	var steps []step
	for path != "" {
		if path[0] == '[' {
			inner, rest, ok := strings.Cut(path[1:], "]")
			if !ok {
				return append(steps, step{name: path, index: -1})
			}
			s := step{name: inner, index: -1, bracket: true}
			if i, err := strconv.Atoi(inner); err == nil {
				s.index = i
			} else {
				s.name = strings.Trim(inner, `"'`)
			}
			steps, path = append(steps, s), strings.TrimPrefix(rest, ".")
			continue
		}
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		steps = append(steps, step{name: path[:end], index: -1})
		path = strings.TrimPrefix(path[end:], ".")
	}
	return steps
}

// spell writes steps as a path.
func spell(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		switch {
		case s.bracket && i == 0 && s.index < 0:
			b.WriteString(s.name)
		case s.bracket:
			b.WriteString("[" + s.name + "]")
		case i > 0:
			b.WriteString("." + s.name)
		default:
			b.WriteString(s.name)
		}
	}
	return b.String()
}
