package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"canopy/ui/text"
)

// process is a program with what it may have.
type process struct {
	path      string
	arguments []string
	env       []string
	timeout   time.Duration
	// grace is how long a program has to end by itself once it was asked to.
	grace time.Duration
	// output bounds what it may write.
	output int64
}

var errFlood = errors.New("the program wrote more than is read")

// run starts the program in an empty folder of its own, which is also where it puts its temporary files, waits for it and gives what it
// has written. When run returns its process group is gone, and so is the folder.
func (p *process) run(ctx context.Context) (output []byte, err error) {
	folder, err := os.MkdirTemp("", "canopy-scan-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	limited, cancel := context.WithTimeoutCause(ctx, p.timeout, fmt.Errorf("no result within %s", p.timeout))
	defer cancel()

	out := &bounded{limit: p.output, over: func() { stop(fmt.Errorf("%w: over %d MiB", errFlood, p.output>>20)) }}
	last := &tail{}
	c := exec.Command(p.path, p.arguments...)
	// A hostile file in the folder of the user (trivy.yaml, .trivyignore, .grype.yaml) is no configuration of theirs.
	c.Dir, c.Stdout, c.Stderr = folder, out, last
	c.Env = append([]string{"TMPDIR=" + folder}, p.env...)
	isolate(c)
	// A child that keeps the pipes open holds up nobody once the program has ended.
	c.WaitDelay = p.grace
	if err := c.Start(); err != nil {
		return nil, err
	}
	g := &group{c: c, waited: make(chan struct{})}
	go g.wait()
	select {
	case <-g.waited:
	case <-limited.Done():
		g.signal(terminate)
		select {
		case <-g.waited:
		case <-time.After(p.grace):
		}
		g.signal(kill)
		<-g.waited
	}
	err = g.err
	if cause := context.Cause(limited); cause != nil {
		return nil, cause
	}
	if errors.Is(err, exec.ErrWaitDelay) && c.ProcessState.Success() {
		// It has ended well, and something that it left behind had the pipe open.
		err = nil
	}
	if err != nil {
		return nil, reason(err, last.line())
	}
	return out.data.Bytes(), nil
}

// group is a program with what it has started. Its number may be that of others as soon as it was waited for, so that nobody sends
// signals to it after that.
type group struct {
	c      *exec.Cmd
	mutex  sync.Mutex
	over   bool
	waited chan struct{}
	// err is how it has ended; it may be read once waited is closed.
	err error
}

// wait waits for the program, and ends what it has left behind while it cannot be taken for another.
func (g *group) wait() {
	defer close(g.waited)
	if ended(g.c) {
		g.signal(kill)
		g.close()
		g.err = g.c.Wait()
		return
	}
	if g.err = g.c.Wait(); errors.Is(g.err, exec.ErrWaitDelay) {
		// Somebody has had the pipe open, so there is a group still.
		g.signal(kill)
	}
	g.close()
}

func (g *group) close() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.over = true
}

func (g *group) signal(send func(*exec.Cmd)) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if !g.over {
		send(g.c)
	}
}

// reason is the last line that a program has written on its way down, else how it ended.
func reason(err error, line string) error {
	if line == "" {
		return err
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errors.New(line)
	}
	return fmt.Errorf("%w: %s", err, line)
}

// bounded takes output up to a limit.
type bounded struct {
	data  bytes.Buffer
	limit int64
	over  func()
	full  bool
}

// Write drops everything once there is too much.
func (b *bounded) Write(p []byte) (int, error) {
	if b.full || int64(b.data.Len())+int64(len(p)) > b.limit {
		if !b.full {
			b.full = true
			b.data = bytes.Buffer{}
			b.over()
		}
		return len(p), nil
	}
	return b.data.Write(p)
}

// tail keeps the end of what is written.
type tail struct {
	mutex sync.Mutex
	data  []byte
}

const (
	tailBytes = 8 << 10
	lineWidth = 300
)

// Write keeps the newest bytes.
func (t *tail) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.data = append(t.data, p[max(0, len(p)-tailBytes):]...); len(t.data) > tailBytes {
		t.data = append([]byte(nil), t.data[len(t.data)-tailBytes:]...)
	}
	return len(p), nil
}

// line is the last line that is not empty, without control characters, and without credentials that stand in an address.
func (t *tail) line() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	lines := strings.Split(string(t.data), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(text.Clean(plain(lines[i]))); line != "" {
			return text.Cut(anonymous(line), lineWidth)
		}
	}
	return ""
}

// plain is a line without the sequences that colour it.
func plain(line string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(line, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return r >= '@' && r <= '~' })
		line = rest[end+1:]
	}
}

// anonymous is a line without the users and passwords of addresses: "https://user:password@host".
func anonymous(line string) string {
	words := strings.Split(line, " ")
	for i, w := range words {
		scheme, rest, found := strings.Cut(w, "://")
		host, path, _ := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); found && at >= 0 {
			words[i] = strings.TrimSuffix(scheme+"://"+host[at+1:]+"/"+path, "/")
		}
	}
	return strings.Join(words, " ")
}
