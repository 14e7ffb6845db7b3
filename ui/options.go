package ui

import (
	"io"
	"time"

	"canopy/model"
)

// Feed publishes reports. Both methods may be called on any goroutine and return at once.
type Feed interface {
	// Report is the newest report; nil before the first.
	Report() *model.Report
	// Subscribe gives a channel that receives after a new report was published, and the function that ends it. Who is
	// slow misses signals but never the newest report.
	Subscribe() (<-chan struct{}, func())
}

// Options says what is shown, and where.
type Options struct {
	Feed Feed
	// Context names what is connected to, until a report names its source.
	Context string
	// Output and Input are the terminal; nil means the standard ones.
	Output io.Writer
	Input  io.Reader
	// NoColor leaves bold, faint and reverse. A NO_COLOR in the environment that is not empty does the same.
	NoColor bool
	// ASCII shows no other characters.
	ASCII bool
	// Namespaces limits the findings shown to objects in them, and to these Namespace objects themselves. Empty means
	// all, those of objects without a namespace included.
	Namespaces []string
	// Width and Height are the size in cells where the output is no terminal that can be asked.
	Width, Height int
	// Location is the time zone of what is shown; nil means the machine's.
	Location *time.Location
}
