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
