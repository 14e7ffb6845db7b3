package capture

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"sync"
)

// packed is compressed text. Whole objects are wanted rarely, so they are kept small: a tenth of their size.
type packed []byte

// packer compresses. It is safe for use by many goroutines.
type packer struct{ pool sync.Pool }

func newPacker() *packer {
	return &packer{sync.Pool{New: func() any {
		w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}}
}

func (p *packer) pack(data []byte) packed {
	var b bytes.Buffer
	w := p.pool.Get().(*flate.Writer)
	w.Reset(&b)
	// Writing to memory does not fail.
	_, _ = w.Write(data)
	_ = w.Close()
	p.pool.Put(w)
	return bytes.Clone(b.Bytes())
}

func (p packed) unpack() ([]byte, error) {
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(p)))
	if err != nil {
		return nil, fmt.Errorf("kept text: %w", err)
	}
	return data, nil
}
