package tables

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"time"

	"canopy/analysis/lifecycle"
)

// stream reads a document, or an archive, told by its first bytes, whatever its name. Written is when it was last written, zero where that
// is not known; members of archives say that themselves.
func stream(ctx context.Context, from string, in io.Reader, written time.Time) (*gathered, error) {
	left := newAllowance()
	b := bufio.NewReader(&counted{in, from, newAllowance()})
	head, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", from, cutOff(err))
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		data, err := io.ReadAll(b)
		if err != nil {
			return nil, err
		}
		return zipped(ctx, from, data, left)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		packed, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, cutOff(err))
		}
		b = bufio.NewReader(&counted{packed, from, newAllowance()})
		if inner, _ := b.Peek(2); bytes.Equal(inner, []byte{0x1f, 0x8b}) {
			return nil, fmt.Errorf("%s: it is compressed twice", from)
		}
	}
	if head, _ := b.Peek(512); len(head) == 512 && bytes.HasPrefix(head[257:], []byte("ustar")) {
		return tarred(ctx, from, b)
	}
	data, err := left.all(from, b)
	if err != nil {
		return nil, err
	}
	return &gathered{documents: []lifecycle.Document{{Name: from, Data: data, Modified: written}}}, nil
}

// tarred reads a tar, of which in already bounds what is read.
func tarred(ctx context.Context, from string, in io.Reader) (*gathered, error) {
	t := tar.NewReader(in)
	g, left := &gathered{}, newAllowance()
	for members := 1; ; members++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			// What follows the end would go unseen, and a stream that breaks off there too.
			if _, err := io.Copy(io.Discard, in); err != nil {
				return nil, fmt.Errorf("%s: %w", from, cutOff(err))
			}
			return g, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, cutOff(err))
		}
		if members > maxMembers {
			return nil, tooMany(from)
		}
		at := from + ": " + h.Name
		switch h.Typeflag {
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		case tar.TypeSymlink, tar.TypeLink:
			if err := staysIn(at, h.Name, h.Linkname, h.Typeflag == tar.TypeLink); err != nil {
				return nil, err
			}
			g.passed = append(g.passed, h.Name)
			continue
		case tar.TypeReg:
		default:
			return nil, fmt.Errorf("%s: it is no regular file (type %q)", at, h.Typeflag)
		}
		if err := g.member(at, h.Name, t, left, h.ModTime); err != nil {
			return nil, err
		}
	}
}

func zipped(ctx context.Context, from string, data []byte, left *allowance) (*gathered, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	if len(z.File) > maxMembers {
		return nil, tooMany(from)
	}
	g := &gathered{}
	for _, f := range z.File {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at := from + ": " + f.Name
		if f.Mode().IsDir() {
			continue
		}
		if f.Mode()&fs.ModeSymlink == 0 && !f.Mode().IsRegular() {
			return nil, fmt.Errorf("%s: it is no regular file (%s)", at, f.Mode().Type())
		}
		err := func() error {
			in, err := f.Open()
			if err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
			defer func() { _ = in.Close() }()
			if f.Mode()&fs.ModeSymlink == 0 {
				return g.member(at, f.Name, in, left, f.Modified)
			}
			to, err := left.all(at, in)
			if err != nil {
				return err
			}
			g.passed = append(g.passed, f.Name)
			return staysIn(at, f.Name, string(to), false)
		}()
		if err != nil {
			return nil, err
		}
	}
	return g, nil
}

// member takes one file of an archive.
func (g *gathered) member(at, name string, in io.Reader, left *allowance, written time.Time) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%s: its name leads out of the archive", at)
	}
	if !holdsData(name) {
		g.passed = append(g.passed, name)
		return nil
	}
	data, err := left.all(at, in)
	g.documents = append(g.documents, lifecycle.Document{Name: at, Data: data, Modified: written})
	return err
}

// staysIn refuses a link that leads out of its archive. None is followed anyway, but whoever packs one means no good.
func staysIn(at, name, to string, hard bool) error {
	whole := path.Join(path.Dir(name), to)
	if hard {
		whole = path.Clean(to)
	}
	if path.IsAbs(to) || !filepath.IsLocal(filepath.FromSlash(whole)) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%s: it is a link that leads out of the archive", at)
	}
	return nil
}
