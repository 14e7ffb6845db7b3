// Package inplace edits the manifests that a fix was made for, in the files themselves. It changes the documents that steps name and
// nothing else: text is spliced, so that comments, order, indentation and line endings stay.
package inplace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Seen is what files were like before they were read.
type Seen struct {
	roots []root
	// files tells files apart from what takes their place, by the name that the source gives them.
	files map[string]os.FileInfo
}

// root is a path that the user named.
type root struct {
	name string
	// real is where it leads once links are followed.
	real   string
	folder bool
}

// captureMark is the file that stands first in a capture of Canopy's own.
const captureMark = "canopy-capture"

var (
	errStdin   = errors.New("standard input cannot be edited: name files or a directory with -f")
	errArchive = errors.New("it is an archive, or compressed: unpack it and name the directory with -f")
	errCapture = errors.New("it is a capture that canopy wrote, of which the sums would no longer hold: edit the manifests that the cluster was made of")
	errSpecial = errors.New("it is neither a file nor a directory")
)

// See looks at files before they are read: what is no file that can be edited is an error.
func See(paths []string) (*Seen, error) {
	s := &Seen{files: map[string]os.FileInfo{}}
	for _, name := range paths {
		if name == "-" {
			return nil, errStdin
		}
		if err := s.see(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

func (s *Seen) see(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	s.roots = append(s.roots, root{name, real, info.IsDir()})
	switch {
	case info.IsDir():
		return s.seeFolder(name)
	case !info.Mode().IsRegular():
		return errSpecial
	}
	if packed, err := isPacked(name); err != nil || packed {
		return errors.Join(err, errArchive)
	}
	s.files[name] = info
	return nil
}

func (s *Seen) seeFolder(name string) error {
	if _, err := os.Lstat(filepath.Join(name, captureMark)); err == nil {
		return errCapture
	}
	return filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			// The source tells what it could not read.
			return nil //nolint:nilerr // as above
		}
		switch {
		case path != name && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir():
			return nil
		}
		if info, err := os.Stat(path); err == nil {
			s.files[path] = info
		}
		return nil
	})
}

// isPacked tells an archive or a compressed file by its first bytes, as the reader of captures does.
func isPacked(name string) (bool, error) {
	file, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, 512)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, err
	}
	head = head[:n]
	for _, magic := range []string{"PK\x03\x04", "PK\x05\x06", "\x1f\x8b", "\xfd7zXZ\x00", "BZh", "\x28\xb5\x2f\xfd"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true, nil
		}
	}
	// No manifest holds a zero byte, and every header of a tar does.
	return bytes.IndexByte(head, 0) >= 0 && !bytes.HasPrefix(head, []byte("\xff\xfe")) && !bytes.HasPrefix(head, []byte("\xfe\xff")), nil
}

var (
	errUnseen  = errors.New("it is none of the files that were read")
	errChanged = errors.New("it has changed since it was read: nothing was written; run it again")
	errOutside = errors.New("it leads out of what -f names, and is not followed")
)

// unchanged gives where a file really stands, if it is still the one that was read.
func (s *Seen) unchanged(name string) (path string, mode os.FileMode, err error) {
	before := s.files[name]
	if before == nil {
		return "", 0, errUnseen
	}
	path, err = filepath.EvalSymlinks(name)
	if err != nil {
		return "", 0, err
	}
	if !s.within(name, path) {
		return "", 0, errOutside
	}
	now, err := os.Lstat(path)
	switch {
	case err != nil:
		return "", 0, err
	case !now.Mode().IsRegular():
		return "", 0, errSpecial
	case !os.SameFile(before, now) || !before.ModTime().Equal(now.ModTime()) || before.Size() != now.Size():
		return "", 0, errChanged
	}
	return path, now.Mode().Perm(), nil
}

// within tells whether a place lies in the path that the user named and the name of the file begins with.
func (s *Seen) within(name, path string) bool {
	for _, r := range s.roots {
		switch {
		case !r.folder && r.name == name:
			return r.real == path
		case r.folder && below(r.name, name):
			return below(r.real, path)
		}
	}
	return false
}

// below tells whether a path lies in a folder.
func below(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
