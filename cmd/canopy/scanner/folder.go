package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxFile is how long a report may be. The longest that is known of is some 100 MiB.
const maxFile = 256 << 20

var errNoFile = errors.New("is no regular file")

// suffixes are those of files in a folder that are read as reports. A file that is named itself may have any.
var suffixes = []string{".json", ".ndjson", ".jsonl", ".sarif", ".cdx", ".vex"}

// isReport tells by its name that a file in a folder is read.
func isReport(name string) bool {
	name = strings.ToLower(name)
	for _, s := range suffixes {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// place is where a file is: under its own name, or under that in a folder, out of which no link leads then.
type place struct{ folder, name string }

func (p place) path() string { return filepath.Join(p.folder, p.name) }

// read reads a regular file that is not too long.
func (p place) read() ([]byte, error) {
	if p.folder == "" {
		return readOpened(p.name, os.OpenFile)
	}
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // it was only read
	return readOpened(p.name, root.OpenFile)
}

// walk calls f with every report in a folder, in the order of their paths. Links are followed only where they stay inside, where what
// they lead to is seen by itself; the others are told to fail.
func walk(ctx context.Context, folder string, f func(place), fail func(path string, err error)) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // it was only read
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			fail(filepath.Join(folder, path), bare(err))
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := root.Stat(path); err != nil {
				fail(filepath.Join(folder, path), fmt.Errorf("the link is not followed: %w", bare(err)))
			} else if info.Mode().IsRegular() && isReport(path) && !isReport(linkTarget(root, path)) {
				// It leads to a file that is not read under its own name.
				f(place{folder, path})
			}
		case d.IsDir(), !isReport(path):
		default:
			f(place{folder, path})
		}
		return nil
	})
}

func linkTarget(root *os.Root, path string) string {
	target, err := root.Readlink(path)
	if err != nil {
		return ""
	}
	return target
}

// opener is os.OpenFile, or that of a root.
type opener func(name string, flag int, perm os.FileMode) (*os.File, error)

// openFile opens a regular file. What is opened is looked at, and not what stood under the name before; a pipe without a writer holds
// nobody up.
func openFile(path string, open opener) (*os.File, fs.FileInfo, error) {
	file, err := open(path, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: path, Err: errNoFile}
	}
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return file, info, nil
}

func readOpened(path string, open opener) ([]byte, error) {
	file, info, err := openFile(path, open)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return readAll(file, path, info.Size(), maxFile)
}

// readAll reads no more than the limit, whatever the length that was told.
func readAll(r io.Reader, path string, size, limit int64) ([]byte, error) {
	tooLong := fmt.Errorf("%s: longer than %d MiB, which is more than is read", path, limit>>20)
	if size > limit {
		return nil, tooLong
	}
	data := make([]byte, 0, size+512)
	for {
		n, err := r.Read(data[len(data):cap(data)])
		if data = data[:len(data)+n]; int64(len(data)) > limit {
			return nil, tooLong
		}
		switch {
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// bare is an error without the path that is told beside it.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
