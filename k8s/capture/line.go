package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model/scheme"
)

// line gives the line of the file at which the item at a place of the piece begins.
func (u *unit) line(at []int) int {
	if u.root != nil {
		if n := itemNode(u.root, at); n != nil {
			return u.piece.line + n.Line - 1
		}
		return u.piece.line
	}
	if len(at) > 0 {
		if root, ok := parsePlaces(u.piece.data); ok {
			if p := itemPlace(root, at); p != nil {
				return u.piece.line + bytes.Count(u.piece.data[:p.start], []byte("\n"))
			}
		}
	}
	return u.piece.line
}

// itemNode follows the indexes of items.
func itemNode(n *yaml.Node, at []int) *yaml.Node {
	for _, i := range at {
		list := fieldNode(n, "items")
		if list == nil {
			return nil
		}
		if list = follow(list); i >= len(list.Content) {
			return nil
		}
		n = list.Content[i]
	}
	return follow(n)
}

func follow(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// fieldNode gives the value of a key; nil where it is missing.
func fieldNode(n *yaml.Node, name string) *yaml.Node {
	n = follow(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func itemPlace(p *place, at []int) *place {
	for _, i := range at {
		list := p.field("items")
		if list == nil || i >= len(list.below) {
			return nil
		}
		p = list.below[i]
	}
	return p
}

func (p *place) field(name string) *place {
	for i := len(p.below) - 1; i >= 0; i-- {
		if p.object && p.below[i].key == name {
			return p.below[i]
		}
	}
	return nil
}

// target is an empty value of the type that the object is decoded into; nil where it has none.
func (r *reading) target() any {
	if r.kind == nil || r.convert != nil {
		return nil
	}
	var obj runtime.Object
	obj, err := scheme.Types().New(r.gvk)
	if err != nil {
		return nil
	}
	return obj
}

// badJSON notes that an object could not be decoded, at the line of the value that does not fit where that can be told:
// the object is decoded once more by the library that tells offsets.
func (u *unit) badJSON(at []int, data []byte, target any, kind schema.GroupKind, err error) {
	p := u.piece.problem(u.line(at), plainError(err))
	p.kind = kind
	var wrong *json.UnmarshalTypeError
	if target != nil && errors.As(json.Unmarshal(data, target), &wrong) {
		p.Line = u.lineAt(at, data, int(wrong.Offset))
		if path := pathAt(data, int(wrong.Offset), wrong.Field); path != "" {
			p.Message = strings.Replace(p.Message, wrong.Field+":", path+":", 1)
		}
	}
	u.out.problems = append(u.out.problems, p)
}

// pathAt gives the path of the value at an offset with the indexes of its lists, which field, as the library names it,
// lacks; "" where the two do not agree.
func pathAt(data []byte, offset int, field string) string {
	p, ok := parsePlaces(data)
	if !ok {
		return ""
	}
	var path, bare strings.Builder
	for bare.String() != field {
		i := slices.IndexFunc(p.below, func(c *place) bool { return c.start < offset && offset <= c.end })
		if i < 0 {
			return ""
		}
		if !p.object {
			path.WriteString("[" + strconv.Itoa(i) + "]")
		} else {
			if path.Len() > 0 {
				path.WriteByte('.')
				bare.WriteByte('.')
			}
			path.WriteString(p.below[i].key)
			bare.WriteString(p.below[i].key)
		}
		p = p.below[i]
	}
	return path.String()
}

// lineAt gives the line of an offset in the JSON of the item at a place.
func (u *unit) lineAt(at []int, data []byte, offset int) int {
	if u.root == nil {
		return u.line(at) + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
	}
	marks := []mark{}
	w := jsonWriter{limits: &u.limits, marks: &marks}
	n := itemNode(u.root, at)
	if n == nil || w.node(n, 0) != nil {
		return u.line(at)
	}
	i := sort.Search(len(marks), func(i int) bool { return marks[i].offset >= offset })
	if i == 0 {
		return u.line(at)
	}
	return u.piece.line + marks[i-1].line - 1
}

// yamlErrorLine reads the line out of an error of the YAML library; 0 where it tells none.
func yamlErrorLine(err error) int {
	m := regexp.MustCompile(`line (\d+):`).FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// plainError says what is wrong without the names of libraries, Go types and lines that are told elsewhere.
func plainError(err error) string {
	s := err.Error()
	s = regexp.MustCompile(`^yaml: (line \d+: )?`).ReplaceAllString(s, "")
	s = regexp.MustCompile(`^json: cannot unmarshal (.+) into Go struct field [^. ]*\.(\S+) of type (\S+)$`).
		ReplaceAllStringFunc(s, func(t string) string {
			m := regexp.MustCompile(`unmarshal (.+) into Go struct field [^. ]*\.(\S+) of type (\S+)$`).FindStringSubmatch(t)
			return m[2] + ": got a " + m[1] + ", want " + typeName(m[3])
		})
	return strings.TrimPrefix(s, "json: ")
}

// typeName says a Go type in the words of a manifest.
func typeName(t string) string {
	t = strings.TrimPrefix(t, "*")
	switch {
	case strings.HasPrefix(t, "[]"):
		return "a list"
	case strings.HasPrefix(t, "map["), strings.Contains(t, ".") && !strings.HasPrefix(t, "v1."):
		return "a mapping"
	case t == "string":
		return "a string"
	case t == "bool":
		return "true or false"
	case strings.HasPrefix(t, "int"), strings.HasPrefix(t, "uint"):
		return "a whole number"
	case strings.HasPrefix(t, "float"):
		return "a number"
	}
	return "a " + strings.TrimPrefix(t, "v1.")
}
