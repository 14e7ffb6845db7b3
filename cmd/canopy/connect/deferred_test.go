package connect

import (
	"context"
	"errors"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// plain is a source without events and without files; rich has both.
type plain struct{}

func (plain) Run(ctx context.Context, _ model.Sink) error { <-ctx.Done(); return nil }

func (plain) Get(context.Context, model.Ref) (*unstructured.Unstructured, error) {
	return nil, model.ErrNotFound
}

func (plain) Kinds(context.Context) ([]*model.Kind, error) { return model.Kinds(), nil }

type rich struct{ plain }

func (rich) Events() ([]model.Event, int) { return []model.Event{{Reason: "Created"}}, 3 }

func (rich) Locate(ref model.Ref, path string) (string, int, bool) {
	return ref.Name + ".yaml", len(path), true
}

// TestDeferred: a source that is opened later has the events and the files of what is opened, and none before.
func TestDeferred(t *testing.T) {
	ref := model.KindByName("Pod").Ref("shop", "web")
	for _, c := range []struct {
		source model.Source
		events int
		place  string
	}{{plain{}, 0, ""}, {rich{}, 1, "web.yaml"}} {
		opened := make(chan struct{})
		source := Deferred(func(context.Context) (model.Source, error) { <-opened; return c.source, nil })
		o := &Opened{Source: source}
		if events, dropped := source.(model.EventSource).Events(); len(events) != 0 || dropped != 0 {
			t.Errorf("%T: events before it is open: %v", c.source, events)
		}
		if _, _, ok := o.Locator().Locate(ref, "spec"); ok {
			t.Errorf("%T: a file before it is open", c.source)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- source.Run(ctx, nil) }()
		close(opened)
		if _, err := source.Get(ctx, ref); !errors.Is(err, model.ErrNotFound) {
			t.Errorf("%T: %v", c.source, err)
		}
		if events, _ := source.(model.EventSource).Events(); len(events) != c.events {
			t.Errorf("%T: events %v", c.source, events)
		}
		if file, _, ok := o.Locator().Locate(ref, "spec"); file != c.place || ok != (c.place != "") {
			t.Errorf("%T: file %q, %v", c.source, file, ok)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
