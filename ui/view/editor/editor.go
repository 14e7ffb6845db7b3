// Package editor gives a text to the user's own editor. The text is in a private file while it is edited, and nowhere after.
package editor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// Edited is a text as the user left it.
type Edited struct {
	Text []byte
	// Changed tells that it is not as it was.
	Changed bool
	// Err says why there is no text, or why it may not be what the user meant.
	Err error
}

// largest bounds what is read back.
const largest = 16 << 20

var (
	errLarge = errors.New("the text is larger than 16 MiB: it was not taken")
	errNone  = errors.New("no editor: set VISUAL or EDITOR")
)

// Command is the user's editor, by what VISUAL and EDITOR say: words apart by blanks.
func Command(env func(string) string) []string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := strings.Fields(env(name)); len(words) > 0 {
			return words
		}
	}
	return []string{"vi"}
}

// Open lets the user edit a text under a file name, and sends what done makes of it. The program pauses meanwhile.
func Open(shared *view.Shared, name string, text []byte, done func(Edited) tea.Msg) tea.Cmd {
	if len(shared.Editor) == 0 {
		return func() tea.Msg { return done(Edited{Err: errNone}) }
	}
	run := shared.Exec
	if run == nil {
		run = tea.ExecProcess
	}
	words := shared.Editor
	return func() tea.Msg {
		path, err := write(name, text)
		if err != nil {
			return done(Edited{Err: err})
		}
		c := exec.Command(words[0], append(words[1:len(words):len(words)], path)...) //nolint:gosec,noctx // it is the user's own choice, and ends when they leave it
		return run(c, func(err error) tea.Msg { return done(read(path, text, err)) })()
	}
}

// write puts the text into a file that only its owner can read, in a folder of its own.
func write(name string, text []byte) (string, error) {
	folder, err := os.MkdirTemp("", "canopy-edit-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, filepath.Base(name))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return path, nil
}

// read takes the text back, and leaves nothing behind, but where it could not be read.
func read(path string, before []byte, failure error) Edited {
	text, err := take(path)
	if err == nil {
		err = os.RemoveAll(filepath.Dir(path))
	} else {
		err = fmt.Errorf("%w; the text is in %s", err, path)
	}
	if failure != nil {
		err = errors.Join(fmt.Errorf("the editor: %w", failure), err)
	}
	return Edited{Text: text, Changed: text != nil && !bytes.Equal(text, before), Err: err}
}

func take(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > largest {
		return nil, errLarge
	}
	return os.ReadFile(path)
}
