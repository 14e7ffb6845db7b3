package tables

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"canopy/analysis/lifecycle"
)

// Load gives the tables that are part of the program, with what the file has that is newer. A file that is not there, or has nothing newer,
// is no problem. One that cannot be used changes nothing: problem says what is wrong with it, and the tables of the program hold.
func Load(path string) (tables *lifecycle.Tables, problem error) {
	bundled := lifecycle.Default()
	kept, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return bundled, nil
	}
	if err != nil {
		return bundled, err
	}
	tables, err = bundled.With(kept)
	switch {
	case errors.Is(err, lifecycle.ErrOlder):
		return bundled, nil
	case err != nil:
		return bundled, fmt.Errorf("%s: %w", path, err)
	}
	return tables, nil
}

// read reads a data file. An error wraps fs.ErrNotExist where there is none, and errUnsound where it is there and says nothing.
func read(path string) (*lifecycle.Update, error) {
	if err := plain(path); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, lifecycle.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	update, err := lifecycle.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: it %w", path, errUnsound, err)
	}
	return update, nil
}

var errUnsound = errors.New("the data file cannot be used")

// plain refuses what is no regular file, so that nobody has another file read or written in the place of this one. What is not there is an
// error that wraps fs.ErrNotExist.
func plain(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s: it is a symbolic link, and the data file is none: take it away, or name what it leads to", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: it is no regular file (%s)", path, info.Mode().Type())
	}
	return nil
}
