package model

import "errors"

var errSeverity = errors.New("severity: want critical, high, medium, low or info")

// ErrNotFound is what Source.Get gives for an object that the source does not hold.
var ErrNotFound = errors.New("not found")
