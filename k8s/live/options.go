package live

import (
	"log/slog"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
)

// Options says which cluster to read and how.
type Options struct {
	// Config reaches the server. Its Timeout (--request-timeout) holds for everything but lists and watches, which last
	// as long as they need; its rate limit does not hold, since the server's own fairness does.
	Config *rest.Config
	// Context names the source on screen.
	Context string
	// Namespaces are those of -n. A kind that may not be listed everywhere is read in these.
	Namespaces []string
	// ContextNamespace is the namespace of the context, which is tried where -n names none; "" stands for default.
	ContextNamespace string
	// Version goes into the user agent, canopy/VERSION.
	Version string
	// Clock stamps the moments at which coverage changes; nil is the machine's clock. The pauses between attempts are
	// real time whatever the clock says, or a fixed clock would never reconnect.
	Clock model.Clock
	// Log takes what goes wrong and why; nil drops it. Nothing is ever written to standard error.
	Log *slog.Logger
	// Kinds are read from the start, in this order; nil is model.Kinds().
	Kinds []*model.Kind
	// Inspector looks for credentials in what records do not keep, and in what is looked at on demand; nil is nobody.
	Inspector model.Inspector
	// Optional are read as long as the server serves them; nil is model.OptionalKinds(), or none where Kinds are given.
	Optional []*model.Kind
	// Events is how many events are kept; 0 is 2000.
	Events int
	// Pace says how long to pause between attempts; the zero value is right outside tests.
	Pace Pace
}

// Pace is how long to pause after a request that failed: from the first pause, doubled each time, to the last one. All
// pauses are stretched by up to a third, so that the kinds do not come all at once.
type Pace struct {
	// Broken holds where the server cannot be reached, or is busy or ill: 500 ms to 15 s.
	Broken Pause
	// Login holds where the credentials are not accepted: 2 s to 60 s.
	Login Pause
	// Denied holds where the user may not read, or the server does not know the kind: 30 s to 5 min.
	Denied Pause
	// Discovery bounds how long the end of loading is held back, once all but the optional kinds are read, until the server
	// says which of those it serves: 10 s.
	Discovery time.Duration
}

// Pause is the first and the longest pause of a kind.
type Pause struct{ First, Last time.Duration }

func (p Pause) or(d Pause) Pause {
	if p == (Pause{}) {
		return d
	}
	return p
}

const (
	defaultEvents = 2000
	// slots is the number of kinds that may list at one time. Fewer make a distant server slow, more make the peak of
	// memory high: what is listed is held in the form of the wire only as long as it takes to make a record of it.
	slots = 6
	// pageLimit is how many objects one page of a list holds where the server cannot stream.
	pageLimit = 500
	// maxNamespaces bounds how many namespaces are tried where a kind may not be listed everywhere.
	maxNamespaces = 50
)

func (o Options) complete() Options {
	if o.Clock == nil {
		o.Clock = model.SystemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Kinds == nil {
		o.Kinds = model.Kinds()
		if o.Optional == nil {
			o.Optional = model.OptionalKinds()
		}
	}
	if o.Events <= 0 {
		o.Events = defaultEvents
	}
	if o.ContextNamespace == "" {
		o.ContextNamespace = "default"
	}
	o.Pace.Broken = o.Pace.Broken.or(Pause{500 * time.Millisecond, 15 * time.Second})
	o.Pace.Login = o.Pace.Login.or(Pause{2 * time.Second, time.Minute})
	o.Pace.Denied = o.Pace.Denied.or(Pause{30 * time.Second, 5 * time.Minute})
	if o.Pace.Discovery <= 0 {
		o.Pace.Discovery = 10 * time.Second
	}
	return o
}
