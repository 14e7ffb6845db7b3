package connect

import (
	"time"

	"canopy/model"
)

// runningClock starts at a given moment and runs on with the machine's clock.
type runningClock struct{ offset time.Duration }

// ClockFrom gives a clock that shows start now and runs on, for the demo.
func ClockFrom(start time.Time) model.Clock { return runningClock{time.Until(start)} }

// Now is the current moment on this clock.
func (c runningClock) Now() time.Time { return time.Now().Add(c.offset).UTC() }

// After is time.After: both clocks run equally fast.
func (c runningClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
