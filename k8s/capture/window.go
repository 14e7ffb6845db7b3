package capture

import (
	"bytes"
	"io"
)

// window passes a stream on and keeps what was passed since the last cut, to give texts verbatim and to count lines.
type window struct {
	in    io.Reader
	limit int64
	// buf holds what was passed; up to head it is forgotten already.
	buf  []byte
	head int
	// base is the offset of buf[head], line its line.
	base int64
	line int
}

func (w *window) Read(p []byte) (int, error) {
	if int64(len(w.buf)-w.head) > w.limit {
		return 0, overLimit("the document", w.limit)
	}
	if w.head > len(w.buf)/2 {
		w.buf = append(w.buf[:0], w.buf[w.head:]...)
		w.head = 0
	}
	n, err := w.in.Read(p)
	w.buf = append(w.buf, p[:n]...)
	return n, err
}

// rest is what was passed since the last cut.
func (w *window) rest() []byte { return w.buf[w.head:] }

// cut forgets what stands before an offset.
func (w *window) cut(to int64) {
	n := int(to - w.base)
	w.line += bytes.Count(w.rest()[:n], []byte("\n"))
	w.head += n
	w.base = to
}

// more reads on. It gives an error only where nothing came.
func (w *window) more() error {
	n, err := w.Read(make([]byte, 4*kib))
	if n > 0 {
		return nil
	}
	return err
}

// ahead gives what follows an offset without the blanks before it: n bytes at least, unless the text ends.
func (w *window) ahead(from int64, n int) []byte {
	for {
		rest := bytes.TrimLeft(w.rest()[from-w.base:], " \t\r\n")
		if len(rest) >= n || w.more() != nil {
			return rest
		}
	}
}

// lineOf counts the lines up to an offset.
func (w *window) lineOf(at int64) int {
	rest := w.rest()
	n := min(max(at-w.base, 0), int64(len(rest)))
	return w.line + bytes.Count(rest[:n], []byte("\n"))
}
