package command

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/spf13/pflag"

	"canopy/cmd/canopy/settings"
)

// Logs writes the log to the file of --log-file, and nowhere else: neither Canopy nor the client library may write on the
// terminal behind the screen's back. Until there is a file everything is dropped.
type Logs struct {
	level  slog.LevelVar
	logger *slog.Logger

	mutex sync.Mutex
	file  io.WriteCloser
}

// off is over every level.
const off = slog.LevelError + 100

// NewLogs gives a log that drops everything.
func NewLogs() *Logs {
	l := &Logs{}
	l.level.Set(off)
	l.logger = slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: &l.level}))
	return l
}

// Logger is the logger for all.
func (l *Logs) Logger() *slog.Logger { return l.logger }

// Write takes one line.
func (l *Logs) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.file == nil {
		return len(line), nil
	}
	return l.file.Write(line)
}

// Open sends the log to a file that a flag names. Without one nothing changes.
func (l *Logs) Open(path, level string) error {
	var lowest slog.Level
	if err := lowest.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("--log-level %q: want debug, info, warn or error", level)
	}
	if path == "" {
		return nil
	}
	if err := l.open(path, level); err != nil {
		return fmt.Errorf("--log-file: %w", err)
	}
	return nil
}

// open sends the log to a file, which only this user may read, in place of the one before.
func (l *Logs) open(path, level string) error {
	var lowest slog.Level
	if err := lowest.UnmarshalText([]byte(level)); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	l.mutex.Lock()
	before := l.file
	l.file = file
	l.mutex.Unlock()
	l.level.Set(lowest)
	if before != nil {
		return before.Close()
	}
	return nil
}

// Close ends the log.
func (l *Logs) Close() error {
	l.level.Set(off)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	return file.Close()
}

// given lists what the flags say about settings: --ascii, --read-only, -n and -A, --log-file, --log-level. A flag that was not given says
// nothing, whatever its default is.
func (r *run) given(flags *pflag.FlagSet) settings.Given {
	var g settings.Given
	if flags.Changed("ascii") {
		g.ASCII = &r.ascii
	}
	if flags.Changed("read-only") {
		g.ReadOnly = &r.readOnly
	}
	if flags.Changed("namespace") || flags.Changed("all-namespaces") {
		shown := r.connect.Shown()
		g.Namespaces = &shown
	}
	if flags.Changed("log-file") {
		g.LogFile = &r.logFile
	}
	if flags.Changed("log-level") {
		g.LogLevel = &r.level
	}
	return g
}

// log opens the log that the settings name, over which the flags stand already. A file that a flag names is open by then,
// so that what fails here is the setting.
func (r *run) log(d settings.Dashboard) error {
	if d.LogFile == "" || d.LogFile == r.logFile && d.LogLevel == r.level {
		return nil
	}
	if err := r.streams.Logs.open(d.LogFile, d.LogLevel); err != nil {
		return err
	}
	r.logFile, r.level = d.LogFile, d.LogLevel
	return nil
}
