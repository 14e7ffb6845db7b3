package connect

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"

	"canopy/analysis/secret/detect"
	"canopy/k8s/apply"
	"canopy/k8s/capture"
	"canopy/k8s/live"
	"canopy/k8s/metrics"
	"canopy/model"
)

// Environment is what a source needs besides the flags.
type Environment struct {
	Stdin   io.Reader
	Log     *slog.Logger
	Version string
	// Warn takes a line per thing in a capture that could not be read.
	Warn func(string)
	// Wait tells that the user can wait for a server that does not answer yet.
	Wait bool
}

// Opened is a source with what is known of it before it runs.
type Opened struct {
	model.Source
	// Name is the context, or the paths of the capture.
	Name string
	// Live tells a cluster from a capture.
	Live bool
	// Problems lists what could not be read in a capture; its texts may hold hostile words of it.
	Problems []string
	// Write gives what writes to the source, for whoever lets the user confirm each plan; nil where nothing can be written.
	Write func() (model.Writer, error)
	// Meter measures what nodes and pods use; nil where nothing can.
	Meter model.Meter
}

// ErrCapture tells that what is looked at was read from files.
var ErrCapture = errors.New("a capture cannot be written to: canopy fix -f … --write edits the files")

// Writable says why nothing can be written to the source; nil where it can be.
func (o *Opened) Writable() error {
	if o.Write == nil {
		return ErrCapture
	}
	return nil
}

// Locator tells where objects stand in files; nil where they came from none.
func (o *Opened) Locator() model.Locator {
	where, _ := o.Source.(model.Locator)
	return where
}

// files names the captures.
func (f *Flags) files() string { return strings.Join(f.Files, " ") }

// Name gives the name of what Open opens, without opening it.
func (f *Flags) Name() (string, error) {
	if len(f.Files) > 0 {
		return f.files(), nil
	}
	target, err := f.Target()
	if err != nil {
		return "", err
	}
	return target.Context, nil
}

// Open gives the source that the flags name.
func (f *Flags) Open(ctx context.Context, env Environment) (*Opened, error) {
	clock, err := f.Clock()
	if err != nil {
		return nil, err
	}
	if len(f.Files) > 0 {
		source, err := capture.Open(ctx, f.Files, capture.Options{Stdin: env.Stdin, Clock: clock, Log: env.Log, Inspector: detect.Default()})
		if err != nil {
			return nil, err
		}
		opened := &Opened{Source: source, Name: f.files()}
		for _, p := range source.Problems() {
			opened.Problems = append(opened.Problems, p.String())
			env.Warn(p.String())
		}
		return opened, nil
	}
	target, err := f.Target()
	if err != nil {
		return nil, err
	}
	if !env.Wait {
		if err := target.Reach(ctx); err != nil {
			return nil, err
		}
	}
	source, err := live.New(live.Options{
		Config: target.Config, Context: target.Context, Namespaces: f.Namespaces, ContextNamespace: target.Namespace,
		Clock: clock, Log: env.Log, Version: env.Version, Inspector: detect.Default(),
	})
	if err != nil {
		return nil, err
	}
	write := func() (model.Writer, error) {
		return apply.New(apply.Options{Config: target.Config, Version: env.Version, Log: env.Log, Inspector: detect.Default()})
	}
	meter := &metrics.Meter{Config: target.Config, Namespaces: f.Namespaces, Clock: clock, Version: env.Version}
	return &Opened{Source: source, Name: target.Context, Live: true, Write: write, Meter: meter}, nil
}
