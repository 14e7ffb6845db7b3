package live

import (
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// stall is how long a streamed list may pause before it is taken for a watch of a server, or a proxy, that has dropped the
// wish for a list and will never end one.
const stall = time.Minute

// stream hands on a watch and looks for two things in it: the end of the list that it begins with, and errors.
type stream struct {
	inner  watch.Interface
	out    chan watch.Event
	done   chan struct{}
	once   sync.Once
	parent *listWatch
	held   *slot
	// listing is set until the list that the watch begins with has ended.
	listing bool
}

func newStream(l *listWatch, inner watch.Interface, listing bool) *stream {
	s := &stream{inner: inner, out: make(chan watch.Event), done: make(chan struct{}), parent: l, held: l.held, listing: listing}
	go guarded(s.run)()
	return s
}

// ResultChan gives the events.
func (s *stream) ResultChan() <-chan watch.Event { return s.out }

// Stop ends the watch.
func (s *stream) Stop() {
	s.once.Do(func() {
		close(s.done)
		s.inner.Stop()
	})
}

func (s *stream) run() {
	defer close(s.out)
	defer s.held.drop()
	defer s.Stop()
	var idle <-chan time.Time
	var timer *time.Timer
	if s.listing {
		timer = time.NewTimer(stall)
		defer timer.Stop()
		idle = timer.C
	}
	for {
		var event watch.Event
		var ok bool
		select {
		case <-s.done:
			return
		case <-idle:
			// The reflector reads this as a failure of streaming and lists.
			event, ok = watch.Event{Type: watch.Error, Object: &metav1.Status{Status: metav1.StatusFailure, Code: 504, Reason: metav1.StatusReasonTimeout,
				Message: "the streamed list does not end"}}, true
		case event, ok = <-s.inner.ResultChan():
		}
		if !ok {
			return
		}
		ended := ""
		switch {
		case event.Type == watch.Error:
			f := faultOf(apierrors.FromObject(event.Object))
			if f.kind == faultBusy {
				// The reflector would sleep through the end of its context; an ended watch makes it ask again at once,
				// and then we do the waiting.
				s.parent.watcher.failed(f)
				return
			}
			if f.kind != faultExpired {
				s.parent.watcher.failed(f)
			}
		case event.Type == watch.Bookmark && s.listing:
			ended = endOfList(event)
		}
		if timer != nil {
			timer.Reset(stall)
		}
		select {
		case <-s.done:
			return
		case s.out <- event:
		}
		if ended != "" {
			s.listing, idle = false, nil
			s.held.drop()
			s.parent.link.through()
			s.parent.watcher.listed(ended)
		}
	}
}

// endOfList gives the resourceVersion of the bookmark that ends a streamed list; "" for any other.
func endOfList(event watch.Event) string {
	object, err := meta.Accessor(event.Object)
	if err != nil || object.GetAnnotations()[metav1.InitialEventsAnnotationKey] != "true" {
		return ""
	}
	return object.GetResourceVersion()
}
