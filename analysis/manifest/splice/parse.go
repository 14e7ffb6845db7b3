package splice

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parse reads a document with the places of its parts.
func parse(src []byte) (*tree, error) {
	if err := small(src); err != nil {
		return nil, err
	}
	t := &tree{src: src, eol: eolOf(src), whole: bytes.HasSuffix(src, []byte("\n"))}
	if body := bytes.TrimSpace(src); len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		if j, err := parseJSON(src); err == nil {
			j.eol, j.whole = t.eol, t.whole
			return j, nil
		} else if errors.Is(err, errKnown) {
			return nil, err
		}
	}
	y, err := readYAML(src)
	if err != nil {
		return nil, err
	}
	b := builder{src: src, ruler: newRuler(src), nodes: map[*yaml.Node]*node{}}
	if t.root, err = b.node(y, 0, 0, -1); err != nil {
		return nil, err
	}
	return t, nil
}

// small refuses what would cost too much to read, before anything is read.
func small(src []byte) error {
	if len(src) > MaxDocument {
		return flawAt(0, "the document is larger than %d MiB", MaxDocument>>20)
	}
	pieces := 0
	for i, c := range src {
		switch c {
		case '\n', ',', '[', '{':
			pieces++
		case ':', '-', '?':
			if i+1 < len(src) && (src[i+1] == ' ' || src[i+1] == '\t') {
				pieces++
			}
		}
	}
	if pieces > MaxPieces {
		return flawAt(0, "the document holds more than %d values", MaxPieces)
	}
	return nil
}

var errManyDocuments = errors.New("there is more than one document where one was looked for: line breaks of an unusual kind?")

// readYAML reads one document. The library is not trusted to hold out against whatever is thrown at it.
func readYAML(src []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, &flaw{reason: fmt.Sprintf("the YAML cannot be read: %v", r), syntax: true}
		}
	}()
	if err := small(src); err != nil {
		return nil, err
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		return nil, syntaxFlaw(src, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, &flaw{reason: "there is no document"}
	}
	var more yaml.Node
	if err := d.Decode(&more); err == nil {
		return nil, &flaw{reason: errManyDocuments.Error(), err: errManyDocuments}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxFlaw(src, err)
	}
	return doc.Content[0], nil
}

// syntaxFlaw gives an error of the library its place.
func syntaxFlaw(src []byte, err error) error {
	f := &flaw{reason: err.Error(), err: err, syntax: true}
	m := regexp.MustCompile(`^yaml: (?:line (\d+): )?`).FindStringSubmatchIndex(f.reason)
	if m == nil {
		return f
	}
	if m[2] >= 0 {
		if line, err := strconv.Atoi(f.reason[m[2]:m[3]]); err == nil {
			// The library counts the lines of these from 0.
			if strings.HasPrefix(f.reason[m[1]:], "did not find expected") {
				line++
			}
			for at := 0; line > 1 && at < len(src); line-- {
				at = lineEnd(src, at)
				f.at = min(at, len(bytes.TrimRight(src, " \t\r\n")))
			}
		}
	}
	f.reason = "the YAML cannot be read: " + f.reason[m[1]:]
	return f
}

// builder ties the nodes of the library to their places.
type builder struct {
	src   []byte
	ruler *ruler
	nodes map[*yaml.Node]*node
	// expanded counts what aliases stand for.
	expanded int
}

func (b *builder) flaw(y *yaml.Node, err error) error {
	return &flaw{at: max(0, b.ruler.offset(y.Line, y.Column)), reason: err.Error(), err: err, syntax: errors.Is(err, errComplexKey)}
}

// node builds a part; what is not written stands at after. The column is that of the key or dash to which it belongs.
func (b *builder) node(y *yaml.Node, depth, after, column int) (*node, error) {
	if depth > MaxDepth {
		return nil, b.flaw(y, fmt.Errorf("values are nested more than %d deep", MaxDepth))
	}
	n := &node{style: y.Style, anchor: y.Anchor, anchored: y.Anchor != "", flow: y.Style&yaml.FlowStyle != 0}
	b.nodes[y] = n
	if y.Kind == yaml.ScalarNode && y.Value == "" && y.Style == 0 && y.Anchor == "" {
		if at := b.ruler.offset(y.Line, y.Column); at >= 0 && b.bareTag(at, min(at+1, len(b.src))) {
			return nil, &flaw{at: at, reason: errBareTag.Error(), err: errBareTag}
		}
		n.start, n.body, n.end, n.props, n.val = after, after, after, after, &value{}
		return n, nil
	}
	if n.start = b.ruler.offset(y.Line, y.Column); n.start < after {
		return nil, b.flaw(y, errPlace)
	}
	n.props, n.body = n.start, n.start
	if y.Kind == yaml.ScalarNode || y.Anchor != "" || y.Style&yaml.TaggedStyle != 0 {
		limit := len(b.src)
		if y.Kind == yaml.MappingNode && !n.flow && len(y.Content) > 0 {
			// The first key may have anchor and tag of its own.
			limit = b.ruler.offset(y.Content[0].Line, y.Content[0].Column)
		}
		n.props, n.body = b.properties(n.start, limit)
		if b.bareTag(n.start, n.props) {
			return nil, b.flaw(y, errBareTag)
		}
	}
	var err error
	switch y.Kind {
	case yaml.AliasNode:
		n.shape, n.tangled = alias, true
		n.end = b.name(n.start + 1)
		if n.target = b.nodes[y.Alias]; n.target == nil || n.target.val == nil {
			return nil, b.flaw(y, errors.New("the anchor holds itself"))
		}
		n.val = n.target.val
		err = b.expand(n.val)
	case yaml.ScalarNode:
		if n.val, err = resolve(y); err == nil {
			n.end, err = b.scalarEnd(n, y, column)
		}
	case yaml.SequenceNode:
		n.shape = sequence
		return n, b.sequence(n, y, depth)
	case yaml.MappingNode:
		n.shape = mapping
		return n, b.mapping(n, y, depth)
	default:
		err = errPlace
	}
	if err != nil {
		return nil, b.flaw(y, err)
	}
	return n, nil
}

// expand counts what an alias stands for, and stops where that is too much.
func (b *builder) expand(v *value) error {
	if b.expanded++; b.expanded > MaxExpanded {
		return fmt.Errorf("the aliases stand for more than %d values", MaxExpanded)
	}
	for _, item := range v.items {
		if err := b.expand(item); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) add(n *node, en *entry) {
	n.entries = append(n.entries, en)
	n.tangled = n.tangled || en.value.tangled || en.merge
	n.anchored = n.anchored || en.value.anchored
	if en.key != nil {
		n.tangled, n.anchored = n.tangled || en.key.tangled, n.anchored || en.key.anchored
	}
}

func (b *builder) sequence(n *node, y *yaml.Node, depth int) error {
	n.val = nil
	v := &value{kind: list}
	at := n.body + 1
	if !n.flow {
		at = n.body
	} else if !b.is(n.body, '[') {
		return b.flaw(y, errPlace)
	}
	for _, c := range y.Content {
		en := &entry{mark: -1}
		at = b.trivia(at, n.flow)
		if !n.flow {
			if !b.is(at, '-') {
				return b.flaw(c, errPlace)
			}
			en.mark = at
			at++
		}
		var err error
		if en.value, err = b.node(c, depth+1, at, b.column(en.mark)); err != nil {
			return err
		}
		at = en.value.end
		v.items = append(v.items, en.value.val)
		b.add(n, en)
	}
	n.end = at
	if n.flow {
		if at = b.trivia(at, true); !b.is(at, ']') {
			return b.flaw(y, errPlace)
		}
		n.end = at + 1
	}
	n.val = v
	return nil
}

func (b *builder) mapping(n *node, y *yaml.Node, depth int) error {
	v := &value{kind: object}
	at := n.body
	if n.flow {
		if n.bare = !b.is(n.body, '{'); !n.bare {
			at++
		}
	}
	var merged []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k := y.Content[i]
		en := &entry{mark: -1, merge: isMerge(k)}
		at = b.trivia(at, n.flow)
		column := b.column(at)
		name, err := keyName(k)
		if err != nil {
			return b.flaw(k, err)
		}
		en.name = name
		if en.key, err = b.node(k, depth+1, at, column); err != nil {
			return err
		}
		en.explicit, en.from = at < en.key.start, at
		// The colon stands behind the key, on a line of its own where the pair is written with a question mark.
		if at = b.trivia(en.key.end, false); b.is(at, ':') {
			en.mark = at
			at++
		} else {
			at = en.key.end
		}
		if en.value, err = b.node(y.Content[i+1], depth+1, at, column); err != nil {
			return err
		}
		at = en.end()
		b.add(n, en)
		if en.merge {
			merged = append(merged, en.value)
			if len(merged) > 1 {
				return b.flaw(k, errors.New("the key \"<<\" stands twice"))
			}
		} else if !v.put(name, en.value.val) {
			return b.flaw(k, fmt.Errorf("the key %q stands twice", name))
		}
	}
	if len(n.entries) > 0 && !n.flow {
		n.body = n.entries[0].key.start
	}
	n.end = at
	if n.flow && !n.bare {
		if at = b.trivia(at, true); !b.is(at, '}') {
			return b.flaw(y, errPlace)
		}
		n.end = at + 1
	}
	for _, m := range merged {
		if err := b.merge(v, m); err != nil {
			return b.flaw(y, err)
		}
	}
	n.val = v
	return nil
}

func isMerge(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Value == "<<" && k.Style&quoted == 0 && (k.Tag == "" || k.ShortTag() == "!!merge")
}

// merge adds what a merge key brings.
func (b *builder) merge(v *value, m *node) error {
	sources := []*value{m.val}
	if m.val.kind == list {
		sources = m.val.items
	}
	for _, s := range sources {
		if s.kind != object {
			return errors.New("only a map can be merged in")
		}
		if err := b.expand(s); err != nil {
			return err
		}
		for i, k := range s.keys {
			v.put(k, s.items[i])
		}
	}
	return nil
}
