package settings

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads settings. Each thing that is wrong is a problem, in the order of lines, and is ignored: the rest holds. The
// name of the file is only for the problems.
func Parse(file string, data []byte, known Known) (*Settings, []Problem) {
	p := &parser{file: printable(file), known: known}
	p.settings = &Settings{contexts: map[string][]change{}, file: p.file, lines: map[string]int{}}
	if root := p.document(data); root != nil {
		p.settings.all = p.table("", root, options(), false)
	}
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return p.settings, p.problems
}

type parser struct {
	file     string
	known    Known
	settings *Settings
	problems []Problem
}

func (p *parser) problem(line int, setting, format string, args ...any) {
	p.problems = append(p.problems, Problem{p.file, line, setting, fmt.Sprintf(format, args...)})
}

// document gives the first document of a file, nil where there is nothing to read.
func (p *parser) document(data []byte) *yaml.Node {
	if len(data) > maxFile {
		p.problem(0, "", "over %d KiB; nothing in it is read", maxFile>>10)
		return nil
	}
	documents, err := decode(data)
	if len(documents) == 0 {
		if err != nil {
			p.problem(line(data, err), "", "no YAML: %s; nothing in the file is read", message(err))
		}
		return nil
	}
	switch {
	case len(documents) > 1:
		p.problem(documents[1].Line, "", "a second document; only the first is read")
	case err != nil:
		p.problem(line(data, err), "", "no YAML: %s; only the document before is read", message(err))
	}
	return documents[0].Content[0]
}

// decode gives the documents of a file, two at the most, and the error that ends them.
func decode(data []byte) ([]*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var list []*yaml.Node
	for len(list) < 2 {
		n := &yaml.Node{}
		if err := d.Decode(n); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return list, err
		}
		list = append(list, n)
	}
	return list, nil
}

// line finds the line of an error. The library names the beginning of what it was reading, or the line before, or none.
// It reads from the front, so the shortest beginning of the file that has the same error ends in the line that is wrong.
func line(data []byte, err error) int {
	lines := bytes.SplitAfter(data, []byte("\n"))
	return 1 + sort.Search(len(lines)-1, func(i int) bool {
		_, e := decode(bytes.Join(lines[:i+1], nil))
		return e != nil && e.Error() == err.Error()
	})
}

// message is what an error says besides the line.
func message(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(text, "line ") {
		_, text, _ = strings.Cut(text, ": ")
	}
	return printable(text)
}

// table reads a map whose names are settings, all of them or those that a single context can have.
func (p *parser) table(at string, n *yaml.Node, table []option, single bool) []change {
	allowed := table
	if single {
		allowed = contextual()
	}
	var changes []change
	for _, e := range p.entries(at, n) {
		switch o := find(table, e.name); {
		case o == nil:
			p.problem(e.line, e.at, "no such setting%s", choices(e.name, names(allowed)))
		case single && o.global:
			p.problem(e.line, e.at, "a single context cannot have its own; want %s", either(names(allowed)))
		default:
			p.settings.lines[e.at] = e.line
			changes = append(changes, p.value(e.at, e.value, o)...)
		}
	}
	return changes
}

// contextSettings reads a map of settings by context.
func (p *parser) contextSettings(at string, n *yaml.Node) {
	for _, e := range p.entries(at, n) {
		p.settings.contexts[e.name] = p.table(e.at, e.value, options(), true)
	}
}

// entry is a name in a map with what stands under it.
type entry struct {
	name string
	// at is the path of the setting.
	at    string
	line  int
	value *yaml.Node
}

// entries lists what stands in a map. A name that stands there twice counts once. Nothing in place of a map is an empty
// one: that is what is left when all in it is commented out.
func (p *parser) entries(at string, n *yaml.Node) []entry {
	if p.shared(at, n) || n.ShortTag() == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode || n.ShortTag() != "!!map" {
		p.problem(n.Line, at, "%s: want NAME: VALUE lines", found(n))
		return nil
	}
	var list []entry
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			p.problem(name.Line, at, "%s in place of a name", found(name))
			continue
		}
		e := entry{name.Value, join(at, name.Value), name.Line, value}
		if p.shared(e.at, name) {
			continue
		}
		if e.name == "" {
			p.problem(e.line, e.at, "an empty name")
			continue
		}
		if first, twice := lines[e.name]; twice {
			p.problem(e.line, e.at, "stands in line %d already, which holds", first)
			continue
		}
		lines[e.name] = e.line
		list = append(list, e)
	}
	return list
}

// shared tells of anchors and aliases, which are not followed: a file of settings needs none, and a small file can make a
// very large document of them.
func (p *parser) shared(at string, n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		p.problem(n.Line, at, "%s: aliases are not followed; write the value out", quote("*"+n.Value))
	case n.Anchor != "":
		p.problem(n.Line, at, "%s: anchors are not read; write the value without", quote("&"+n.Anchor))
	default:
		return false
	}
	return true
}

// found says what stands in the file.
func found(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a map"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!null":
		return "nothing"
	}
	return quote(n.Value)
}
