package ui

import (
	"context"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"

	"canopy/model"
)

// terminal is a real pseudo-terminal with an emulator behind it.
type terminal struct {
	t        *testing.T
	pty, tty *os.File
	before   *term.State
	ended    chan error

	mu     sync.Mutex
	screen *vt.Emulator
	bytes  int
	hidden bool
	modes  map[ansi.Mode]bool
}

func newTerminal(t *testing.T, width, height int) *terminal {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("NO_COLOR", "")
	p, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	if err := pty.Setsize(p, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, pty: p, tty: tty, ended: make(chan error, 1), screen: vt.NewEmulator(width, height), modes: map[ansi.Mode]bool{}}
	if x.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	x.screen.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { x.hidden = !visible },
		EnableMode:       func(m ansi.Mode) { x.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { x.modes[m] = false },
	})
	_, _ = x.screen.Write([]byte("$ canopy\r\n"))
	go x.draw()
	// The emulator answers queries of the program as a terminal would.
	go func() { _, _ = io.Copy(p, x.screen) }()
	t.Cleanup(func() { _ = x.screen.InputPipe().(io.Closer).Close(); _ = tty.Close(); _ = p.Close() })
	return x
}

func (x *terminal) draw() {
	buf := make([]byte, 1<<16)
	for {
		n, err := x.pty.Read(buf)
		if err != nil {
			return
		}
		x.mu.Lock()
		x.bytes += n
		_, _ = x.screen.Write(buf[:n])
		x.mu.Unlock()
	}
}

func (x *terminal) start(ctx context.Context, o Options) {
	o.Input, o.Output, o.Location = x.tty, x.tty, time.UTC
	go func() { x.ended <- Run(ctx, o) }()
}

func (x *terminal) see() (string, int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String(), x.bytes
}

func (x *terminal) wait(want string) {
	x.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if s, _ := x.see(); strings.Contains(s, want) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	s, _ := x.see()
	x.t.Fatalf("%q does not come:\n%s", want, s)
}

func (x *terminal) keys(s string) {
	if _, err := x.pty.WriteString(s); err != nil {
		x.t.Fatal(err)
	}
}

// end waits for Run and checks that the terminal is as it was.
func (x *terminal) end() error {
	x.t.Helper()
	var err error
	select {
	case err = <-x.ended:
	case <-time.After(10 * time.Second):
		x.t.Fatal("Run does not end")
	}
	x.wait("$ canopy")
	time.Sleep(20 * time.Millisecond)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.screen.IsAltScreen() || x.hidden {
		x.t.Errorf("alternate screen %v, cursor hidden %v", x.screen.IsAltScreen(), x.hidden)
	}
	for m, on := range x.modes {
		if on && m != ansi.ModeTextCursorEnable {
			x.t.Errorf("mode %v is left on", m)
		}
	}
	after, stateErr := term.GetState(int(x.tty.Fd()))
	if stateErr != nil || !reflect.DeepEqual(after, x.before) {
		x.t.Errorf("terminal settings changed: %v", stateErr)
	}
	return err
}

func TestRunInTerminal(t *testing.T) {
	x := newTerminal(t, 100, 30)
	feed := newFakeFeed(nil)
	x.start(t.Context(), Options{Feed: feed, Context: "prod-eu"})
	x.wait("waiting for the first report")
	feed.publish(clusterReport(0))
	x.wait("data/DaemonSet/backup-helper")
	x.keys("/web\r")
	x.wait("1-1 of 1 (6 in all)")
	x.keys("\x1b")
	x.wait("1-6 of 6")
	feed.publish(clusterReport(1, sequence(2)))
	x.wait("1-7 of 7")
	x.keys("?")
	x.wait("filter the list")
	x.keys("?j")
	x.wait("▸ C     PS06   Writable host path")
	if err := pty.Setsize(x.pty, &pty.Winsize{Rows: 6, Cols: 30}); err != nil {
		t.Fatal(err)
	}
	x.mu.Lock()
	x.screen.Resize(30, 6)
	x.mu.Unlock()
	feed.publish(clusterReport(2, sequence(3)))
	x.keys("q")
	if err := x.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestRunIsIdle(t *testing.T) {
	x := newTerminal(t, 120, 40)
	feed := newFakeFeed(clusterReport(1000))
	x.start(t.Context(), Options{Feed: feed})
	x.wait("of 1006")
	time.Sleep(300 * time.Millisecond)
	_, before := x.see()
	time.Sleep(700 * time.Millisecond)
	// The same report again is no news either.
	feed.publish(clusterReport(1000, sequence(2)))
	time.Sleep(300 * time.Millisecond)
	if _, after := x.see(); after != before {
		t.Errorf("%d bytes written while nothing happened", after-before)
	}
	x.keys("\x03")
	if err := x.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	x := newTerminal(t, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	x.start(ctx, Options{Feed: newFakeFeed(clusterReport(3))})
	x.wait("of 9")
	cancel()
	if err := x.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// brokenFeed panics when it is asked a second time.
type brokenFeed struct {
	*fakeFeed
	asked int
}

func (f *brokenFeed) Report() *model.Report {
	if f.asked++; f.asked > 1 {
		panic("broken on purpose")
	}
	return f.fakeFeed.Report()
}

func TestRunRestoresAfterPanic(t *testing.T) {
	x := newTerminal(t, 80, 24)
	feed := &brokenFeed{fakeFeed: newFakeFeed(clusterReport(3))}
	x.start(t.Context(), Options{Feed: feed})
	x.wait("of 9")
	feed.publish(nil)
	if err := x.end(); err == nil {
		t.Error("Run tells no error")
	}
}

func TestRunHonoursNoColor(t *testing.T) {
	for _, value := range []string{"yes", "1", "0"} {
		x := newTerminal(t, 80, 24)
		t.Setenv("NO_COLOR", value)
		x.start(t.Context(), Options{Feed: newFakeFeed(clusterReport(3))})
		x.wait("of 9")
		x.mu.Lock()
		for row := range 24 {
			for col := range 80 {
				if c := x.screen.CellAt(col, row); c != nil && (c.Style.Fg != nil || c.Style.Bg != nil) {
					t.Fatalf("NO_COLOR=%s: cell %d,%d is coloured", value, col, row)
				}
			}
		}
		x.mu.Unlock()
		x.keys("q")
		if err := x.end(); err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

// TestKeyToBytes tells, with -v, what a person waits for at the terminal.
func TestKeyToBytes(t *testing.T) {
	x := newTerminal(t, 120, 40)
	x.start(t.Context(), Options{Feed: newFakeFeed(clusterReport(1000))})
	x.wait("of 1006")
	var sum time.Duration
	const times = 40
	for range times {
		time.Sleep(23 * time.Millisecond)
		_, before := x.see()
		start := time.Now()
		x.keys("j")
		for {
			if _, now := x.see(); now != before {
				break
			}
			if time.Since(start) > 5*time.Second {
				t.Fatal("no bytes after a key")
			}
			time.Sleep(100 * time.Microsecond)
		}
		sum += time.Since(start)
	}
	t.Logf("key to bytes: %v on average", sum/times)
	x.keys("q")
	if err := x.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
}
