package capture

import (
	"io"
	"log/slog"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// Options says how a capture is read.
type Options struct {
	// Stdin is what the path "-" reads; nil makes that path an error.
	Stdin io.Reader
	// Clock gives the time at which coverage began; nil leaves it out.
	Clock  model.Clock
	Limits Limits
	// Inspector looks for credentials in what records do not keep, and in custom resources on demand; nil is nobody. In a
	// capture of ours they are masked, so that there are none to find.
	Inspector model.Inspector
	// Log takes what happens while reading; nil drops it. Problems are not logged but kept.
	Log *slog.Logger
	// Kinds lists kinds beyond model.Kinds that rules ask for, so that coverage speaks of them too where the capture
	// holds none.
	Kinds []schema.GroupKind
}
