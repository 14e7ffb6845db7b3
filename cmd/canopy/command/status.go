package command

import (
	"errors"
	"fmt"
)

// The exit statuses. Of several that hold, the first of 2, 1, 3, 0 is the one.
const (
	statusDone    = 0
	statusFound   = 1
	statusFailed  = 2
	statusUnknown = 3
)

var (
	// errFound tells that --fail-on holds. It is no failure, so nothing is printed for it.
	errFound = errors.New("a finding is at or over --fail-on")
	// errIncomplete tells that --strict holds, errUncertain the same of an answer.
	errIncomplete = errors.New("--strict: not every kind was seen whole")
	errUncertain  = errors.New("--strict: the answer may lack something")
	errNotAll     = errors.New("--strict: not every document could be taken")
	// errUndecided tells that nobody can say of a finding whether it has ended, which was printed.
	errUndecided = errors.New("whether all findings have ended cannot be told: what their rules need is not seen")
	// errNo and errUnknown tell the verdict, which was printed.
	errNo          = errors.New("the verdict is no")
	errUnknown     = errors.New("the verdict is unknown")
	errNoScreen    = errors.New("the dashboard needs a terminal; canopy scan prints what it shows")
	errInterrupted = errors.New("interrupted before the cluster was read")
)

// shortfall tells that what was asked for did not come about, or not all of it: an exit status of 1, with words.
type shortfall struct{ text string }

// Error says what is missing.
func (s *shortfall) Error() string { return s.text }

// notYet is the error of what the contract of the command line promises for a later version.
func notYet(what string) error { return fmt.Errorf("%s: not in this version", what) }

// status gives the exit status of an error, and whether it is told on standard error.
func status(err error) (code int, tell bool) {
	var short *shortfall
	switch {
	case err == nil:
		return statusDone, false
	case errors.As(err, &short):
		return statusFound, true
	case errors.Is(err, errFound), errors.Is(err, errNo), errors.Is(err, errRung):
		return statusFound, false
	case errors.Is(err, errUnknown):
		return statusUnknown, false
	case errors.Is(err, errIncomplete), errors.Is(err, errUncertain), errors.Is(err, errUntestable), errors.Is(err, errNotAll),
		errors.Is(err, errUndecided):
		return statusUnknown, true
	}
	return statusFailed, true
}
