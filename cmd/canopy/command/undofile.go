package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"canopy/cmd/canopy/ladder"
	"canopy/model"
)

// undoFile is a file that holds what takes changes back. It is made before anything is changed, so that what it is for cannot fail for
// want of a place, and holds all that was done at any moment, however the program ends.
type undoFile struct {
	path, context string
	at            time.Time
}

// newUndoFile makes a file that was not there before and that only its owner can read.
func newUndoFile(path, context string, at time.Time) (*undoFile, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s is there already, and stays as it is", path)
	}
	if err != nil {
		return nil, err
	}
	// The mask of the process may have taken even that; the mode is what was promised.
	if err := errors.Join(file.Chmod(0o600), file.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return &undoFile{path, context, at}, nil
}

// keep puts a plan in the place of the one before, at once, and on the disk itself: whoever ends the program, or the machine, finds
// one of the two whole.
func (u *undoFile) keep(plan model.Plan) error {
	if err := replaceFile(u.path, 0o600, func(w io.Writer) error {
		return ladder.WriteUndo(w, ladder.Undo{Plan: plan, Context: u.context, Time: u.at})
	}); err != nil {
		return err
	}
	syncFolder(filepath.Dir(u.path))
	return nil
}

// drop removes a file of which nothing came.
func (u *undoFile) drop() error { return os.Remove(u.path) }

// syncFolder has a folder know of a new name after a loss of power. Not every file system can; the file itself is there all the same.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// undoName is the name of a file that takes back what was begun at a moment.
func undoName(at time.Time) string {
	return "canopy-undo-" + at.UTC().Format("20060102T150405Z") + ".yaml"
}

// ExportUndo writes a plan that takes changes back to a new file that only its owner can read. Where that fails no file stays.
func (d *desk) ExportUndo(path string, undo model.Plan) error {
	file, err := newUndoFile(path, d.source.Name, d.engine.Report().Time)
	if err != nil {
		return fmt.Errorf("undo: %w", err)
	}
	if err := file.keep(undo); err != nil {
		return fmt.Errorf("undo: %w", errors.Join(err, file.drop()))
	}
	d.run.writes.settle(d.source.Name, undo)
	return nil
}
