package command

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
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

// Open sends the log to a file, which only this user may read.
func (l *Logs) Open(path, level string) error {
	var lowest slog.Level
	if err := lowest.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("--log-level %q: want debug, info, warn or error", level)
	}
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("--log-file: %w", err)
	}
	l.mutex.Lock()
	l.file = file
	l.mutex.Unlock()
	l.level.Set(lowest)
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
