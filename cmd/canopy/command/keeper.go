package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"canopy/model"
)

// keeper keeps what takes changes back while they are made: each time before the next of them is sent.
type keeper struct {
	file *undoFile
	// warn tells that the file had to go elsewhere.
	warn func(string)
	// failure is why nothing can be kept any more.
	failure error
}

// newKeeper makes the file, before anything is changed.
func newKeeper(path, context string, at time.Time, warn func(string)) (*keeper, error) {
	file, err := newUndoFile(path, context, at)
	if err != nil {
		return nil, err
	}
	return &keeper{file: file, warn: warn}, nil
}

// keep keeps a plan, and where the place for it fails after all, in the folder for temporary files.
func (k *keeper) keep(undo model.Plan) error {
	err := k.file.keep(undo)
	if err == nil {
		return nil
	}
	folder := os.TempDir()
	if filepath.Dir(k.file.path) == filepath.Clean(folder) {
		k.failure = err
		return err
	}
	other, otherErr := newUndoFile(filepath.Join(folder, filepath.Base(k.file.path)), k.file.context, k.file.at)
	if otherErr == nil {
		if otherErr = other.keep(undo); otherErr != nil {
			otherErr = errors.Join(otherErr, other.drop())
		}
	}
	if otherErr != nil {
		k.failure = fmt.Errorf("%w; nor in another place: %w", err, otherErr)
		return k.failure
	}
	k.warn("canopy: " + k.file.path + ": " + err.Error() + "; it is kept in " + other.path)
	k.file = other
	return nil
}

// end keeps what takes back all that was done, which may be nothing, and gives the file; nil where there is none.
func (k *keeper) end(undo model.Plan) (*string, error) {
	if len(undo.Steps) == 0 {
		return nil, k.file.drop()
	}
	if err := k.keep(undo); err != nil {
		return nil, err
	}
	return &k.file.path, nil
}
