package tables

import (
	"fmt"
	"io"
)

const mib = 1 << 20

// The bounds of what is read. All the tables that there are come to less than a twentieth.
const (
	maxTotal    = 32 * mib
	maxDocument = 4 * mib
	maxMembers  = 10_000
)

// allowance is what may still be read of one source.
type allowance struct{ left int64 }

func newAllowance() *allowance { return &allowance{maxTotal} }

// over tells that something is larger than what is read.
func over(name, what string, limit int64) error {
	return fmt.Errorf("%s: %s than %d MiB, which is more than is read", name, what, limit/mib)
}

// all reads a document to its end.
func (a *allowance) all(name string, r io.Reader) ([]byte, error) {
	limit := min(maxDocument, a.left)
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cutOff(err))
	}
	if int64(len(data)) > limit {
		if limit < maxDocument {
			return nil, over(name, "all together is larger", maxTotal)
		}
		return nil, over(name, "it is larger", maxDocument)
	}
	a.left -= int64(len(data))
	return data, nil
}

// counted reads through a reader and takes what is read off the allowance: what is passed over in an archive had to be read too.
type counted struct {
	r    io.Reader
	name string
	of   *allowance
}

func (c *counted) Read(p []byte) (int, error) {
	if c.of.left < 0 {
		return 0, over(c.name, "unpacked it is larger", maxTotal)
	}
	if int64(len(p)) > c.of.left+1 {
		p = p[:c.of.left+1]
	}
	n, err := c.r.Read(p)
	c.of.left -= int64(n)
	if c.of.left < 0 {
		return n, over(c.name, "unpacked it is larger", maxTotal)
	}
	return n, err
}

// cutOff says in words that a stream ended too soon.
func cutOff(err error) error {
	if err == io.ErrUnexpectedEOF { //nolint:errorlint // One that is wrapped has words of its own.
		return fmt.Errorf("it is cut off: %w", err)
	}
	return err
}
