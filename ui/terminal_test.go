package ui

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"

	"canopy/ui/view"
)

// terminal is a real pseudo-terminal with an emulator behind it.
type terminal struct {
	t        testing.TB
	pty, tty *os.File
	before   *term.State
	shell    string
	ended    chan outcome

	mu     sync.Mutex
	screen *vt.Emulator
	// deaf keeps what is written from the emulator, which costs more than the program does; mute lets it answer nothing.
	deaf bool
	mute atomic.Bool
	// answered tells that the background was told.
	answered atomic.Bool
	// rate is how many bytes a second are read; zero is as many as come.
	rate int
	// watch is called whenever something was written; got receives then.
	watch  func()
	got    chan struct{}
	raw    bytes.Buffer
	bytes  int
	last   time.Time
	hidden bool
	modes  map[ansi.Mode]bool
}

// outcome is what Run gave.
type outcome struct {
	session view.Session
	err     error
}

func newTerminal(t testing.TB, width, height int) *terminal {
	t.Helper()
	for name, value := range map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "", "TERM_PROGRAM": "test"} {
		t.Setenv(name, value)
	}
	p, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	x := &terminal{t: t, pty: p, tty: tty, ended: make(chan outcome, 1), got: make(chan struct{}, 1), screen: vt.NewEmulator(width, height), modes: map[ansi.Mode]bool{}}
	x.resize(width, height)
	if x.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	x.screen.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { x.hidden = !visible },
		EnableMode:       func(m ansi.Mode) { x.modes[m] = true },
		DisableMode:      func(m ansi.Mode) { x.modes[m] = false },
	})
	_, _ = x.screen.Write([]byte("$ ls\r\nREADME.md  cmd\r\n$ canopy\r\n"))
	x.shell = x.screen.String()
	go x.draw()
	// The emulator answers queries of the program as a terminal would.
	go x.answer()
	t.Cleanup(func() { _ = x.screen.InputPipe().(io.Closer).Close(); _ = tty.Close(); _ = p.Close() })
	return x
}

func (x *terminal) draw() {
	buf := make([]byte, 1<<16)
	for {
		x.mu.Lock()
		rate := x.rate
		x.mu.Unlock()
		room := buf
		if rate > 0 {
			room = buf[:rate/100]
		}
		n, err := x.pty.Read(room)
		if err != nil {
			return
		}
		if rate > 0 {
			time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
		}
		x.take(room[:n])
	}
}

func (x *terminal) answer() {
	buf := make([]byte, 1<<10)
	for {
		n, err := x.screen.Read(buf)
		if err != nil {
			return
		}
		if !x.mute.Load() {
			_, _ = x.pty.Write(buf[:n])
			if bytes.Contains(buf[:n], []byte("]11;")) {
				x.answered.Store(true)
			}
		}
	}
}

// take is what a terminal does with what it gets.
func (x *terminal) take(b []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bytes, x.last = x.bytes+len(b), time.Now()
	if !x.deaf {
		x.raw.Write(b)
		_, _ = x.screen.Write(b)
	}
	if x.watch != nil {
		x.watch()
	}
	select {
	case x.got <- struct{}{}:
	default:
	}
}

// background is the colour that the terminal says it has.
func (x *terminal) background(c color.Color) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.screen.SetDefaultBackgroundColor(c)
}

func (x *terminal) start(ctx context.Context, o Options) {
	o.Input, o.Output, o.Location = x.tty, x.tty, time.UTC
	go func() {
		s, err := Run(ctx, o)
		x.ended <- outcome{s, err}
	}()
}

func (x *terminal) see() (string, int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String(), x.bytes
}

// style gives the colour of the first cell of a text on the screen, and whether it has any style at all.
func (x *terminal) style(text string) (foreground color.Color, styled bool) {
	x.t.Helper()
	x.mu.Lock()
	defer x.mu.Unlock()
	for row, line := range strings.Split(x.screen.String(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			c := x.screen.CellAt(ansi.StringWidth(before), row)
			return c.Style.Fg, !c.Style.IsZero()
		}
	}
	x.t.Fatalf("%q is not on the screen:\n%s", text, x.screen.String())
	return nil, false
}

// until waits for a state of the screen.
func (x *terminal) until(what string, holds func(screen string) bool) {
	x.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if s, _ := x.see(); holds(s) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	s, _ := x.see()
	x.t.Fatalf("%s does not come:\n%s", what, s)
}

func (x *terminal) wait(want ...string) {
	x.t.Helper()
	for _, w := range want {
		x.until(w, func(s string) bool { return strings.Contains(s, w) })
	}
}

// ready waits for what is to be seen, and until the program has got the answers to its questions: what comes after its end
// is the shell's.
func (x *terminal) ready(want ...string) {
	x.t.Helper()
	x.wait(want...)
	x.until("the question for the background", func(string) bool { return x.answered.Load() })
	time.Sleep(20 * time.Millisecond)
}

func (x *terminal) gone(not string) {
	x.t.Helper()
	x.until("a screen without "+not, func(s string) bool { return !strings.Contains(s, not) })
}

// calm waits until nothing has been written for a while, and gives how much was until then.
func (x *terminal) calm(quiet time.Duration) int {
	x.t.Helper()
	start := time.Now()
	for time.Since(start) < 20*time.Second {
		x.mu.Lock()
		n, last := x.bytes, x.last
		x.mu.Unlock()
		if min(time.Since(start), time.Since(last)) >= quiet {
			return n
		}
		time.Sleep(quiet / 20)
	}
	x.t.Fatal("the program writes without an end")
	return 0
}

func (x *terminal) keys(s string) {
	if _, err := x.pty.WriteString(s); err != nil {
		x.t.Fatal(err)
	}
}

// escape presses esc, and waits as long as the program does for the rest of a longer sequence.
func (x *terminal) escape() {
	x.keys("\x1b")
	time.Sleep(100 * time.Millisecond)
}

func (x *terminal) resize(width, height int) {
	if err := pty.Setsize(x.pty, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil { //nolint:gosec // a few hundred at most
		x.t.Fatal(err)
	}
	x.mu.Lock()
	x.screen.Resize(width, height)
	x.mu.Unlock()
	// It is not this process's own terminal, of which the kernel would tell.
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		x.t.Fatal(err)
	}
}

// end waits for Run.
func (x *terminal) end() outcome {
	x.t.Helper()
	select {
	case o := <-x.ended:
		return o
	case <-time.After(10 * time.Second):
		s, _ := x.see()
		x.t.Fatalf("Run does not end:\n%s", s)
	}
	return outcome{}
}

// clean waits for Run and checks that the terminal is as it was before it.
func (x *terminal) clean() outcome {
	x.t.Helper()
	o := x.end()
	x.calm(50 * time.Millisecond)
	x.mu.Lock()
	defer x.mu.Unlock()
	if got := x.screen.String(); got != x.shell {
		x.t.Errorf("the shell's screen is not as before:\n%s", got)
	}
	if at := x.screen.CursorPosition(); at.X != 0 || at.Y != 3 {
		x.t.Errorf("the cursor stands at %v", at)
	}
	if x.screen.IsAltScreen() || x.hidden {
		x.t.Errorf("alternate screen %v, cursor hidden %v", x.screen.IsAltScreen(), x.hidden)
	}
	for m, on := range x.modes {
		if on && m != ansi.ModeTextCursorEnable {
			x.t.Errorf("mode %v is left on", m)
		}
	}
	_, _ = x.screen.Write([]byte("#"))
	if c := x.screen.CellAt(0, 3); c == nil || c.Content != "#" || !c.Style.IsZero() {
		x.t.Errorf("what the shell writes next is styled: %+v", c)
	}
	raw := x.raw.String()
	if pushed, popped := strings.Count(raw, "\x1b[>1u"), strings.Count(raw, "\x1b[<1u"); pushed != popped {
		x.t.Errorf("keyboard modes pushed %d times, popped %d times", pushed, popped)
	}
	if on, off := strings.LastIndex(raw, ansi.SetModifyOtherKeys2), strings.LastIndex(raw, ansi.ResetModifyOtherKeys); on > off {
		x.t.Error("modified keys are still reported in another way")
	}
	for _, trace := range []string{"goroutine", "panic", "runtime."} {
		if strings.Contains(raw, trace) {
			x.t.Errorf("%q was written to the terminal", trace)
		}
	}
	after, err := term.GetState(int(x.tty.Fd()))
	if err != nil || !reflect.DeepEqual(after, x.before) {
		x.t.Errorf("terminal settings changed: %v", err)
	}
	return o
}

// leaves checks that Run ends well.
func (x *terminal) leaves(s view.Session) {
	x.t.Helper()
	if o := x.clean(); o.err != nil || o.session != s {
		x.t.Errorf("Run gives %v, %v", o.session, o.err)
	}
}

// breaks checks that Run tells of a panic.
func (x *terminal) breaks(cause any) {
	x.t.Helper()
	o := x.clean()
	var p *PanicError
	if !errors.As(o.err, &p) {
		x.t.Fatalf("Run gives %v", o.err)
	}
	if p.Cause != cause || !bytes.Contains(p.Stack, []byte("canopy/ui")) {
		x.t.Errorf("cause %v, stack:\n%s", p.Cause, p.Stack)
	}
	if o.session == nil {
		x.t.Error("Run gives no session to close")
	}
}
