package capture

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// file is one file that was read, as people know it.
type file struct {
	// name is the path as it was given, with "!" before the path within an archive.
	name string
	// path is the place within the directory or archive, with slashes; the base name of a plain file.
	path string
	// own tells that it belongs to a capture of ours.
	own bool
}

// piece is a part of a file that is decoded by itself: a document, or an item of a long list.
type piece struct {
	file *file
	// document and line count from 1; line is that of the first byte.
	document, line int
	yaml           bool
	data           []byte
	// implied is the kind of the items of a typed list, which need not say it themselves.
	implied schema.GroupVersionKind
	// list is the list that the piece is an item of, while its kind is not known yet.
	list *list
	// depth counts the lists around.
	depth int
}

// list is a list that is read item by item.
type list struct {
	// orphans are the items that did not say their kind, waiting for the end of the list to tell it.
	orphans []*piece
	bytes   int64
}

func (p *piece) problem(line int, message string) Problem {
	if line == 0 {
		line = p.line
	}
	return Problem{File: p.file.name, Document: p.document, Line: line, Message: message, Skipped: true}
}
