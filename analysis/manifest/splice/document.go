package splice

import (
	"bytes"
	"errors"

	"go.yaml.in/yaml/v3"
)

// Document is one document of a text.
type Document struct {
	// Start and End are its offsets, with what stands before it: its marker, directives, comments.
	Start, End int
	// Line is that of its first field, from 1.
	Line int
	// The identity that it gives itself; empty where it does not.
	APIVersion, Kind, Namespace, Name string
	// Err says why it cannot be read; nil mostly. It wraps ErrTemplate for a template.
	Err error
}

// Documents lists the documents that hold something.
func (f *File) Documents() []Document {
	all := make([]Document, len(f.regions))
	for i, r := range f.regions {
		d := Document{Start: r.start, End: r.end, Line: f.line(r.content)}
		root, err := roughly(f.src[r.start:r.end])
		if err != nil {
			d.Err = f.place(r, err)
		}
		meta := field(root, "metadata")
		d.APIVersion, d.Kind = word(field(root, "apiVersion")), word(field(root, "kind"))
		d.Namespace, d.Name = word(field(meta, "namespace")), word(field(meta, "name"))
		all[i] = d
	}
	return all
}

// Text is the text of a document, with its marker.
func (f *File) Text(doc int) ([]byte, error) {
	r, err := f.region(doc)
	return f.src[r.start:r.end], err
}

// Line is the line of the text at which a line of a document stands, both from 1.
func (f *File) Line(doc, line int) int {
	r, err := f.region(doc)
	if err != nil {
		return 0
	}
	return f.line(r.start) + line - 1
}

// Len is how many documents there are.
func (f *File) Len() int { return len(f.regions) }

// Decode gives what a document holds. See the function of that name.
func (f *File) Decode(doc int) (any, error) {
	r, err := f.region(doc)
	if err != nil {
		return nil, err
	}
	t, err := f.tree(r)
	if err != nil {
		return nil, err
	}
	return t.root.val.any(), nil
}

// Whole says why a document cannot be read and changed; nil where it can. It looks closer than Documents does: a key that stands
// twice is an error here.
func (f *File) Whole(doc int) error {
	r, err := f.region(doc)
	if err != nil {
		return err
	}
	_, err = f.tree(r)
	return err
}

// roughly reads a document without looking where its parts stand.
func roughly(text []byte) (*yaml.Node, error) {
	if body := bytes.TrimSpace(text); len(body) > 0 && body[0] == '{' {
		if t, err := parseJSON(text); err == nil {
			return t.root.yaml(), nil
		}
	}
	root, err := readYAML(text)
	if err == nil && complexKey(root) {
		return root, &flaw{reason: errComplexKey.Error(), err: errComplexKey, syntax: true}
	}
	return root, err
}

// complexKey tells a map that no JSON can hold, as braces of templates make it. What an alias stands for stands elsewhere.
func complexKey(n *yaml.Node) bool {
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && len(c.Content) > 0 || complexKey(c) {
			return true
		}
	}
	return false
}

func field(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			v := n.Content[i+1]
			if v.Kind == yaml.AliasNode {
				v = v.Alias
			}
			return v
		}
	}
	return nil
}

func word(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return ""
	}
	return n.Value
}

// Remove cuts a document out. See the function of that name.
func (f *File) Remove(doc int) ([]byte, error) {
	r, err := f.region(doc)
	if err != nil {
		return nil, err
	}
	from, to := r.start, r.end
	switch {
	case f.json:
		for doc > 0 && to < len(f.src) && bytes.IndexByte([]byte(" \t\r\n"), f.src[to]) >= 0 {
			to++
		}
		if doc == 0 && len(f.regions) > 1 {
			to = f.regions[1].content
		}
	case r.marker >= 0:
		from = r.marker
	default:
		from = f.attached(r)
	}
	if doc+1 < len(f.regions) && from > 0 && !f.json {
		// Directives need the end of a document in front of them.
		if next := f.regions[doc+1]; next.start == to && f.src[firstLine(f.src, next)] == '%' {
			if end := bytes.LastIndex(f.src[from:to], []byte("\n...")); end >= 0 {
				to = from + end + 1
			}
		}
	}
	out := append(append(make([]byte, 0, len(f.src)), f.src[:from]...), f.src[to:]...)
	if err := f.lacks(out, doc); err != nil {
		return nil, err
	}
	return out, nil
}

// firstLine finds the first line of a region that is no comment.
func firstLine(src []byte, r region) int {
	at := r.start
	for at < r.content {
		end := bytes.IndexByte(src[at:], '\n')
		if end < 0 || !idle(src[at:at+end]) {
			break
		}
		at += end + 1
	}
	return at
}

// attached is where the comments begin that stand directly above a document without a marker.
func (f *File) attached(r region) int {
	from := r.content
	for from > r.start {
		line := lineStart(f.src, from-1)
		if line < r.start || !comment(f.src[line:from]) {
			break
		}
		from = line
	}
	return from
}

// lacks checks that a text holds all documents but one.
func (f *File) lacks(out []byte, doc int) error {
	now, err := Open(out)
	if err != nil {
		return err
	}
	if len(now.regions) != len(f.regions)-1 {
		return errors.New("the document cannot be cut out without touching another")
	}
	for i, r := range f.regions {
		if i == doc {
			continue
		}
		j := i
		if i > doc {
			j--
		}
		before, after := f.src[r.content:r.end], now.src[now.regions[j].content:now.regions[j].end]
		if f.json {
			before, after = bytes.TrimSpace(before), bytes.TrimSpace(after)
		}
		if !bytes.Equal(before, after) && (i+1 != doc || !bytes.HasPrefix(after, before)) {
			return &Error{Line: f.line(r.content), Reason: "another document would change"}
		}
	}
	return nil
}

// Append adds documents. See the function of that name.
func (f *File) Append(text []byte) ([]byte, error) {
	more, err := Open(text)
	if err != nil {
		return nil, err
	}
	for _, r := range more.regions {
		if _, err := more.tree(r); err != nil {
			return nil, err
		}
	}
	if len(more.regions) == 0 {
		return nil, &Error{Reason: "there is no document to add"}
	}
	eol := eolOf(f.src)
	text = bytes.ReplaceAll(bytes.TrimPrefix(text, []byte(bom)), []byte("\r\n"), []byte("\n"))
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), '\n')
	}
	text = bytes.ReplaceAll(text, []byte("\n"), []byte(eol))
	if f.json && !more.json {
		return nil, &Error{Reason: "this text is JSON: only JSON can be added to it"}
	}
	out := bytes.Clone(f.src)
	if len(out) > 0 && out[len(out)-1] != '\n' && string(out) != bom {
		out = append(out, eol...)
	}
	if len(f.regions) > 0 && !f.json && !f.open() {
		if first := more.regions[0]; first.marker < 0 {
			out = append(append(out, "---"...), eol...)
		}
	}
	out = append(out, text...)
	now, err := Open(out)
	if err != nil {
		return nil, err
	}
	if len(now.regions) != len(f.regions)+len(more.regions) {
		return nil, &Error{Reason: "the text cannot take another document at its end"}
	}
	if n := len(f.regions); n > 0 {
		// A text that ends in a block scalar without a line break would gain one in it.
		before, err := f.tree(f.regions[n-1])
		if err != nil {
			return out, nil //nolint:nilerr // What cannot be read cannot be compared; its bytes are the same.
		}
		after, err := now.tree(now.regions[n-1])
		if err != nil || !equal(before.root.val, after.root.val) {
			return nil, &Error{Line: f.line(len(f.src)), Reason: "the last document ends within a text: put a line break there first", Err: err}
		}
	}
	return out, nil
}

// open tells that the text ends in a marker with nothing behind it.
func (f *File) open() bool {
	last := f.regions[len(f.regions)-1]
	if last.end == len(f.src) {
		return false
	}
	for at := last.end; at < len(f.src); {
		end := bytes.IndexByte(f.src[at:], '\n') + 1
		if end == 0 {
			end = len(f.src) - at
		}
		if marked(f.src[at:at+end], "---") {
			return true
		}
		at += end
	}
	return false
}
