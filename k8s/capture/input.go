package capture

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// stdinLimit bounds a zip that comes by standard input: its directory stands at its end, so it is held.
const stdinLimit = 512 * mib

// path reads what the user named.
func (r *reader) path(name string) error {
	if name == "-" {
		if r.options.Stdin == nil {
			return errors.New("standard input is not at hand")
		}
		return r.stream(&file{name: "-", path: "-"}, newPatientReader(r.ctx, r.options.Stdin), nil, 0)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return r.directory(name)
	}
	f := &file{name: name, path: filepath.Base(name)}
	if !info.Mode().IsRegular() {
		in, err := openPatiently(r.ctx, name)
		if err != nil {
			return err
		}
		// Closing waits for no read: one that was left behind keeps the pipe until the process ends.
		defer func() { go func() { _ = in.Close() }() }()
		return r.stream(f, newPatientReader(r.ctx, in), nil, 0)
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	return r.stream(f, in, in, info.Size())
}

// stream reads a file of any format, told by its first bytes, whatever its name.
func (r *reader) stream(f *file, in io.Reader, at io.ReaderAt, size int64) error {
	b := bufio.NewReaderSize(in, 64*kib)
	head, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if bytes.Equal(head, []byte("PK\x03\x04")) || bytes.Equal(head, []byte("PK\x05\x06")) {
		if at == nil {
			data, err := io.ReadAll(io.LimitReader(b, stdinLimit+1))
			if err != nil {
				return err
			}
			if len(data) > stdinLimit {
				return overLimit("a zip that cannot be read from its end", stdinLimit)
			}
			at, size = bytes.NewReader(data), int64(len(data))
		}
		return r.zip(f, at, size)
	}
	out, packed, err := r.unpack(b)
	if err != nil {
		return err
	}
	if packed {
		b = bufio.NewReaderSize(out, 64*kib)
		if _, again, _ := r.unpack(b); again {
			return errors.New("it is compressed twice")
		}
	}
	if block, _ := b.Peek(512); looksLikeTar(block) {
		return r.tar(f, r.meterAll(b))
	}
	return r.text(f, r.meter(b))
}

// meterAll bounds a whole archive, so that entries which are not read count too.
func (r *reader) meterAll(in io.Reader) io.Reader {
	return &limited{ctx: r.ctx, in: in, left: r.limits.TotalBytes, limit: r.limits.TotalBytes}
}

type limited struct {
	ctx         context.Context
	in          io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.in.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, overLimit("the archive", l.limit)
	}
	return n, err
}

// directory reads the manifests of a directory and those below, in the order of their names. Links are followed as long
// as they stay within.
func (r *reader) directory(name string) error {
	root, err := os.OpenRoot(name)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	entries := 0
	return fs.WalkDir(root.FS(), ".", func(path string, e fs.DirEntry, err error) error {
		f := &file{name: filepath.Join(name, filepath.FromSlash(path)), path: path}
		if err != nil {
			r.fail(f, err)
			return nil
		}
		if path != "." && hidden(path) {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			return nil
		}
		if entries++; entries > r.limits.Entries {
			return overLimit("the number of files", int64(r.limits.Entries))
		}
		if !r.inCapture(name, f) || !manifestFile(path) {
			return nil
		}
		if err := r.rooted(root, name, f); err != nil {
			if r.ctx.Err() != nil {
				return err
			}
			r.fail(f, err)
		}
		return nil
	})
}

// rooted reads one file of a directory.
func (r *reader) rooted(root *os.Root, container string, f *file) error {
	info, err := root.Stat(f.path)
	if err != nil {
		return fmt.Errorf("the file is refused: %w", err)
	}
	if info.IsDir() {
		return nil
	}
	if !info.Mode().IsRegular() {
		return errors.New("the file is refused: it is neither a file nor a directory")
	}
	in, err := root.Open(f.path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	return r.member(container, f, in)
}
