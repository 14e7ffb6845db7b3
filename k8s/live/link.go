package live

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// link is the state of the connection that all kinds share. When one of them gets through, those that wait to try again
// need not wait any longer.
type link struct {
	mu sync.Mutex
	// up is closed, and made anew, when a request got through after one that did not.
	up   chan struct{}
	down bool
}

func newLink() *link { return &link{up: make(chan struct{})} }

// lost notes that a request did not get through, and gives the channel that tells when one does.
func (l *link) lost() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	return l.up
}

// through notes that a request got through.
func (l *link) through() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		l.down = false
		close(l.up)
		l.up = make(chan struct{})
	}
}

// mended gives the channel that is closed when the connection is back after a loss.
func (l *link) mended() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up
}

// backoff counts the pauses of one reader.
type backoff struct{ last time.Duration }

// next gives the pause after one more failure: twice the last one, stretched by up to a third.
func (b *backoff) next(p Pause) time.Duration {
	switch {
	case b.last < p.First:
		b.last = p.First
	default:
		b.last = min(2*b.last, p.Last)
	}
	return b.last + time.Duration(rand.Int64N(int64(b.last)/3+1))
}

func (b *backoff) reset() { b.last = 0 }

// sleep waits for d, or until the early channel is closed; false tells that the context has ended.
func sleep(ctx context.Context, d time.Duration, early <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-early:
	case <-timer.C:
	}
	return ctx.Err() == nil
}
