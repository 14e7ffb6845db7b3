package tables

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// store is the place of a data file.
type store struct {
	path string
	disk *disk
}

// disk lets tests look on, fail and end the process while something is written.
type disk struct {
	// step is called before each step that changes something; an error is that of the step.
	step func(what string) error
	// through lets what is written go through another writer.
	through func(io.Writer) io.Writer
}

func (s *store) step(what string) error {
	if s.disk == nil || s.disk.step == nil {
		return nil
	}
	return s.disk.step(what)
}

// unfinished begins the names of files that are not whole yet.
const unfinished = ".canopy-tables-"

// write puts a text in the place of the file, at once and on the disk itself, and keeps what was there. Whoever ends the program, or the
// machine, finds the one or the other whole.
func (s *store) write(text []byte, result *Result) error {
	folder := filepath.Dir(s.path)
	s.sweep(folder)
	fresh, err := s.temporary(folder, text)
	if err != nil {
		return err
	}
	if err := s.keep(folder, result); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	if err := s.rename(fresh, s.path); err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	s.settle(folder)
	return nil
}

// keep puts a copy of what is there beside it. A copy, not the file: it must not be away for a moment.
func (s *store) keep(folder string, result *Result) error {
	if err := plain(s.path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	beside := Previous(s.path)
	if result.Unsound != nil {
		// What was good before is worth more than what cannot be read.
		beside = s.path + ".unsound"
	}
	if info, err := os.Lstat(beside); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: it is no regular file (%s), and stands where what was there is to be kept", beside, info.Mode().Type())
	}
	text, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	copied, err := s.temporary(folder, text)
	if err != nil {
		return err
	}
	if err := s.rename(copied, beside); err != nil {
		return errors.Join(err, os.Remove(copied))
	}
	result.Previous = beside
	return nil
}

// temporary writes a file that only its owner can read, whole and on the disk, under a name of its own. Where that fails there is none.
func (s *store) temporary(folder string, text []byte) (name string, err error) {
	if err := s.step("create"); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(folder, unfinished+"*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	var to io.Writer = file
	if s.disk != nil && s.disk.through != nil {
		to = s.disk.through(file)
	}
	n, err := to.Write(text)
	if err == nil && n < len(text) {
		err = io.ErrShortWrite
	}
	// The mask of the process may have taken even that; the mode is what was promised.
	err = errors.Join(err, file.Chmod(0o600), s.step("sync"))
	if err == nil {
		err = file.Sync()
	}
	return file.Name(), errors.Join(err, file.Close())
}

func (s *store) rename(from, to string) error {
	if err := s.step("rename"); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// settle has the folder know of new names after a loss of power. Not every file system can; the files are there all the same.
func (s *store) settle(folder string) {
	if s.step("settle") != nil {
		return
	}
	if f, err := os.Open(folder); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}

// sweep takes away what earlier updates left that were ended on their way. Nobody else writes: the lock is held.
func (s *store) sweep(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), unfinished) && e.Type().IsRegular() {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// lock keeps others from updating the same file, and makes its folder. The lock goes with the process.
func (s *store) lock() (unlock func(), err error) {
	folder := filepath.Dir(s.path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if err := plain(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	name := s.path + ".lock"
	if err := plain(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: another update holds it: %w", name, err), file.Close())
	}
	return func() { _ = file.Close() }, nil
}
