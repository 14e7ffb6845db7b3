package splice

import "fmt"

// What is larger than this is refused with an error that says so: a text that somebody sends must not take the machine.
const (
	// MaxFile is how many bytes a text may have.
	MaxFile = 64 << 20
	// MaxDocument is how many bytes a document that is read may have.
	MaxDocument = 8 << 20
	// MaxPieces is how many values a document may hold.
	MaxPieces = 1_000_000
	// MaxDepth is how deep values may be nested.
	MaxDepth = 100
	// MaxExpanded is how many values the aliases of a document may stand for.
	MaxExpanded = 100_000
)

// Error is what is wrong with a text, and where.
type Error struct {
	// Line counts from 1; 0 where the text as a whole is meant.
	Line   int
	Reason string
	// Err is what it rests on; nil mostly.
	Err error
}

// Error gives line and reason.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// Unwrap gives what the error rests on.
func (e *Error) Unwrap() error { return e.Err }

// flaw is an error at an offset of a document.
type flaw struct {
	at     int
	reason string
	err    error
	// syntax tells that the document is no YAML, or none that JSON could hold.
	syntax bool
}

func (f *flaw) Error() string { return f.reason }
func (f *flaw) Unwrap() error { return f.err }

func flawAt(at int, format string, args ...any) error {
	return &flaw{at: at, reason: fmt.Sprintf(format, args...)}
}
