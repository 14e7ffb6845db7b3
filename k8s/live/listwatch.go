package live

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"canopy/k8s/guard"
)

// watcher is told how the reading of one kind goes.
type watcher interface {
	// failed tells of a fault; what is held is as old as the call.
	failed(f fault)
	// permitted tells that the server has begun to answer a list, streamed or not, before any of it is handed on.
	permitted()
	// listed tells that a list is complete as of a resourceVersion; its objects are still on their way to the store.
	listed(resourceVersion string)
	// resumed tells that a watch goes on where the last one ended.
	resumed()
}

// listWatch is what a reflector reads one kind through. It deals with everything that can go wrong on the way, since a
// reflector keeps most of it to itself and some of its pauses outlast their context: it waits and asks again where that
// may help, tells the watcher, and hands on only what the reflector has to act upon.
type listWatch struct {
	reader
	watcher   watcher
	transform func(runtime.Object) runtime.Object
	slots     chan struct{}
	link      *link
	pace      Pace

	// The reflector makes one call at a time, so the fields below need no lock; only held is also dropped by streams.
	held    *slot
	again   backoff
	denied  backoff
	penalty time.Duration
	// trusted is set once the user was permitted; doubts counts the denials since.
	trusted bool
	doubts  int
}

// maxDoubts is how many denials are not believed where the user was permitted before. A server that is starting denies
// everything for some seconds, until it has read its roles.
const maxDoubts = 5

// errNoWatch makes the reflector list where only the right to watch is missing.
var errNoWatch = errors.New("watching is not permitted")

// List serves callers without a context.
func (l *listWatch) List(options metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(context.Background(), options)
}

// Watch serves callers without a context.
func (l *listWatch) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(context.Background(), options)
}

// ListWithContext reads the whole list, page by page, and makes records of a page before it asks for the next. It lists
// what is newest, whatever older state the reflector would be content with.
func (l *listWatch) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	exact := options.ResourceVersionMatch == metav1.ResourceVersionMatchExact
	if !exact {
		// Only the detector of inconsistencies asks for an exact version.
		options = metav1.ListOptions{}
	}
	for {
		if err := l.enter(ctx); err != nil {
			return nil, err
		}
		list, err := l.pages(ctx, options)
		l.held.drop()
		if err == nil {
			if !exact {
				l.link.through()
				l.again.reset()
				l.watcher.listed(list.ResourceVersion)
			}
			return list, nil
		}
		if !l.retry(ctx, err, true) {
			return nil, err
		}
	}
}

// pages reads all pages. A list whose continuation has expired is read again in one piece, but
// for one of small pages, whose objects are too large for that: the reflector begins it anew.
func (l *listWatch) pages(ctx context.Context, options metav1.ListOptions) (*internalversion.List, error) {
	list := &internalversion.List{}
	options.Limit = l.limit()
	var seen guard.Pages
	for {
		items, info, err := l.list(ctx, options)
		if err != nil {
			if options.Continue != "" && expired(err) && l.limit() == pageLimit {
				options.Limit, options.Continue = 0, ""
				list.Items = nil
				continue
			}
			return nil, err
		}
		if len(list.Items) == 0 {
			l.watcher.permitted()
		}
		for i := range items {
			list.Items = append(list.Items, l.transform(items[i]))
			items[i] = nil
		}
		list.ResourceVersion = info.GetResourceVersion()
		if info.GetContinue() == "" {
			return list, nil
		}
		options.Continue = info.GetContinue()
		if err := seen.Next(options.Continue); err != nil {
			return nil, err
		}
		// The token holds the version; a server refuses both.
		options.ResourceVersion, options.ResourceVersionMatch = "", ""
	}
}

// WatchWithContext starts a watch, with the list before it where the reflector asks for that. It returns only once the
// watch stands, the context has ended, or the error is one that the reflector has to act upon.
func (l *listWatch) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	initial := options.SendInitialEvents != nil && *options.SendInitialEvents
	for {
		if initial {
			if err := l.enter(ctx); err != nil {
				return nil, err
			}
		} else if err := l.serve(ctx); err != nil {
			return nil, err
		}
		inner, err := l.watch(ctx, options)
		if err == nil {
			l.well()
			if initial {
				l.watcher.permitted()
			} else {
				l.watcher.resumed()
			}
			return newStream(l, inner, initial), nil
		}
		l.held.drop()
		f := faultOf(err)
		if initial && f.kind == faultRefused {
			// The reflector lists next.
			return nil, err
		}
		if f.kind == faultDenied || f.kind == faultAbsent {
			// The right to watch may be missing alone. A server that is starting denies the one request and permits the next.
			_, _, listing := l.list(ctx, metav1.ListOptions{Limit: 1})
			switch {
			case listing != nil:
				err = listing
			case !l.doubtful(f):
				if !initial {
					l.watcher.failed(fault{kind: faultUnwatched})
					l.penalty = l.denied.next(l.pace.Denied)
				}
				return nil, errNoWatch
			}
		}
		if !l.retry(ctx, err, initial) {
			return nil, err
		}
	}
}
