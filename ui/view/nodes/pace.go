package nodes

import (
	"context"
	"time"
)

// restTime is for how long nothing that takes long is made anew.
const restTime = time.Second

// pace keeps work that takes long from being done anew with each change. The zero value lets the first piece go at once.
type pace struct{ ready <-chan time.Time }

// rest begins the time in which nothing is done.
func (p *pace) rest(length time.Duration) { p.ready = time.After(length) }

// wait waits until that time is over. What came in meanwhile is then done in one.
func (p *pace) wait(ctx context.Context) error {
	if p.ready == nil {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.ready:
		p.ready = nil
		return nil
	}
}
