package capture

import (
	"context"
	"io"
	"os"
)

// patientReader ends with its context even where the reader below waits for ever, as a terminal or a pipe does. A read
// that waits then is left behind; it ends with the process.
type patientReader struct {
	ctx    context.Context
	wanted chan int
	chunks chan chunk
	rest   []byte
	err    error
}

type chunk struct {
	data []byte
	err  error
}

func newPatientReader(ctx context.Context, in io.Reader) *patientReader {
	p := &patientReader{ctx: ctx, wanted: make(chan int), chunks: make(chan chunk, 1)}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case n := <-p.wanted:
				data := make([]byte, n)
				n, err := in.Read(data)
				p.chunks <- chunk{data[:n], err}
				if err != nil {
					return
				}
			}
		}
	}()
	return p
}

func (p *patientReader) Read(b []byte) (int, error) {
	if len(p.rest) == 0 && p.err == nil {
		select {
		case <-p.ctx.Done():
			return 0, p.ctx.Err()
		case p.wanted <- max(len(b), 4*kib):
		}
		select {
		case <-p.ctx.Done():
			p.err = p.ctx.Err()
			return 0, p.err
		case c := <-p.chunks:
			p.rest, p.err = c.data, c.err
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	if len(p.rest) == 0 {
		return n, p.err
	}
	return n, nil
}

// openPatiently opens what may wait for a writer before it opens, such as a named pipe.
func openPatiently(ctx context.Context, name string) (*os.File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := os.Open(name)
		done <- opened{f, err}
	}()
	select {
	case <-ctx.Done():
		go func() {
			if o := <-done; o.file != nil {
				_ = o.file.Close()
			}
		}()
		return nil, ctx.Err()
	case o := <-done:
		return o.file, o.err
	}
}
