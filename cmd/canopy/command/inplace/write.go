package inplace

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Write writes the files, each at once: a reader sees the old text or the new. Before the first is written, all are looked at: where
// one has changed since it was read, none is; where one cannot be written, those before it are put back, and a WriteError tells of what
// could not be. Modes stay as they are; a link stays, and what it leads to is written.
func (r *Result) Write() error {
	paths, modes := make([]string, len(r.Files)), make([]os.FileMode, len(r.Files))
	for i := range r.Files {
		f := &r.Files[i]
		if f.Created {
			// The folder was named by the user; the file is new in it.
			paths[i], modes[i] = f.Name, 0o644
			continue
		}
		var err error
		if paths[i], modes[i], err = r.seen.unchanged(f.Name); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		now, err := os.ReadFile(paths[i])
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if !bytes.Equal(now, f.Before) {
			return fmt.Errorf("%s: %w", f.Name, errChanged)
		}
	}
	for i := range r.Files {
		f := &r.Files[i]
		var err error
		if f.Created {
			err = place(paths[i], f.After)
		} else {
			err = swap(paths[i], modes[i], f.After)
		}
		if err != nil {
			return r.putBack(i, paths, modes, fmt.Errorf("%s: %w", f.Name, err))
		}
	}
	return nil
}

// WriteError tells that not all files could be written.
type WriteError struct {
	Err error
	// Written are the files that were written and could not be put back; none where all is as it was.
	Written []File
}

// Error says why, and which files are as they were to be.
func (e *WriteError) Error() string {
	if len(e.Written) == 0 {
		return e.Err.Error() + "; all files are as they were"
	}
	names := make([]string, len(e.Written))
	for i := range e.Written {
		names[i] = e.Written[i].Name
	}
	return e.Err.Error() + "; these were written and could not be put back: " + strings.Join(names, ", ")
}

// Unwrap gives the reason.
func (e *WriteError) Unwrap() error { return e.Err }

// putBack makes the first n files what they were, as long as nobody else has written them meanwhile.
func (r *Result) putBack(n int, paths []string, modes []os.FileMode, reason error) error {
	e := &WriteError{Err: reason}
	for i := range n {
		f := &r.Files[i]
		now, err := os.ReadFile(paths[i])
		switch {
		case err != nil:
		case !bytes.Equal(now, f.After):
			err = errChanged
		case f.Created:
			err = os.Remove(paths[i])
		default:
			err = swap(paths[i], modes[i], f.Before)
		}
		if err != nil {
			e.Err = fmt.Errorf("%w; %s: %w", e.Err, f.Name, err)
			e.Written = append(e.Written, *f)
		}
	}
	return e
}

// place makes a file that was not there.
func place(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// swap puts a text in the place of a file's at once. A file of several names is written where it stands, since it would be another
// than theirs.
func swap(path string, mode os.FileMode, text []byte) error {
	if info, err := os.Lstat(path); err == nil && shared(info) {
		return overwrite(path, text)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".canopy-*")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// overwrite writes a text over that of a file, or puts back what it had.
func overwrite(path string, text []byte) error {
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err = pour(path, text); err != nil {
		return errors.Join(err, pour(path, before))
	}
	return nil
}

func pour(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}
