package command

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// TestWhatOnlyLooksEndsSoon holds that a command which writes nothing ends soon after its context, though it is in the middle of
// something that knows of none.
func TestWhatOnlyLooksEndsSoon(t *testing.T) {
	rest := make(chan struct{})
	defer close(rest)
	began := make(chan struct{})
	c := leavable(&cobra.Command{RunE: func(*cobra.Command, []string) error { close(began); <-rest; return nil }})
	ctx, cancel := context.WithCancel(t.Context())
	c.SetContext(ctx)
	c.SetArgs([]string{})
	go func() { <-began; cancel() }()
	from := time.Now()
	if err := c.ExecuteContext(ctx); !errors.Is(err, errInterrupted) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(from); took > 5*patience {
		t.Errorf("took %s", took)
	}
	// What ends by itself says what came of it.
	failed := errors.New("failed")
	d := leavable(&cobra.Command{RunE: func(*cobra.Command, []string) error { return failed }, SilenceErrors: true, SilenceUsage: true})
	d.SetArgs([]string{})
	if err := d.ExecuteContext(t.Context()); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
}

// TestSessionIsLeftSoon holds that what the engine still works out does not hold up a run that was to end.
func TestSessionIsLeftSoon(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &session{caller: ctx, cancel: func() {}, ended: make(chan struct{})}
	cancel()
	from := time.Now()
	if s.close(); time.Since(from) > 5*patience {
		t.Errorf("took %s", time.Since(from))
	}
}
