package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// fault is an error with the place in its document.
type fault struct {
	// path is the field: "Results.Vulnerabilities.Severity", "statements[3].status"; "" where it is not known.
	path string
	// offset is the byte of the document.
	offset int
	reason string
}

func (f *fault) Error() string {
	if f.path == "" {
		return f.reason
	}
	return f.path + ": " + f.reason
}

// at makes the error of a field.
func at(path, reason string) error { return &fault{path: path, reason: reason} }

// item writes the path of an element of a list, and of a field below it.
func item(list string, index int, field ...string) string {
	return strings.Join(append([]string{list + "[" + strconv.Itoa(index) + "]"}, field...), ".")
}

// decode reads a document into a struct of ours. Fields that it has not are passed over.
func decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	var mistyped *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mistyped):
		kind, value := mistyped.Type.String(), mistyped.Value
		switch {
		case strings.HasPrefix(value, "number "):
			// The rest is the number itself, which can be as long as the file.
			value = "number"
		case strings.Contains(kind, "struct"), strings.HasPrefix(kind, "map"), strings.HasPrefix(kind, "report."), strings.HasPrefix(kind, "*report."):
			kind = "object"
		case strings.HasPrefix(kind, "[]"):
			kind = "list"
		}
		return &fault{mistyped.Field, int(mistyped.Offset), "want " + kind + ", found " + value}
	case errors.As(err, &syntax):
		return &fault{offset: int(syntax.Offset), reason: syntax.Error()}
	}
	return &fault{reason: err.Error()}
}

// unplaced takes the offset out of an error of a part of a document, which counts from the beginning of that.
func unplaced(err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		mistyped.Offset = 0
	}
	return err
}

// within moves an error of an element to the list that it stands in.
func within(index, start int, err error) error {
	var faults interface{ Unwrap() []error }
	if errors.As(err, &faults) {
		var all []error
		for _, e := range faults.Unwrap() {
			all = append(all, within(index, start, e))
		}
		return errors.Join(all...)
	}
	f := &fault{reason: err.Error()}
	var placed *fault
	if errors.As(err, &placed) {
		*f = *placed
	}
	f.offset += start
	f.path = strings.TrimSuffix("["+strconv.Itoa(index)+"]."+f.path, ".")
	return f
}

// mostFaults is how many faults of one file are named. A log that was taken for a report has one on each line.
const mostFaults = 20

// faultList gathers what is wrong with a file, or with a list in one: the first, and how many more there are.
type faultList struct {
	list []error
	more int
}

// add takes one; the error is made only where it is kept.
func (f *faultList) add(err func() error) {
	if len(f.list) == mostFaults {
		f.more++
		return
	}
	f.list = append(f.list, err())
}

// join makes one error of all, and of one more.
func (f *faultList) join(err error) error {
	all := f.list
	if f.more > 0 {
		all = append(all, fmt.Errorf("and %d more of its kind", f.more))
	}
	return errors.Join(append(all, err)...)
}

// ruler finds the lines of a file. Offsets mostly grow, so that each line is counted once.
type ruler struct {
	name string
	data []byte
	// at is the offset up to which line counts.
	at, line int
}

// place gives an error of the document that starts at an offset the name of the file and the line.
func (l *ruler) place(start int, err error) error {
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		var all []error
		for _, e := range several.Unwrap() {
			all = append(all, l.place(start, e))
		}
		return errors.Join(all...)
	}
	var f *fault
	if errors.As(err, &f) {
		start += f.offset
	}
	start = min(max(start, 0), len(l.data))
	if start < l.at {
		l.at, l.line = 0, 0
	}
	l.line += bytes.Count(l.data[l.at:start], []byte("\n"))
	l.at = start
	return fmt.Errorf("%s:%d: %w", l.name, 1+l.line, err)
}
