package splice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// errKnown is for JSON that is well written, but that nothing can be done with.
var errKnown = errors.New("")

// parseJSON reads a document that is JSON. The library for YAML does not take all of it: \ud83d\ude00 is none of its escapes.
func parseJSON(src []byte) (*tree, error) {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	p := jsonParser{src: src, d: d}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	root, err := p.node(token, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the JSON")
	}
	return &tree{src: src, root: root, json: true, eol: eolOf(src)}, nil
}

type jsonParser struct {
	src []byte
	d   *json.Decoder
	// at is the end of the token before.
	at int
}

// place gives where the newest token stands.
func (p *jsonParser) place() (start, end int) {
	start, end = p.at, int(p.d.InputOffset())
	for start < end && bytes.IndexByte([]byte(" \t\r\n,:"), p.src[start]) >= 0 {
		start++
	}
	p.at = end
	return start, end
}

func (p *jsonParser) node(token json.Token, depth int) (*node, error) {
	start, end := p.place()
	n := &node{start: start, body: start, props: start, end: end, flow: true}
	delim, ok := token.(json.Delim)
	if !ok {
		if _, ok := token.(string); ok {
			n.style = yaml.DoubleQuotedStyle
		}
		var err error
		if n.val, err = fromToken(token); err != nil {
			return nil, &flaw{at: start, reason: err.Error(), err: errKnown}
		}
		return n, nil
	}
	if depth > MaxDepth {
		return nil, &flaw{at: start, reason: fmt.Sprintf("values are nested more than %d deep", MaxDepth), err: errKnown}
	}
	n.shape, n.val = sequence, &value{kind: list}
	if delim == '{' {
		n.shape, n.val.kind = mapping, object
	}
	for p.d.More() {
		token, err := p.d.Token()
		if err != nil {
			return nil, err
		}
		en := &entry{mark: -1}
		if n.shape == mapping {
			if en.key, err = p.node(token, depth+1); err != nil {
				return nil, err
			}
			en.name, en.from = en.key.val.text, en.key.start
			en.mark = en.key.end + bytes.IndexByte(p.src[en.key.end:], ':')
			if token, err = p.d.Token(); err != nil {
				return nil, err
			}
		}
		if en.value, err = p.node(token, depth+1); err != nil {
			return nil, err
		}
		n.entries = append(n.entries, en)
		if n.shape == sequence {
			n.val.items = append(n.val.items, en.value.val)
		} else if !n.val.put(en.name, en.value.val) {
			return nil, &flaw{at: en.key.start, reason: fmt.Sprintf("the key %q stands twice", en.name), err: errKnown}
		}
	}
	if _, err := p.d.Token(); err != nil {
		return nil, err
	}
	_, n.end = p.place()
	return n, nil
}
