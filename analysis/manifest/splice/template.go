package splice

import (
	"bytes"
	"errors"
)

// ErrTemplate is what errors about a document wrap that is no YAML yet: a template of Helm or of something like it.
var ErrTemplate = errors.New("this is a template ({{ }}), and no YAML before it is rendered: change the template by hand, or render it first")

// template finds the first {{ of a document; -1 where there is none. It is asked only about documents that cannot be read: texts of
// YAML may well hold such.
func template(text []byte) int {
	at := bytes.Index(text, []byte("{{"))
	if at < 0 || !bytes.Contains(text[at:], []byte("}}")) {
		return -1
	}
	return at
}
