package capture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/ulikunitz/xz"
)

// maxDictionary is the largest dictionary of xz that is allocated: what xz -9 uses.
const maxDictionary = 64 * mib

// unpack takes the compression off a stream, told by its first bytes; ok is false where there is none.
func (r *reader) unpack(b *bufio.Reader) (out io.Reader, ok bool, err error) {
	head, err := b.Peek(32)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	c := &counter{in: b}
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		out, err = gzip.NewReader(c)
		if err != nil {
			return nil, true, fmt.Errorf("gzip: %w", err)
		}
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		if err := checkDictionary(head); err != nil {
			return nil, true, err
		}
		out, err = xz.NewReader(c)
		if err != nil {
			return nil, true, fmt.Errorf("xz: %w", err)
		}
	case bytes.HasPrefix(head, []byte("BZh")), bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return nil, true, errors.New("this compression is not read; use gzip or xz")
	default:
		return nil, false, nil
	}
	return &ratioReader{in: out, packed: c, limit: r.limits.Ratio}, true, nil
}

// checkDictionary bounds the memory that the first block of an xz stream asks for. Its header follows the twelve bytes of
// the stream's: its size, its flags, and for the one filter in use its number, 1, and the coded size of the dictionary.
func checkDictionary(head []byte) error {
	if len(head) < 17 || head[12] == 0 || head[13]&0xc0 != 0 || head[13]&3 != 0 || head[14] != 0x21 || head[15] != 1 {
		// Another shape; the library checks it.
		return nil
	}
	bits := uint(head[16] & 0x3f)
	if size := int64(2|bits&1) << (bits/2 + 11); size > maxDictionary {
		return overLimit("the dictionary of the xz stream", maxDictionary)
	}
	return nil
}

// counter counts what is read of the packed bytes.
type counter struct {
	in *bufio.Reader
	n  int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte keeps gzip from buffering once more.
func (c *counter) ReadByte() (byte, error) {
	b, err := c.in.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// ratioReader ends a stream that gives far more than it takes.
type ratioReader struct {
	in     io.Reader
	packed *counter
	limit  int64
	n      int64
}

func (r *ratioReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.n += int64(n)
	if r.n > ratioFloor && r.n/max(r.packed.n, 1) > r.limit {
		return 0, overLimit("the compression ratio", r.limit)
	}
	return n, err
}
