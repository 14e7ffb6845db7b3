package live

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/client-go/tools/cache"

	"canopy/k8s/guard"
	"canopy/model"
	"canopy/model/record"
)

// feed reads one kind in one scope, a namespace or all of them, through a shared informer whose transform makes records,
// and passes on to the sink what changes.
type feed struct {
	*teller
	log      *slog.Logger
	maker    record.Maker
	reads    *listWatch
	informer cache.SharedIndexInformer
	// fills reads what lists of manifests leave out; nil for all other kinds.
	fills *filler
	// ring takes events, which no informer holds; nil for all other kinds.
	ring *ring
	// onDenied is called in place of telling a denial, and calls deny to tell it, at once or soon; it does not block.
	onDenied func(deny func())
	// onAbsent, which does not block, is called once an absence was told; onPermitted before the answer is handed on. That
	// may take until others have ended.
	onAbsent, onPermitted func()
	// onSynced is called each time the list was read anew and passed on, onWhole once that was told.
	onSynced, onWhole func()
	// onGone takes the place of telling that the kind is not served, and does not block; nil where that is told.
	onGone func(fault)
	// onChange is told of each change after the first list, with order held: it does not block.
	onChange func(model.Ref)

	// order makes what the handler passes on and what reconcile drops come in one order.
	order   sync.Mutex
	pending []model.Change
	// passed counts the calls of the handler.
	passed uint64
	// given names what the handler has put into the sink, where that is to be taken away again; nil where it never is.
	given map[string]struct{}

	// logged is the last fault that was logged, so that one which lasts does not fill the log.
	logged atomic.Value

	listedMu sync.Mutex
	// lists counts the lists that were read; version is the last one's, and listedAt is closed, and made anew, at the
	// end of each.
	lists    int
	version  string
	listedAt chan struct{}
}

// batch is how many objects of the first list are passed on at a time.
const batch = 256

func (s *session) newFeed(kind *model.Kind, namespace string) (*feed, error) {
	r, err := newReader(s.clients, kind, namespace, s.maker())
	if err != nil {
		return nil, err
	}
	f := &feed{maker: s.maker(), teller: newTeller(s.options.Clock, kind, namespace, s.sink), log: s.options.Log.With("kind", kind.Kind, "namespace", namespace),
		listedAt: make(chan struct{})}
	f.reads = &listWatch{reader: r, watcher: f, transform: f.makeRecord, slots: s.slots, link: s.link, pace: s.options.Pace}
	if kind.Group == "" && kind.Kind == "Event" {
		f.ring = s.ring
		f.reads.transform = f.happened
		return f, nil
	}
	f.fills = newFiller(s, f, r)
	// No example object: what comes are records of several types, and bookmarks.
	f.informer = cache.NewSharedIndexInformerWithOptions(f.reads, nil, cache.SharedIndexInformerOptions{ObjectDescription: kind.Resource})
	return f, nil
}

// run reads until the context ends. All that it started has ended when it returns.
func (f *feed) run(ctx context.Context) {
	logger := logr.FromSlogHandler(f.log.Handler())
	ctx = logr.NewContext(ctx, logger)
	if f.ring != nil {
		f.runEvents(ctx, logger)
		return
	}
	if err := f.informer.SetTransform(f.transform); err != nil {
		f.log.Error("informer", "err", err)
		return
	}
	if err := f.informer.SetWatchErrorHandlerWithContext(func(_ context.Context, _ *cache.Reflector, err error) {
		f.logOnce("read anew", guard.Brief(err.Error()))
	}); err != nil {
		f.log.Error("informer", "err", err)
		return
	}
	registration, err := f.informer.AddEventHandlerWithOptions(f, cache.HandlerOptions{Logger: &logger})
	if err != nil {
		f.log.Error("informer", "err", err)
		return
	}
	var wg sync.WaitGroup
	wg.Go(guarded(func() { f.follow(ctx, registration.HasSyncedChecker().Done()) }))
	if f.fills != nil {
		wg.Go(guarded(func() { f.fills.run(ctx) }))
	}
	f.informer.RunWithContext(ctx)
	wg.Wait()
}

// follow tells when the first list, and each later one, was passed on whole.
func (f *feed) follow(ctx context.Context, synced <-chan struct{}) {
	select {
	case <-ctx.Done():
		return
	case <-synced:
	}
	seen, _, _ := f.lastList()
	f.flush()
	f.synced()
	for {
		lists, version, next := f.lastList()
		if lists != seen {
			if !f.caughtUp(ctx, version) {
				return
			}
			seen = lists
			f.synced()
		}
		select {
		case <-ctx.Done():
			return
		case <-next:
		}
	}
}

// lastList gives the number and the version of the last list, and the channel that tells of the next.
func (f *feed) lastList() (int, string, <-chan struct{}) {
	f.listedMu.Lock()
	defer f.listedMu.Unlock()
	return f.lists, f.version, f.listedAt
}

func (f *feed) synced() {
	if f.onSynced != nil {
		f.onSynced()
	}
	f.whole()
	if f.onWhole != nil {
		f.onWhole()
	}
}

// settle is how long the handler must have had nothing to do for a list to count as passed on.
const settle = 50 * time.Millisecond

// caughtUp waits until the store holds a list that was read anew and the handler has passed it on. The informer has no
// signal for either.
func (f *feed) caughtUp(ctx context.Context, version string) bool {
	for {
		before := f.count()
		if !sleep(ctx, settle, nil) {
			return false
		}
		order, err := resourceversion.CompareResourceVersion(f.informer.GetStore().LastStoreSyncResourceVersion(), version)
		if (err != nil || order >= 0) && f.count() == before {
			return true
		}
	}
}

func (f *feed) count() uint64 {
	f.order.Lock()
	defer f.order.Unlock()
	return f.passed
}

// keys names what the feed holds.
func (f *feed) keys() []string {
	if f.informer == nil {
		return nil
	}
	return f.informer.GetStore().ListKeys()
}

// remains names what is in the sink of what the feed has put there.
func (f *feed) remains() []string {
	f.order.Lock()
	defer f.order.Unlock()
	return slices.Collect(maps.Keys(f.given))
}

func (f *feed) failed(x fault) {
	f.logOnce("fault", x.reason)
	if x.kind == faultAbsent && f.onGone != nil {
		f.onGone(x)
		return
	}
	if x.kind == faultDenied && f.onDenied != nil {
		f.onDenied(func() { f.teller.failed(x) })
		return
	}
	f.teller.failed(x)
	if x.kind == faultAbsent && f.onAbsent != nil {
		f.onAbsent()
	}
}

// logOnce logs a fault unless it is the one that was logged last.
func (f *feed) logOnce(what, reason string) {
	if f.logged.Swap(what+reason) != what+reason {
		f.log.Debug(what, "reason", reason)
	}
}

func (f *feed) permitted() {
	if f.onPermitted != nil {
		f.onPermitted()
	}
}

func (f *feed) listed(version string) {
	f.listedMu.Lock()
	defer f.listedMu.Unlock()
	f.lists++
	f.version = version
	close(f.listedAt)
	f.listedAt = make(chan struct{})
}

func (f *feed) resumed() { f.again() }
