package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// settleLimit is how long a dashboard may take until it is live.
const settleLimit = 3 * time.Minute

// findingRow is a line of the overview, with its number and severity, or of the list: severity, with a sign while it is not
// certain, then the rule.
var findingRow = regexp.MustCompile(`(?m)^. ( *\d+ [CHMLi]|. [CHMLi][?~]? +[A-Z]{2}\d{2}) `)

// listing are settings with which a dashboard begins on the list, with objects as wide as there is room. A row that is gone
// would fade for a moment, and nothing could be told of when it went.
const listing = "start: findings\nglow: false\ncolumns:\n  findings: [severity, rule, object]\n"

// dashboard is the built binary in a pseudo-terminal of 120×40, as a person runs it.
type dashboard struct {
	b        *testing.B
	cmd      *exec.Cmd
	pty      *os.File
	emulator *vt.SafeEmulator
	started  time.Time
	// drawn counts the bytes that came out, first is when the first of them did, in nanoseconds since 1970.
	drawn, first atomic.Int64
	// news holds the moment at which something came, once it is on the emulator's screen.
	news  chan time.Time
	ended chan error
}

// startDashboard starts it with settings of its own; "" are the defaults.
func startDashboard(b *testing.B, settings string, args ...string) *dashboard {
	b.Helper()
	config := b.TempDir()
	if err := os.MkdirAll(filepath.Join(config, "canopy"), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "canopy", "config.yaml"), []byte(settings), 0o600); err != nil {
		b.Fatal(err)
	}
	d := &dashboard{
		b: b, cmd: exec.Command(built(b, "canopy"), args...), emulator: vt.NewSafeEmulator(120, 40),
		news: make(chan time.Time, 1), ended: make(chan error, 1),
	}
	d.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=", "KUBECONFIG=", "XDG_CONFIG_HOME="+config, "XDG_STATE_HOME="+b.TempDir())
	d.started = time.Now()
	file, err := pty.StartWithSize(d.cmd, &pty.Winsize{Cols: 120, Rows: 40})
	if err != nil {
		b.Fatal(err)
	}
	d.pty = file
	go func() { _, _ = io.Copy(file, d.emulator) }() // what a terminal answers
	go d.read()
	b.Cleanup(func() {
		_ = d.cmd.Process.Kill() // it has ended by now, as a rule
		file.Close()
		d.emulator.Close()
	})
	return d
}

func (d *dashboard) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := d.pty.Read(buf)
		now := time.Now()
		d.first.CompareAndSwap(0, now.UnixNano())
		d.drawn.Add(int64(n))
		_, _ = d.emulator.Write(buf[:n])
		select {
		case d.news <- now:
		default:
		}
		if err != nil {
			d.ended <- d.cmd.Wait()
			return
		}
	}
}

// until waits until the screen is as it should be, and tells when that was.
func (d *dashboard) until(what string, limit time.Duration, holds func(screen string) bool) time.Time {
	d.b.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if holds(d.emulator.String()) {
			return time.Now()
		}
		select {
		case <-d.news:
		case <-time.After(20 * time.Millisecond):
		}
	}
	d.b.Fatalf("%s: not on the screen within %s:\n%s", what, limit, d.emulator.String())
	return time.Time{}
}

// rows waits for the first findings.
func (d *dashboard) rows() time.Time {
	d.b.Helper()
	return d.until("a finding", settleLimit, findingRow.MatchString)
}

// live waits until every kind has been read and judged.
func (d *dashboard) live() time.Time {
	d.b.Helper()
	return d.until("live", settleLimit, func(screen string) bool {
		top, _, _ := strings.Cut(screen, "\n")
		return strings.Contains(top, " live ")
	})
}

// press types keys and tells how long it took until something was drawn; zero where nothing was within a second.
func (d *dashboard) press(keys string) time.Duration {
	d.b.Helper()
	select {
	case <-d.news:
	default:
	}
	start := time.Now()
	if _, err := io.WriteString(d.pty, keys); err != nil {
		d.b.Fatal(err)
	}
	select {
	case at := <-d.news:
		return at.Sub(start)
	case <-time.After(time.Second):
		return 0
	}
}

func (d *dashboard) usage() usage {
	d.b.Helper()
	u, err := usageOf(d.cmd.Process.Pid)
	if err != nil {
		d.b.Fatal(err)
	}
	return u
}

// quit leaves by the key and waits for the end.
func (d *dashboard) quit() {
	d.b.Helper()
	d.press("q")
	select {
	case err := <-d.ended:
		if err != nil {
			d.b.Errorf("q: %v", err)
		}
	case <-time.After(10 * time.Second):
		d.b.Error("q does not leave")
	}
}
