// Package apply changes a cluster through its API server: it asks what the user may do, has the server judge a plan without
// keeping anything, carries it out with what takes it back, and watches what it rolls out.
//
// It holds three connections. One reads. One rehearses, and sends no write that is not marked as a dry run. Only Apply uses
// the one that writes. No value of a Secret is asked for: of Secrets only the metadata comes back, whatever is done to them.
//
// Steps are ordinary patches, not server-side apply: an apply can only take away what its own manager has set, and a fix
// mostly takes away what others have set.
package apply

import (
	"errors"
	"log/slog"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
)

// FieldManager is the name under which servers note what was written.
const FieldManager = "canopy"

// Options says which cluster to change.
type Options struct {
	// Config reaches the server. Its Timeout (--request-timeout) holds for each request; zero stands for 45 seconds, which is
	// longer than a server itself takes over a write.
	Config *rest.Config
	// Version goes into the user agent, canopy/VERSION.
	Version string
	// Log takes what client-go has to say; nil drops it.
	Log *slog.Logger
	// Clock measures the pauses between attempts; nil is the machine's clock.
	Clock model.Clock
	// Inspector looks for credentials in what is shown of objects, beyond what is masked by its key; nil is nobody.
	Inspector model.Inspector
}

const (
	// patience is how long one request may take.
	patience = 45 * time.Second
	// pause lies between attempts of a step, and between questions.
	pause = 500 * time.Millisecond
	// attempts is how often a step is tried while others write the same object at the same moment.
	attempts = 8
	// asking is how long a server is asked whether a step was done, once its answer was lost, and what holds a rollout up.
	asking = 10 * time.Second
)

// Writer changes the cluster of one configuration. It is a model.Writer, and safe for use by many goroutines.
type Writer struct {
	clock     model.Clock
	inspector model.Inspector
	// asking is how long to ask after an answer that was lost.
	asking time.Duration
	// reading reads and asks, rehearsing makes dry runs besides, writing does anything.
	reading, rehearsing, writing *connection
}

var _ model.Writer = (*Writer)(nil)

// New prepares to change a cluster. It makes no request; an error means that the configuration cannot work.
func New(options Options) (*Writer, error) {
	if options.Config == nil {
		return nil, errors.New("no cluster: the configuration is empty")
	}
	if options.Clock == nil {
		options.Clock = model.SystemClock{}
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	w := &Writer{clock: options.Clock, inspector: options.Inspector, asking: asking}
	return w, w.connect(options)
}

// told makes a function that keeps checks and tells of them.
func told(list *[]model.Check, progress func(model.Check)) func(model.Check) {
	return func(c model.Check) {
		*list = append(*list, c)
		if progress != nil {
			progress(c)
		}
	}
}
