package model

import "time"

// Clock tells the time. Time is an input: no package but cmd reads the machine's clock, so that a run can be repeated.
type Clock interface {
	// Now is the current moment.
	Now() time.Time
	// After gives a channel on which the time is sent once d has passed on this clock.
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now is the current moment.
func (SystemClock) Now() time.Time { return time.Now() }

// After is time.After.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// FixedClock stands still at one moment, for --now and for tests.
type FixedClock time.Time

// Now is the moment the clock was made with.
func (c FixedClock) Now() time.Time { return time.Time(c) }

// After never fires, since no time passes; a duration that is not positive fires at once.
func (c FixedClock) After(d time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	if d <= 0 {
		ch <- time.Time(c)
	}
	return ch
}
