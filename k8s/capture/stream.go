package capture

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// streamer reads JSON documents one after the other, and lists item by item.
type streamer struct {
	in     *bufio.Reader
	file   *file
	limits *Limits
	emit   func(*piece) error
	note   func(Problem)
	end    func(*list, schema.GroupVersionKind) error
	// yaml reads the text from a separator on that documents in YAML follow; nil where they count as errors.
	yaml func(in io.Reader, line, document int) error

	window   *window
	dec      *json.Decoder
	shift    int64
	document int
	// inside tells that a document was begun.
	inside bool
}

// stream reads to the end. It gives only errors of emit; what is wrong in the text is noted.
func (s *streamer) stream() error {
	s.window = &window{in: s.in, limit: s.limits.DocumentBytes, line: 1}
	s.restart(s.window)
	for {
		err := s.next()
		if err == nil {
			continue
		}
		if errors.Is(err, io.EOF) && !s.inside {
			return nil
		}
		var fatal *emitError
		if errors.As(err, &fatal) {
			return fatal.err
		}
		if s.inside || !s.separated() {
			p := s.problem(err)
			if !s.resume() {
				p.Message += "; the rest of the file is skipped"
				s.note(p)
				return nil
			}
			s.note(p)
		}
		if over, err := s.separate(); over {
			return err
		}
	}
}

func (s *streamer) problem(err error) Problem {
	line := s.window.lineOf(s.offset())
	message := err.Error()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line = s.window.lineOf(s.shift + syntax.Offset)
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		message = "the text ends within a document"
	}
	return Problem{File: s.file.name, Document: max(s.document, 1), Line: line, Message: message, Skipped: true}
}

type emitError struct{ err error }

func (e *emitError) Error() string { return e.err.Error() }

func (s *streamer) restart(in io.Reader) {
	s.dec = json.NewDecoder(in)
	s.dec.UseNumber()
}

func (s *streamer) offset() int64 { return s.shift + s.dec.InputOffset() }

// dashes is the line between documents of YAML, which stands between those of JSON too.
const dashes = "---"

// separated tells that "---" comes next, and passes over what stands before it.
func (s *streamer) separated() bool {
	at := s.offset()
	next := s.window.ahead(at, len(dashes))
	if !bytes.HasPrefix(next, []byte(dashes)) {
		return false
	}
	// What was read ends with the separator, or goes on after it.
	s.window.cut(s.window.base + int64(len(s.window.rest())-len(next)))
	return true
}

// resume passes over the rest of a document that is broken, to the next line that begins with "---": JSON has no such line.
// Without one there is no mark by which to find the next document.
func (s *streamer) resume() bool {
	for {
		rest := s.window.rest()
		if i := bytes.Index(rest, []byte("\n"+dashes)); i >= 0 {
			s.window.cut(s.window.base + int64(i) + 1)
			return true
		}
		s.window.cut(s.window.base + int64(max(len(rest)-len(dashes), 0)))
		if s.window.more() != nil {
			return false
		}
	}
}

// separate goes on after a separator, which comes next. It tells that the rest was YAML, and was read.
func (s *streamer) separate() (over bool, err error) {
	s.inside = false
	to := s.window.base + int64(len(dashes))
	next := s.window.ahead(to, len(dashes))
	json := len(next) == 0 || next[0] == '{' || bytes.HasPrefix(next, []byte(dashes))
	if s.yaml != nil && !json {
		rest := bytes.NewReader(bytes.Clone(s.window.rest()))
		return true, s.yaml(io.MultiReader(rest, s.in), s.window.line-1, s.document)
	}
	s.window.cut(to)
	s.shift = to
	s.restart(io.MultiReader(bytes.NewReader(bytes.Clone(s.window.rest())), s.window))
	return false, nil
}

// next reads one document.
func (s *streamer) next() error {
	s.window.cut(s.offset())
	t, err := s.dec.Token()
	if err != nil {
		return err
	}
	start := s.offset() - 1
	s.document++
	s.inside = true
	if t != json.Delim('{') {
		return fmt.Errorf("not an object: want apiVersion, kind and metadata")
	}
	s.window.cut(start)
	head := map[string]json.RawMessage{}
	var l *list
	for s.dec.More() {
		k, err := s.dec.Token()
		if err != nil {
			return err
		}
		name, _ := k.(string)
		if name == "items" && couldBeList(head) {
			streamed, err := s.items(head, &l)
			if err != nil {
				return err
			}
			if streamed {
				continue
			}
		}
		var value json.RawMessage
		if err := s.dec.Decode(&value); err != nil {
			return err
		}
		if name == "kind" || name == "apiVersion" {
			head[name] = value
		}
	}
	if _, err := s.dec.Token(); err != nil {
		return err
	}
	s.inside = false
	if l != nil {
		gvk, _ := headKind(head)
		return fatal(s.end(l, itemKind(gvk)))
	}
	p := &piece{file: s.file, document: s.document, line: s.window.line, data: bytes.Clone(s.window.rest()[:s.offset()-s.window.base])}
	return fatal(s.emit(p))
}

func fatal(err error) error {
	if err == nil {
		return nil
	}
	return &emitError{err}
}

// couldBeList tells that a document is a list as far as its fields say so far.
func couldBeList(head map[string]json.RawMessage) bool {
	gvk, ok := headKind(head)
	return !ok || gvk.Kind == "" || len(gvk.Kind) >= 4 && gvk.Kind[len(gvk.Kind)-4:] == "List"
}

func headKind(head map[string]json.RawMessage) (schema.GroupVersionKind, bool) {
	var kind, apiVersion string
	_ = json.Unmarshal(head["kind"], &kind)
	_ = json.Unmarshal(head["apiVersion"], &apiVersion)
	gv, err := schema.ParseGroupVersion(apiVersion)
	return gv.WithKind(kind), err == nil && kind != ""
}

// items reads the items of a list, if they are a list and not null.
func (s *streamer) items(head map[string]json.RawMessage, l **list) (bool, error) {
	t, err := s.dec.Token()
	if err != nil {
		return false, err
	}
	if *l == nil {
		*l = &list{}
	}
	if t != json.Delim('[') {
		if t == nil {
			return true, nil
		}
		return false, errors.New("items is no list")
	}
	var implied schema.GroupVersionKind
	if gvk, ok := headKind(head); ok && head["apiVersion"] != nil {
		implied = itemKind(gvk)
	}
	for s.dec.More() {
		s.window.cut(s.offset())
		var item json.RawMessage
		if err := s.dec.Decode(&item); err != nil {
			return true, err
		}
		p := &piece{file: s.file, document: s.document, line: s.window.lineOf(s.offset() - int64(len(item))), data: item,
			implied: implied, list: *l, depth: 1}
		if err := s.emit(p); err != nil {
			return true, fatal(err)
		}
	}
	s.window.cut(s.offset())
	_, err = s.dec.Token()
	return true, err
}
