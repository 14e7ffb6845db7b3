package live

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"canopy/model"
	"canopy/model/mask"
)

// happening is an event on its way into the ring, in the shape that a reflector asks of objects.
type happening struct {
	metav1.PartialObjectMetadata
	event model.Event
}

// DeepCopyObject gives a copy.
func (h *happening) DeepCopyObject() runtime.Object {
	return &happening{PartialObjectMetadata: *h.DeepCopy(), event: h.event}
}

// makeHappening keeps of an event what is shown.
func makeHappening(object runtime.Object) runtime.Object {
	e, ok := object.(*corev1.Event)
	if !ok {
		return object
	}
	h := &happening{}
	h.Name, h.Namespace, h.UID, h.ResourceVersion = e.Name, e.Namespace, e.UID, e.ResourceVersion
	about := e.InvolvedObject
	gv, err := schema.ParseGroupVersion(about.APIVersion)
	if err != nil {
		gv = schema.GroupVersion{Group: about.APIVersion}
	}
	ref := model.Ref{Group: gv.Group, Version: gv.Version, Kind: about.Kind, Namespace: about.Namespace, Name: about.Name}
	if k := model.KindOf(ref.GroupKind()); k != nil {
		if !k.Namespaced {
			ref.Namespace = ""
		}
		ref = k.Ref(ref.Namespace, ref.Name)
	}
	h.event = model.Event{Type: e.Type, Reason: e.Reason, Message: e.Message, Object: ref, Count: max(e.Count, 1)}
	seen := newest(e.LastTimestamp.Time, e.EventTime.Time, e.FirstTimestamp.Time)
	if e.Series != nil {
		seen = newest(seen, e.Series.LastObservedTime.Time)
		h.event.Count = max(h.event.Count, e.Series.Count)
	}
	if seen.IsZero() {
		seen = e.CreationTimestamp.Time
	}
	h.event.Time = seen.Unix()
	return h
}

// happened keeps of an event what is shown, less credentials that it quotes.
func (f *feed) happened(object runtime.Object) runtime.Object {
	_, whole := object.(*corev1.Event)
	kept := makeHappening(object)
	if h, ok := kept.(*happening); ok && whole {
		h.event.Message = mask.Message(h.event.Message, f.maker.Inspector)
	}
	return kept
}

func newest(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}

// runEvents reads events into the ring until the context ends.
func (f *feed) runEvents(ctx context.Context, logger logr.Logger) {
	reflector := cache.NewReflectorWithOptions(f.reads, nil, eventStore{f},
		cache.ReflectorOptions{Name: "canopy", TypeDescription: f.kind.Resource, Logger: &logger})
	// The reflector's handler of errors can be set through an informer only; its own one writes to the context's logger.
	reflector.RunWithContext(ctx)
}

// eventStore is what the reflector puts events into. What the server forgets after an hour the ring keeps.
type eventStore struct{ feed *feed }

// Transformer makes a reflector that streams hold happenings, not whole events.
func (s eventStore) Transformer() cache.TransformFunc {
	return func(in any) (any, error) {
		if object, ok := in.(runtime.Object); ok {
			return s.feed.happened(object), nil
		}
		return in, nil
	}
}

// Add takes a new event.
func (s eventStore) Add(in any) error {
	if object, ok := in.(runtime.Object); ok {
		if h, ok := s.feed.happened(object).(*happening); ok {
			s.feed.ring.put(h.UID, h.event)
		}
	}
	return nil
}

// Update takes an event that was seen again.
func (s eventStore) Update(in any) error { return s.Add(in) }

// Delete does nothing: that an event has expired does not make it unhappen.
func (s eventStore) Delete(any) error { return nil }

// Replace takes a whole list.
func (s eventStore) Replace(in []any, _ string) error {
	list := make([]*happening, 0, len(in))
	for _, item := range in {
		if object, ok := item.(runtime.Object); ok {
			if h, ok := s.feed.happened(object).(*happening); ok {
				list = append(list, h)
			}
		}
	}
	slices.SortFunc(list, func(a, b *happening) int { return cmp.Compare(a.event.Time, b.event.Time) })
	for _, h := range list {
		s.feed.ring.put(h.UID, h.event)
	}
	s.feed.synced()
	return nil
}

// Resync does nothing.
func (s eventStore) Resync() error { return nil }
