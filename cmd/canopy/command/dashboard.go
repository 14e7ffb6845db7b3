package command

import (
	"context"
	"fmt"
	"os"
	"time"

	"canopy/ui"
)

// dashboard opens the screen on the source that the flags name.
func (r *run) dashboard(ctx context.Context) error {
	if !r.streams.Screen {
		return errNoScreen
	}
	restore, err := hideStandardError()
	if err != nil {
		return err
	}
	defer restore()
	s, err := r.open(ctx, true)
	if err != nil {
		return err
	}
	defer s.close()
	return r.show(ctx, s)
}

// drawn is how long the first rows of a large cluster take at the most.
const drawn = 3 * time.Second

// show draws the screen until the user leaves it, a signal ends it, or nothing can be read at all.
func (r *run) show(ctx context.Context, s *session) error {
	tuneMemory()
	screen, leave := context.WithCancel(ctx)
	defer leave()
	go func() {
		select {
		case <-s.failed:
			leave()
		case <-screen.Done():
		}
	}()
	go func() {
		if _, err := s.engine.Settle(screen); err != nil {
			return
		}
		releaseMemory()
		select {
		case <-screen.Done():
		case <-time.After(drawn):
			// By now the screen has made its rows, which takes as much again for a moment.
			releaseMemory()
		}
	}()
	err := ui.Run(screen, ui.Options{
		Feed: s.engine, Context: s.source.Name, Namespaces: r.connect.Shown(), NoColor: r.noColor, ASCII: r.ascii,
	})
	select {
	case <-s.failed:
		return fmt.Errorf("%s: %w", s.source.Name, s.failure)
	default:
	}
	if ctx.Err() != nil {
		// A signal is a way to leave.
		return nil
	}
	return err
}

// hideStandardError keeps what a credential plugin says off the screen: client-go gives a plugin the os.Stderr that it
// finds when the connection is made. What the plugin fails with is told all the same, as coverage.
func hideStandardError() (restore func(), err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	before := os.Stderr
	os.Stderr = null
	return func() {
		os.Stderr = before
		// Nothing was written that could be lost.
		_ = null.Close()
	}, nil
}
