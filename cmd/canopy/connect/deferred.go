package connect

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// deferred is a source that is opened when it runs.
type deferred struct {
	open   func(context.Context) (model.Source, error)
	ready  chan struct{}
	source model.Source
}

var (
	_ model.EventSource = (*deferred)(nil)
	_ model.Locator     = (*deferred)(nil)
)

// Deferred gives a source that is opened when it runs, so that a screen need not wait for one that takes long to make.
func Deferred(open func(context.Context) (model.Source, error)) model.Source {
	return &deferred{open: open, ready: make(chan struct{})}
}

// Run opens the source and runs it.
func (d *deferred) Run(ctx context.Context, sink model.Sink) error {
	source, err := d.open(ctx)
	if err != nil {
		return err
	}
	d.source = source
	close(d.ready)
	return source.Run(ctx, sink)
}

// opened gives the source once it is open; nil before.
func (d *deferred) opened() model.Source {
	select {
	case <-d.ready:
		return d.source
	default:
		return nil
	}
}

// Events gives those of the source; none where it has none, and before it is open.
func (d *deferred) Events() (events []model.Event, dropped int) {
	if source, ok := d.opened().(model.EventSource); ok {
		return source.Events()
	}
	return nil, 0
}

// Locate gives a place in the files of the source; none where it was read from none, and before it is open.
func (d *deferred) Locate(ref model.Ref, path string) (file string, line int, ok bool) {
	if where, ok := d.opened().(model.Locator); ok {
		return where.Locate(ref, path)
	}
	return "", 0, false
}

// Get waits until the source is open.
func (d *deferred) Get(ctx context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	select {
	case <-d.ready:
		return d.source.Get(ctx, ref)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Kinds waits until the source is open.
func (d *deferred) Kinds(ctx context.Context) ([]*model.Kind, error) {
	select {
	case <-d.ready:
		return d.source.Kinds(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
