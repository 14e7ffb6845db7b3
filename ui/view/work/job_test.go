package work_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
	"canopy/ui/view/work"
)

// parts gives the two commands of a piece of work: that which does it, and that which follows it.
func parts(t *testing.T, cmd tea.Cmd) (do, follow tea.Cmd) {
	t.Helper()
	batch, ok := cmd().(tea.BatchMsg)
	if !ok || len(batch) != 2 {
		t.Fatalf("%+v", batch)
	}
	return batch[0], batch[1]
}

func told(t *testing.T, follow tea.Cmd) work.Told {
	t.Helper()
	m, ok := follow().(view.For)
	if !ok {
		t.Fatal("no news")
	}
	return m.Msg.(work.Told)
}

func note(t *testing.T, cmd tea.Cmd) view.Note {
	t.Helper()
	n, ok := cmd().(view.Note)
	if !ok {
		t.Fatalf("told %+v", n)
	}
	return n
}

func TestJob(t *testing.T) {
	var j work.Job
	step, ended := make(chan bool), make(chan struct{})
	do, follow := parts(t, j.Start(context.Background(), nil, "beginning", func(_ context.Context, tell func(string)) (string, error) {
		<-step
		tell("half")
		<-step
		return "all done", nil
	}))
	if !j.Running() || j.Line() != "beginning" {
		t.Errorf("line %q", j.Line())
	}
	if j.Start(context.Background(), nil, "another", nil) != nil {
		t.Error("two pieces at once")
	}
	go func() { defer close(ended); do() }()
	step <- true
	follow = told(t, follow).Take(nil)
	if j.Line() != "half" {
		t.Errorf("line %q", j.Line())
	}
	step <- true
	if n := note(t, told(t, follow).Take(nil)); n.Text != "all done" || n.Bad {
		t.Errorf("told %+v", n)
	}
	<-ended
	if j.Running() || j.Line() != "" {
		t.Error("it goes on")
	}
}

func TestStop(t *testing.T) {
	var j work.Job
	do, follow := parts(t, j.Start(context.Background(), nil, "beginning", func(ctx context.Context, _ func(string)) (string, error) {
		<-ctx.Done()
		return "3 of 9 done", ctx.Err()
	}))
	j.Stop()
	j.Stop()
	if got := j.Line(); got != "stopping: beginning" {
		t.Errorf("line %q", got)
	}
	do()
	if n := note(t, told(t, follow).Take(nil)); n.Text != "stopped; 3 of 9 done" || n.Bad {
		t.Errorf("told %+v", n)
	}
	j.Stop()
}

func TestFailure(t *testing.T) {
	var j work.Job
	do, follow := parts(t, j.Start(context.Background(), nil, "", func(context.Context, func(string)) (string, error) { return "1 done", errors.New("no answer") }))
	do()
	if n := note(t, told(t, follow).Take(nil)); n.Text != "1 done; no answer" || !n.Bad {
		t.Errorf("told %+v", n)
	}
	// Nobody waits for what has panicked.
	do, follow = parts(t, j.Start(context.Background(), nil, "", func(context.Context, func(string)) (string, error) { panic("a fault") }))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		do()
	}()
	if n := note(t, told(t, follow).Take(nil)); !strings.Contains(n.Text, "broke off") || !n.Bad {
		t.Errorf("told %+v", n)
	}
	if j.Running() {
		t.Error("it goes on")
	}
}
