package live

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"canopy/model"
)

// branch reads one kind: everywhere, and while that is denied in the namespaces that may help. The feed for everywhere
// never gives up; once it gets through, those of the namespaces end.
//
// That of an optional kind ends when its kind is not served any more.
type branch struct {
	session *session
	ctx     context.Context
	whole   *feed
	refined sync.Once
	peeked  sync.Once
	// optional tells that the kind may go; then stop ends the branch, ended is closed once it has, and lost is set when the
	// server did not know the kind.
	optional bool
	stop     context.CancelFunc
	ended    chan struct{}
	lost     atomic.Bool

	mu sync.Mutex
	// cancel ends the feeds of the namespaces; nil while there are none.
	cancel context.CancelFunc
	parts  map[string]*feed
	wg     *sync.WaitGroup
	// left names what feeds that have ended have put into the sink.
	left map[string]struct{}
	// spoken names the namespaces that were spoken of one by one.
	spoken map[string]struct{}
}

func (s *session) newBranch(kind *model.Kind, optional bool) (*branch, error) {
	whole, err := s.newFeed(kind, "")
	if err != nil {
		return nil, err
	}
	b := &branch{session: s, whole: whole, optional: optional, ended: make(chan struct{}), left: map[string]struct{}{}, spoken: map[string]struct{}{}}
	b.ctx, b.stop = context.WithCancel(s.ctx)
	if optional {
		b.mayGo(whole)
	} else {
		whole.onAbsent = func() { b.refined.Do(func() { s.wg.Go(guarded(func() { s.refine(b) })) }) }
	}
	whole.onSynced = b.rejoined
	if kind.Group == "" && kind.Kind == "Namespace" {
		whole.onDenied = b.peek
	}
	if kind.Namespaced {
		whole.onDenied = b.divide
		whole.onPermitted = b.rejoin
	}
	return b, nil
}

// mayGo prepares a feed of an optional kind for its end.
func (b *branch) mayGo(f *feed) {
	f.given = map[string]struct{}{}
	f.onGone = func(fault) {
		b.lost.Store(true)
		b.session.scout.look()
	}
}

// run reads until the context ends.
func (b *branch) run() {
	defer close(b.ended)
	b.whole.run(b.ctx)
	b.rejoin()
	// A branch that ends before it has asked for anything still has its place among those that list.
	b.whole.reads.held.drop()
}

// retire ends the branch of a kind that is not served any more, and takes away all that it has put into the sink.
func (b *branch) retire() {
	b.stop()
	<-b.ended
	s, kind := b.session, b.whole.kind
	s.mu.Lock()
	delete(s.branches, kind.GroupKind())
	s.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range b.whole.remains() {
		b.left[key] = struct{}{}
	}
	changes := make([]model.Change, 0, len(b.left))
	for _, key := range slices.Sorted(maps.Keys(b.left)) {
		if namespace, name, err := cache.SplitMetaNamespaceKey(key); err == nil {
			changes = append(changes, model.Drop(kind.Ref(namespace, name)))
		}
	}
	if len(changes) > 0 {
		s.sink.Change(changes...)
	}
	withdrawn := []model.Coverage{{Kind: kind.GroupKind(), State: model.Withdrawn}}
	for _, namespace := range slices.Sorted(maps.Keys(b.spoken)) {
		withdrawn = append(withdrawn, model.Coverage{Kind: kind.GroupKind(), Namespace: namespace, State: model.Withdrawn})
	}
	s.sink.Cover(withdrawn...)
}

// divide starts to read namespace by namespace, if that was not done yet. The denial is told once the sink knows of the
// namespaces: whoever waits for the end of loading would not wait for them else.
func (b *branch) divide(deny func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancel != nil || b.ctx.Err() != nil {
		deny()
		return
	}
	b.whole.adopt(nil)
	ctx, cancel := context.WithCancel(b.ctx)
	b.cancel, b.parts, b.wg = cancel, map[string]*feed{}, &sync.WaitGroup{}
	wg := b.wg
	wg.Go(guarded(func() {
		var parts []*feed
		for _, namespace := range b.session.namespaces(ctx) {
			if part := b.part(namespace); part != nil {
				part.announce()
				parts = append(parts, part)
			}
		}
		if ctx.Err() != nil {
			return
		}
		deny()
		for _, part := range parts {
			wg.Go(guarded(func() { part.runPart(ctx) }))
		}
	}))
}

// part makes the feed of one namespace.
func (b *branch) part(namespace string) *feed {
	part, err := b.session.newFeed(b.whole.kind, namespace)
	if err != nil {
		b.session.options.Log.Error("feed", "err", err)
		return nil
	}
	if b.optional {
		b.mayGo(part)
	}
	part.onSynced = func() { part.reconcile(b.strangers(namespace)) }
	b.mu.Lock()
	defer b.mu.Unlock()
	b.parts[namespace] = part
	b.spoken[namespace] = struct{}{}
	return part
}

// strangers names what others than its own feed have put into the sink of a namespace.
func (b *branch) strangers(namespace string) []string {
	keys := b.whole.keys()
	b.mu.Lock()
	for key := range b.left {
		keys = append(keys, key)
	}
	b.mu.Unlock()
	return slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, namespace+"/") })
}

// rejoin ends the feeds of the namespaces, before the feed for everywhere passes on what it reads: two feeds of one object
// would overtake each other.
func (b *branch) rejoin() {
	b.mu.Lock()
	cancel, wg := b.cancel, b.wg
	b.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	wg.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, part := range b.parts {
		for _, key := range append(part.keys(), part.remains()...) {
			b.left[key] = struct{}{}
		}
	}
	b.cancel, b.parts, b.wg = nil, nil, nil
}

// rejoined clears up after the feeds of the namespaces once everything was read.
func (b *branch) rejoined() {
	b.mu.Lock()
	keys := make([]string, 0, len(b.left))
	for key := range b.left {
		keys = append(keys, key)
	}
	clear(b.left)
	spoken := make([]string, 0, len(b.spoken))
	for namespace := range b.spoken {
		spoken = append(spoken, namespace)
	}
	b.mu.Unlock()
	b.whole.reconcile(keys)
	slices.Sort(spoken)
	b.whole.adopt(spoken)
}

// runPart reads one namespace until the context ends. It asks for a single object first: where the user may not list, as
// is so in most namespaces of most users, that is all it costs.
func (f *feed) runPart(ctx context.Context) {
	for {
		if f.reads.enter(ctx) != nil {
			return
		}
		_, _, err := f.reads.list(ctx, metav1.ListOptions{Limit: 1})
		if err == nil {
			break
		}
		f.reads.held.drop()
		// What may not be listed is not filled: that it may not be is told at once.
		f.fills.open()
		if !f.reads.retry(ctx, err, true) && ctx.Err() != nil {
			return
		}
	}
	f.run(ctx)
	f.reads.held.drop()
}
