package capture

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// looksLikeTar tells a tar by its first block: the magic, or for archives older than it the checksum.
func looksLikeTar(block []byte) bool {
	if len(block) < 512 {
		return false
	}
	if bytes.Equal(block[257:262], []byte("ustar")) {
		return true
	}
	_, err := tar.NewReader(bytes.NewReader(block[:512])).Next()
	return err == nil && block[0] != 0
}

// safePath cleans the name of an entry; an error names why it is refused.
func safePath(name string) (string, error) {
	switch {
	case strings.ContainsRune(name, 0):
		return "", errors.New("its name holds a zero byte")
	case strings.Contains(name, `\`):
		return "", errors.New("its name holds a backslash")
	case path.IsAbs(name) || len(name) > 1 && name[1] == ':':
		return "", errors.New("its path is absolute")
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", errors.New("its path leads out of the archive")
		}
	}
	return path.Clean(name), nil
}

// entry judges an entry of an archive; nil where it is not read.
func (r *reader) entry(archive, name, unread string) *file {
	clean, err := safePath(name)
	f := &file{name: archive + "!" + name, path: clean}
	if err != nil {
		r.note(Problem{File: f.name, Message: "the entry is refused: " + err.Error(), Skipped: true})
		return nil
	}
	if unread != "" {
		r.note(Problem{File: f.name, Message: "the entry is refused: it is " + unread, Skipped: manifestFile(clean)})
		return nil
	}
	if !r.inCapture(archive, f) || hidden(clean) || !manifestFile(clean) {
		return nil
	}
	return f
}

func (r *reader) tar(archive *file, in io.Reader) error {
	t := tar.NewReader(in)
	for n := 0; ; n++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("tar: %w", err)
		}
		if n >= r.limits.Entries {
			return overLimit("the number of entries", int64(r.limits.Entries))
		}
		unread := ""
		switch h.Typeflag {
		case tar.TypeReg:
			if sparse(h) {
				unread = "a sparse file"
			}
		case tar.TypeGNUSparse:
			unread = "a sparse file"
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		case tar.TypeSymlink, tar.TypeLink:
			unread = "a link"
		default:
			unread = "neither a file nor a directory"
		}
		f := r.entry(archive.name, h.Name, unread)
		if f == nil {
			continue
		}
		if err := r.member(archive.name, f, t); err != nil {
			if r.ctx.Err() != nil || errors.Is(err, io.ErrUnexpectedEOF) {
				return err
			}
			r.fail(f, err)
		}
	}
}

// sparse tells a file with holes, which can claim any size at no cost.
func sparse(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func (r *reader) zip(archive *file, in io.ReaderAt, size int64) error {
	z, err := zip.NewReader(in, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	if len(z.File) > r.limits.Entries {
		return overLimit("the number of entries", int64(r.limits.Entries))
	}
	for _, e := range z.File {
		unread := ""
		switch mode := e.Mode(); {
		case mode.IsDir():
			continue
		case mode.IsRegular():
		default:
			unread = "a link or a device"
		}
		f := r.entry(archive.name, e.Name, unread)
		if f == nil {
			continue
		}
		if err := r.zipped(archive, f, e); err != nil {
			if r.ctx.Err() != nil {
				return err
			}
			r.fail(f, err)
		}
	}
	return nil
}

func (r *reader) zipped(archive, f *file, e *zip.File) error {
	in, err := e.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	packed := &counter{in: bufio.NewReader(bytes.NewReader(nil)), n: int64(min(e.CompressedSize64, 1<<62))}
	return r.member(archive.name, f, &ratioReader{in: in, packed: packed, limit: r.limits.Ratio})
}
