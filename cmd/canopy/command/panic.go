package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"canopy/cmd/canopy/output"
	"canopy/ui"
)

// PanicLog keeps the report of a panic, which is what was thrown and the stack: at the end of the log, or, where there is
// none or it cannot be written, in a new file of the folder that only this user may read. It gives the path.
func PanicLog(log, dir string, at time.Time, report string) (path string, err error) {
	head := "panic at " + at.UTC().Format(time.RFC3339) + "\n"
	if log != "" {
		if err = appendTo(log, head+report+"\n"); err == nil {
			return log, nil
		}
	}
	if dir == "" {
		return "", errors.Join(err, errors.New("no folder for the report: neither XDG_STATE_HOME nor HOME is set"))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "panic-"+at.UTC().Format("20060102T150405Z")+".log")
	return path, appendTo(path, head+report+"\n")
}

// appendTo appends a text to a file. What was thrown may quote a cluster, and people read the file in a terminal.
func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(output.Guard(file), text)
	return errors.Join(err, file.Close())
}

// kept gives the error to tell in place of one that is a panic, whose report it keeps.
func (r *run) kept(err error) error {
	var broken *ui.PanicError
	if errors.As(err, &broken) {
		return r.panicked(fmt.Sprintf("%v\n%s", broken.Cause, broken.Stack))
	}
	return err
}

// panicked keeps the report of a panic and gives the error that tells where it is. It is called once the terminal is as it
// was. Where the report cannot be kept it is told on standard error instead of being lost.
func (r *run) panicked(report string) error {
	path, err := PanicLog(r.logFile, r.paths().State, time.Now(), report)
	if err != nil {
		_, _ = io.WriteString(output.Guard(r.streams.Err), report+"\n")
		return fmt.Errorf("canopy has failed by a mistake of its own; what happened stands above, since it could not be kept: %w", err)
	}
	return fmt.Errorf("canopy has failed by a mistake of its own; what happened stands in %s", path)
}
