package splice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"unicode/utf8"
)

// File is a text with its documents. It is never changed.
type File struct {
	src     []byte
	regions []region
	lines   []int
	// json tells that the documents are JSON, one behind the other without markers.
	json bool
}

// region is where a document stands: from its marker, or what comments and directives stand before it, to the next one.
type region struct {
	start, end int
	// content is where it begins to hold something, marker its "---"; -1 where there is none.
	content, marker int
}

// bom is what some editors put in front of a text.
const bom = "\ufeff"

// Open reads a text as far as is needed to tell its documents apart. A text that is not UTF-8 is an error.
func Open(src []byte) (*File, error) {
	if len(src) > MaxFile {
		return nil, &Error{Reason: fmt.Sprintf("the text is larger than %d MiB", MaxFile>>20)}
	}
	f := &File{src: src}
	if at := invalid(src); at >= 0 {
		return nil, &Error{Line: f.line(at), Reason: "this is not UTF-8 text"}
	}
	start := 0
	if bytes.HasPrefix(src, []byte(bom)) {
		start = len(bom)
	}
	if f.regions = stream(src[start:]); f.regions != nil {
		f.json = true
	} else {
		f.regions = split(src[start:])
	}
	for i := range f.regions {
		r := &f.regions[i]
		r.start, r.end, r.content = r.start+start, r.end+start, r.content+start
		if r.marker >= 0 {
			r.marker += start
		}
	}
	return f, nil
}

// invalid finds what no text holds; -1 where there is nothing of the kind.
func invalid(src []byte) int {
	if at := bytes.IndexByte(src, 0); at >= 0 {
		return at
	}
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// stream finds the values of a text that is JSON through and through; nil where it is not.
func stream(src []byte) []region {
	if t := bytes.TrimLeft(src, " \t\r\n"); len(t) == 0 || t[0] != '{' && t[0] != '[' {
		return nil
	}
	var regions []region
	d := json.NewDecoder(bytes.NewReader(src))
	from := 0
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil
		}
		end := int(d.InputOffset())
		regions = append(regions, region{start: from, end: end, content: end - len(raw), marker: -1})
		from = end
	}
	regions[len(regions)-1].end = len(src)
	return regions
}

// marked tells that a line is a marker: "---" or "...".
func marked(line []byte, mark string) bool {
	return bytes.HasPrefix(line, []byte(mark)) && (len(line) == 3 || bytes.IndexByte([]byte(" \t\r\n"), line[3]) >= 0)
}

// idle tells that a line holds nothing but a comment.
func idle(line []byte) bool {
	t := bytes.TrimLeft(line, " \t\r\n")
	return len(t) == 0 || t[0] == '#'
}

// split finds the documents of YAML.
func split(src []byte) []region {
	var regions []region
	r := region{content: -1, marker: -1}
	flush := func(end int) {
		if r.content >= 0 {
			r.end = end
			regions = append(regions, r)
		}
		r = region{start: end, content: -1, marker: -1}
	}
	for at := 0; at < len(src); {
		next := len(src)
		if n := bytes.IndexByte(src[at:], '\n'); n >= 0 {
			next = at + n + 1
		}
		line := src[at:next]
		switch {
		case marked(line, "---"):
			if r.content >= 0 {
				flush(at)
			}
			if r.marker >= 0 {
				r.start = at
			}
			if r.marker = at; !idle(line[3:]) {
				r.content = at
			}
		case marked(line, "..."):
			flush(next)
		case r.content < 0 && (idle(line) || line[0] == '%'):
		case r.content < 0:
			r.content = at
		}
		at = next
	}
	flush(len(src))
	return regions
}

// line counts lines from 1.
func (f *File) line(at int) int {
	if f.lines == nil {
		f.lines = []int{0}
		for i, c := range f.src {
			if c == '\n' {
				f.lines = append(f.lines, i+1)
			}
		}
	}
	return sort.SearchInts(f.lines, min(at, len(f.src))+1)
}

func (f *File) region(doc int) (region, error) {
	if doc < 0 || doc >= len(f.regions) {
		return region{}, &Error{Reason: fmt.Sprintf("there is no document %d: the text holds %d", doc+1, len(f.regions))}
	}
	return f.regions[doc], nil
}

// tree reads a document.
func (f *File) tree(r region) (*tree, error) {
	t, err := parse(f.src[r.start:r.end])
	if err != nil {
		return nil, f.place(r, err)
	}
	return t, nil
}

// place gives an error its line in the text. One of a document that is a template says that.
func (f *File) place(r region, err error) error {
	var flawed *flaw
	at := r.content
	if errors.As(err, &flawed) {
		at = r.start + flawed.at
	}
	if t := template(f.src[r.start:r.end]); t >= 0 && flawed != nil && flawed.syntax {
		return &Error{Line: f.line(r.start + t), Reason: ErrTemplate.Error(), Err: ErrTemplate}
	}
	return &Error{Line: f.line(at), Reason: err.Error(), Err: err}
}
