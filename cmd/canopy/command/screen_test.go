package command

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// window is a terminal that the standard streams of this process lead to while a test runs.
type window struct {
	t      *testing.T
	pty    *os.File
	before *term.State

	mutex sync.Mutex
	drawn bytes.Buffer
}

func openWindow(t *testing.T) *window {
	t.Helper()
	mine, theirs, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	w := &window{t: t, pty: mine}
	if err := pty.Setsize(mine, &pty.Winsize{Cols: 120, Rows: 40}); err != nil {
		t.Fatal(err)
	}
	if w.before, err = term.GetState(int(theirs.Fd())); err != nil {
		t.Fatal(err)
	}
	in, out := os.Stdin, os.Stdout
	os.Stdin, os.Stdout = theirs, theirs
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 1<<16)
		for {
			n, err := mine.Read(buf)
			w.mutex.Lock()
			w.drawn.Write(buf[:n])
			w.mutex.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		os.Stdin, os.Stdout = in, out
		theirs.Close()
		mine.Close()
		<-ended
	})
	return w
}

// raw is all that was drawn.
func (w *window) raw() string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.drawn.String()
}

// shows waits until something was drawn, which may be called from any goroutine.
func (w *window) shows(text string) bool {
	for range 1000 {
		if strings.Contains(w.raw(), text) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Errorf("%q was not drawn: %q", text, w.raw())
	return false
}

// press types.
func (w *window) press(keys string) {
	if _, err := io.WriteString(w.pty, keys); err != nil {
		w.t.Error(err)
	}
}

// isTidy tells whether the terminal was a screen and is now as it was.
func (w *window) isTidy() {
	w.t.Helper()
	after, err := term.GetState(int(w.pty.Fd()))
	if err != nil {
		w.t.Fatal(err)
	}
	if *after != *w.before {
		w.t.Errorf("the terminal is set otherwise than before: %+v, before %+v", *after, *w.before)
	}
	// The second screen, the mouse, the cursor.
	for on, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?1002h": "\x1b[?1002l", "\x1b[?25l": "\x1b[?25h"} {
		back := func() bool {
			raw := w.raw()
			return strings.Contains(raw, on) && strings.LastIndex(raw, off) > strings.LastIndex(raw, on)
		}
		// What was written last is perhaps not read yet.
		for i := 0; i < 100 && !back(); i++ {
			time.Sleep(10 * time.Millisecond)
		}
		if !back() {
			w.t.Errorf("%q was not taken back by %q", on, off)
		}
	}
}
