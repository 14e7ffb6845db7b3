package capture

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"
)

// streamFrom is the size from which a list is read item by item.
const streamFrom = 256 * kib

// splitter cuts a stream of YAML into documents, and a long document that is a list into its items, so that no more than
// one of them is held at a time.
type splitter struct {
	in     *bufio.Reader
	file   *file
	limits *Limits
	emit   func(*piece) error
	// note takes what could not be read.
	note func(Problem)
	// end is told when a list is over, and what kind its items have.
	end func(*list, schema.GroupVersionKind) error

	line     int
	document int
	doc      []byte
	from     int
	// content tells that the document holds more than comments and directives.
	content bool
	// marked tells that it began with "---".
	marked bool
	over   bool
	// items is where the lines after "items:" begin in doc; 0 before.
	items, itemsLine int
	stream           *itemSplitter
}

// split reads to the end. It gives only errors of the reader or of emit.
func (s *splitter) split() error {
	for {
		line, err := s.readLine()
		if len(line) > 0 {
			s.line++
			if err := s.take(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return s.flush()
		}
		if err != nil {
			return errors.Join(err, s.flush())
		}
	}
}

// readLine gives a line with its end. Of a line longer than a document may be, only the beginning is kept.
func (s *splitter) readLine() ([]byte, error) {
	line, err := s.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = s.in.ReadSlice('\n')
		if int64(len(long)) <= s.limits.DocumentBytes {
			long = append(long, line...)
		}
	}
	return long, err
}

func separator(line []byte, mark string) bool {
	if !bytes.HasPrefix(line, []byte(mark)) {
		return false
	}
	return len(line) == 3 || bytes.IndexByte([]byte(" \t\r\n"), line[3]) >= 0
}

func blank(line []byte) bool {
	t := bytes.TrimLeft(line, " \t\r\n")
	return len(t) == 0 || t[0] == '#'
}

func (s *splitter) take(line []byte) error {
	switch {
	case separator(line, "---"):
		if s.content || s.over {
			if err := s.flush(); err != nil {
				return err
			}
		}
		if s.marked {
			s.doc = nil
		}
		s.marked, s.content = true, !blank(line[3:])
	case separator(line, "..."):
		return s.flush()
	case !s.content && (blank(line) || line[0] == '%'):
	default:
		s.content = true
	}
	if s.over {
		return nil
	}
	if s.stream != nil {
		// What follows the items belongs to the list itself.
		if more, err := s.stream.take(line, s.line); more || err != nil {
			return err
		}
	}
	if len(s.doc) == 0 {
		s.from = s.line
	}
	s.doc = append(s.doc, line...)
	if s.items == 0 && s.content && bytes.HasPrefix(line, []byte("items:")) && blank(line[len("items:"):]) {
		s.items, s.itemsLine = len(s.doc), s.line+1
	}
	if s.items > 0 && s.stream == nil && len(s.doc) > streamFrom {
		return s.startStream()
	}
	if int64(len(s.doc)) > s.limits.DocumentBytes {
		s.note(s.problem(overLimit("the document", s.limits.DocumentBytes).Error()))
		s.over, s.doc = true, nil
	}
	return nil
}

func (s *splitter) problem(message string) Problem {
	return Problem{File: s.file.name, Document: s.document + 1, Line: s.from, Message: message, Skipped: true}
}

// startStream begins to read a list item by item.
func (s *splitter) startStream() error {
	rest := s.doc[s.items:]
	s.doc = s.doc[:s.items:s.items]
	s.stream = &itemSplitter{splitter: s, list: &list{}, indent: -1}
	line := s.itemsLine
	for len(rest) > 0 {
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		more, err := s.stream.take(rest[:n], line)
		if err != nil {
			return err
		}
		if !more {
			s.doc = append(s.doc, rest[:n]...)
		}
		rest = rest[n:]
		line++
	}
	return nil
}

// flush ends a document.
func (s *splitter) flush() error {
	doc, content, stream, from := s.doc, s.content && !s.over, s.stream, s.from
	if s.content || s.over {
		s.document++
	}
	s.doc, s.content, s.marked, s.over, s.items, s.stream = nil, false, false, false, 0, nil
	if stream != nil {
		if err := stream.flush(); err != nil {
			return err
		}
		return s.end(stream.list, stream.kind(doc, from))
	}
	if !content {
		return nil
	}
	return s.emit(&piece{file: s.file, document: s.document, line: from, yaml: true, data: doc})
}

// itemSplitter cuts the items out of a long list in block style.
type itemSplitter struct {
	*splitter
	list *list
	// indent is the column of the dashes; -1 before the first.
	indent int
	item   []byte
	line   int
	lost   bool
	done   bool
}

// take takes a line. more is false where the line does not belong to the items any more.
func (s *itemSplitter) take(line []byte, number int) (more bool, err error) {
	if s.done {
		return false, nil
	}
	if blank(line) {
		s.add(line)
		return true, nil
	}
	column := len(line) - len(bytes.TrimLeft(line, " "))
	dash := column < len(line) && line[column] == '-' && (column+1 == len(line) || bytes.IndexByte([]byte(" \t\r\n"), line[column+1]) >= 0)
	if s.indent < 0 && dash {
		s.indent = column
	}
	switch {
	case dash && column == s.indent:
		if err := s.flush(); err != nil {
			return true, err
		}
		s.line = number
		s.add(line)
		s.item[column] = ' '
		return true, nil
	case column > s.indent:
		s.add(line)
		return true, nil
	}
	s.done = true
	return false, s.flush()
}

func (s *itemSplitter) add(line []byte) {
	if s.line == 0 || s.lost {
		return
	}
	s.item = append(s.item, line...)
	if int64(len(s.item)) > s.limits.DocumentBytes {
		p := s.problem(overLimit("the item", s.limits.DocumentBytes).Error())
		p.Document, p.Line = s.document+1, s.line
		s.note(p)
		s.lost, s.item = true, nil
	}
}

func (s *itemSplitter) flush() error {
	item := s.item
	s.item = nil
	if s.lost || len(item) == 0 {
		s.lost = false
		return nil
	}
	return s.emit(&piece{file: s.file, document: s.document + 1, line: s.line, yaml: true, data: item, list: s.list, depth: 1})
}

// kind reads the envelope of the list, which may stand before and after its items.
func (s *itemSplitter) kind(doc []byte, from int) schema.GroupVersionKind {
	root, err := parseYAML(doc)
	w := jsonWriter{limits: s.limits}
	var e envelope
	if err == nil {
		err = w.node(root, 0)
	}
	if err == nil {
		err = kjson.UnmarshalCaseSensitivePreserveInts(w.out, &e)
	}
	gv, gvErr := schema.ParseGroupVersion(e.APIVersion)
	switch {
	case err != nil || gvErr != nil:
		s.note(Problem{File: s.file.name, Document: s.document, Line: from, Skipped: true,
			Message: "the head of the list: " + plainError(errors.Join(err, gvErr))})
		return schema.GroupVersionKind{}
	case !e.list():
		return schema.GroupVersionKind{}
	}
	return itemKind(gv.WithKind(e.Kind))
}
