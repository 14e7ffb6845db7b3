package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxFile is the most bytes that a file of settings may have.
const maxFile = 256 << 10

// Load reads the settings from a file. That there is none is no problem, nor an empty path. An error tells that the file
// is there and cannot be read. The settings are never nil: with an error they are the defaults.
func Load(path string, known Known) (*Settings, []Problem, error) {
	if path == "" {
		return &Settings{}, nil, nil
	}
	data, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Settings{}, nil, nil
	case err != nil:
		return &Settings{}, nil, fmt.Errorf("settings: %w", err)
	}
	s, problems := Parse(path, data, known)
	return s, problems, nil
}

// read reads one byte more than is allowed at the most, so that a file that is too large shows.
func read(path string) ([]byte, error) {
	// Opening a pipe would wait for somebody to write to it.
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	// Nothing was written that could be lost.
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxFile+1))
}
