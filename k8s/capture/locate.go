package capture

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"canopy/model"
)

// Locate gives the file and the line of a field. The text of a Secret, of an object in an archive and of one that was
// written to since answers as it was read.
func (s *Source) Locate(ref model.Ref, path string) (name string, line int, ok bool) {
	s.mu.Lock()
	o := s.objects[keyOf(ref)]
	s.mu.Unlock()
	if o == nil || o.file == nil || o.text == nil {
		return "", 0, false
	}
	if o.text.line == 0 {
		return o.file.name, o.line, true
	}
	shape, err := s.shapeOf(o.text)
	if err != nil {
		return o.file.name, o.line, true
	}
	steps := parsePath(path)
	within := 0
	if shape.root != nil {
		within = yamlLine(itemNode(shape.root, o.place), steps)
	} else if p := itemPlace(shape.places, o.place); p != nil {
		within = bytes.Count(shape.data[:jsonStart(p, steps)], []byte("\n")) + 1
	}
	if within == 0 {
		return o.file.name, o.line, true
	}
	return o.file.name, o.text.line + within - 1, true
}

// shape is a text with the places of its fields: root for YAML, places for JSON.
type shape struct {
	text   *text
	data   []byte
	root   *yaml.Node
	places *place
}

// shapeOf parses a text. The last one is kept: findings are located one after the other, and a list holds many objects.
func (s *Source) shapeOf(t *text) (*shape, error) {
	s.locating.Lock()
	defer s.locating.Unlock()
	if s.shape != nil && s.shape.text == t {
		return s.shape, nil
	}
	now := &shape{text: t}
	var err error
	if now.data, err = t.packed.unpack(); err != nil {
		return nil, err
	}
	if t.yaml {
		if now.root, err = parseYAML(now.data); err != nil {
			return nil, err
		}
	} else {
		var ok bool
		if now.places, ok = parsePlaces(now.data); !ok {
			return nil, errEmpty
		}
	}
	s.shape = now
	return now, nil
}

// step is one step of a field path: a name, or the index of an item.
type step struct {
	name  string
	index int
}

// parsePath reads a path such as spec.containers[0].env["a.b"].
func parsePath(path string) []step {
	var steps []step
	for path != "" {
		switch path[0] {
		case '.':
			path = path[1:]
		case '[':
			end := strings.IndexByte(path, ']')
			if end < 0 {
				return steps
			}
			inner := strings.Trim(path[1:end], `"'`)
			if i, err := strconv.Atoi(inner); err == nil && i >= 0 {
				steps = append(steps, step{index: i})
			} else {
				steps = append(steps, step{name: inner, index: -1})
			}
			path = path[end+1:]
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			steps = append(steps, step{name: path[:end], index: -1})
			path = path[end:]
		}
	}
	return steps
}

// names gives the names that the next steps could spell together, since keys of labels and annotations hold dots, and how
// many steps each takes.
func names(steps []step, try func(name string, n int) bool) {
	name := ""
	for i, s := range steps {
		if s.index >= 0 {
			return
		}
		if i > 0 {
			name += "."
		}
		name += s.name
		if try(name, i+1) {
			return
		}
	}
}

// yamlLine gives the line of the key, or of the item, that the steps lead to, or of the last on the way that is there.
func yamlLine(n *yaml.Node, steps []step) int {
	if n == nil {
		return 0
	}
	line := n.Line
	for len(steps) > 0 {
		n = follow(n)
		if i := steps[0].index; i >= 0 {
			if n.Kind != yaml.SequenceNode || i >= len(n.Content) {
				return line
			}
			n = n.Content[i]
			line, steps = n.Line, steps[1:]
			continue
		}
		var value *yaml.Node
		taken := 0
		names(steps, func(name string, k int) bool {
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == name {
					line, value, taken = n.Content[i].Line, n.Content[i+1], k
				}
			}
			return value != nil
		})
		if value == nil {
			return line
		}
		n, steps = value, steps[taken:]
	}
	return line
}

// jsonStart gives the offset at which the value stands that the steps lead to, or the last on the way that is there.
func jsonStart(p *place, steps []step) int {
	for len(steps) > 0 {
		var next *place
		taken := 1
		if i := steps[0].index; i >= 0 {
			if !p.object && i < len(p.below) {
				next = p.below[i]
			}
		} else {
			names(steps, func(name string, k int) bool {
				next, taken = p.field(name), k
				return next != nil
			})
		}
		if next == nil {
			return p.start
		}
		p, steps = next, steps[taken:]
	}
	return p.start
}
