package demo

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// book is a target that notes when it was written to.
type book struct {
	mutex sync.Mutex
	at    []time.Duration
	begun time.Time
	fail  error
}

func (b *book) Put(...runtime.Object) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.at = append(b.at, time.Since(b.begun))
	return b.fail
}

func (b *book) Delete(...model.Ref) error { return nil }

func (b *book) count() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.at)
}

// playing runs a player in a bubble of its own time, and ends it with the test.
func playing(t *testing.T, to Target) *Player {
	t.Helper()
	j, err := New(Start)
	if err != nil {
		t.Fatal(err)
	}
	p := NewPlayer(model.SystemClock{})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, to, j) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return p
}

func TestPlayerKeepsTheTimesOfTheScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{begun: time.Now()}
		playing(t, b)
		script := Story()
		time.Sleep(2*script.Length + opening)
		synctest.Wait()
		var want []time.Duration
		for loop := range 2 {
			for _, step := range script.Steps {
				want = append(want, time.Duration(loop)*script.Length+step.At)
			}
		}
		want = append(want, 2*script.Length+opening)
		if len(b.at) != len(want) {
			t.Fatalf("%d steps, want %d", len(b.at), len(want))
		}
		for i := range want {
			if b.at[i] != want[i] {
				t.Errorf("step %d came at %s, want %s", i, b.at[i], want[i])
			}
		}
	})
}

func TestPausedTimeDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{begun: time.Now()}
		p := playing(t, b)
		script := Story()
		var paused time.Duration
		stop := func(d time.Duration) {
			p.Pause(true)
			p.Pause(true)
			before := b.count()
			if !p.Paused() {
				t.Error("it is not paused")
			}
			time.Sleep(d)
			synctest.Wait()
			if b.count() != before {
				t.Errorf("%d steps were played during a pause", b.count()-before)
			}
			paused += d
			p.Pause(false)
			synctest.Wait()
		}
		stop(time.Hour) // before the first step
		time.Sleep(script.Steps[0].At - time.Millisecond)
		synctest.Wait()
		if b.count() != 0 {
			t.Error("the first step came too early")
		}
		stop(time.Minute)
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if b.count() != 1 {
			t.Errorf("%d steps, want the first", b.count())
		}
		stop(script.Length * 3)
		time.Sleep(script.Length - script.Steps[0].At)
		stop(time.Second) // between two loops
		time.Sleep(script.Steps[0].At)
		synctest.Wait()
		if n := len(script.Steps) + 1; b.count() != n || b.at[n-1] != script.Length+opening+paused {
			t.Errorf("%d steps, want %d; the last at %s", b.count(), n, b.at[len(b.at)-1])
		}
	})
}

// TestPauseByMany pauses and resumes from many goroutines; in the end it goes on.
func TestPauseByMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{begun: time.Now()}
		p := playing(t, b)
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				for n := range 50 {
					p.Pause((n+i)%2 == 0)
					time.Sleep(time.Duration(i+1) * time.Second)
				}
			})
		}
		wait.Wait()
		p.Pause(false)
		synctest.Wait()
		before := b.count()
		time.Sleep(Story().Length)
		synctest.Wait()
		if got := b.count() - before; got != len(Story().Steps) {
			t.Errorf("%d steps in a loop, want %d", got, len(Story().Steps))
		}
	})
}

func TestPlayerTellsWhatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, err := New(Start)
		if err != nil {
			t.Fatal(err)
		}
		bad := errors.New("full")
		if err := NewPlayer(model.SystemClock{}).Run(t.Context(), &book{fail: bad}, j); !errors.Is(err, bad) {
			t.Errorf("got %v", err)
		}
	})
}

func TestScriptIsInOrder(t *testing.T) {
	script := Story()
	last := time.Duration(0)
	for _, step := range script.Steps {
		if step.At <= last || step.What == "" {
			t.Errorf("step %q at %s comes after %s", step.What, step.At, last)
		}
		last = step.At
	}
	if script.Length <= last || script.Length < 3*time.Minute || script.Length > 5*time.Minute {
		t.Errorf("a loop takes %s", script.Length)
	}
}
