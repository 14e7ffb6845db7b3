package live

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/cache"

	"canopy/k8s/live/sieve"
	"canopy/model"
	"canopy/model/record"
)

const (
	// fillers is how many manifests are read at a time: each may be some megabytes, and their server reads each from a file.
	fillers = 3
	// refill lies between looks at what has come to run, and at what was scanned anew; fillTime bounds the reading of one manifest.
	refill   = 20 * time.Second
	fillTime = 2 * time.Minute
)

// filler reads manifests of kubescape one by one: its lists hold the metadata alone, and neither when an image was scanned nor what was
// found. Only those are asked for whose image runs; each is read as a stream, and of it the same few fields are kept as of other reports.
type filler struct {
	feed    *feed
	reader  *reportReader
	session *session
	// first is closed once all that ran at the start was asked for: until then the kind counts as loading.
	first chan struct{}
	once  sync.Once

	mu sync.Mutex
	// filled holds by key what was read, and of which version.
	filled map[string]filling
}

// errNoScan tells that an answer is no manifest.
var errNoScan = errors.New("the answer is no manifest")

// filling is what one manifest has told: the scan is nil where it was asked for and told nothing, and failed says why it could not be read.
type filling struct {
	version, failed string
	scan            *record.Scan
}

// newFiller gives what fills a feed of manifests; nil for all other kinds.
func newFiller(s *session, f *feed, r reader) *filler {
	reports, ok := r.(*reportReader)
	if !ok || f.kind.Group != model.GroupKubescape || f.kind.Kind != "VulnerabilityManifest" {
		return nil
	}
	l := &filler{feed: f, reader: reports, session: s, first: make(chan struct{}), filled: map[string]filling{}}
	f.gate, f.onHeld = l.first, func() {}
	return l
}

// open lets loading end: all that ran was asked for, or nothing may be.
func (l *filler) open() {
	if l == nil {
		return
	}
	l.once.Do(func() {
		close(l.first)
		l.feed.release()
	})
}

// complete gives a record that was listed bare what its manifest has told before: the scan of before holds until the new one was read.
func (l *filler) complete(object runtime.Object) runtime.Object {
	scan, ok := object.(*record.Scan)
	if l == nil || !ok || !scan.Bare() {
		return object
	}
	l.mu.Lock()
	known := l.filled[keyOf(scan)]
	l.mu.Unlock()
	if known.scan != nil && scan.SameImage(known.scan) {
		return scan.Filled(known.scan)
	}
	if known.failed != "" {
		return unfilled(scan, known.failed)
	}
	return object
}

// unfilled gives a bare record that says why it stays so.
func unfilled(scan *record.Scan, reason string) *record.Scan {
	told := *scan
	told.Partial = "its object could not be read: " + reason
	return &told
}

func keyOf(scan *record.Scan) string {
	return cache.NewObjectName(scan.Namespace, scan.Name).String()
}

// run fills until the context ends.
func (l *filler) run(ctx context.Context) {
	defer l.open()
	if !l.ready(ctx) {
		return
	}
	var again backoff
	for {
		pause := refill
		if l.pass(ctx) {
			again.reset()
		} else {
			pause = max(pause, again.next(l.session.options.Pace.Denied))
		}
		l.open()
		if !sleep(ctx, pause, nil) {
			return
		}
	}
}

// ready waits until the manifests were listed and the pods read, or it is known why they cannot be.
func (l *filler) ready(ctx context.Context) bool {
	known := []<-chan struct{}{l.feed.known}
	if pods := l.session.podBranch(); pods != nil {
		known = append(known, pods.whole.known)
	}
	for _, c := range known {
		select {
		case <-ctx.Done():
			return false
		case <-c:
		}
	}
	if pods := l.session.podBranch(); pods != nil {
		for _, part := range pods.feeds()[1:] {
			select {
			case <-ctx.Done():
				return false
			case <-part.known:
			}
		}
	}
	return true
}

// podBranch gives what reads pods; nil where nothing does.
func (s *session) podBranch() *branch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.branches[schema.GroupKind{Kind: "Pod"}]
}

// feeds gives the feed for everywhere, and then those of namespaces.
func (b *branch) feeds() []*feed {
	all := []*feed{b.whole}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, part := range b.parts {
		all = append(all, part)
	}
	return all
}

// pass asks for what runs and was not read yet in its present version. It tells whether all of it could be read; where nothing may be, it
// asks no more.
func (l *filler) pass(ctx context.Context) bool {
	todo := l.unread()
	if len(todo) == 0 {
		return true
	}
	running := l.session.running()
	work := make(chan *record.Scan)
	var wg sync.WaitGroup
	var failed, denied atomic.Bool
	for range fillers {
		wg.Go(guarded(func() {
			for scan := range work {
				err := l.fill(ctx, scan)
				if err == nil || ctx.Err() != nil {
					continue
				}
				f := faultOf(err)
				l.feed.logOnce("manifest", f.reason)
				l.keep(scan, filling{failed: f.reason})
				failed.Store(true)
				denied.Store(denied.Load() || f.kind == faultDenied || f.kind == faultLogin)
			}
		}))
	}
	for _, scan := range todo {
		if denied.Load() || ctx.Err() != nil {
			break
		}
		if runs(scan, running) {
			work <- scan
		}
	}
	close(work)
	wg.Wait()
	return !failed.Load()
}

// unread lists the bare records of which this version was not asked for yet, and forgets what is no more.
func (l *filler) unread() []*record.Scan {
	held := map[string]bool{}
	var todo []*record.Scan
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, item := range l.feed.informer.GetStore().List() {
		scan, ok := item.(*record.Scan)
		if !ok {
			continue
		}
		key := keyOf(scan)
		held[key] = true
		if known, asked := l.filled[key]; scan.Failed == "" && (asked || scan.Fillable()) && (!asked || known.version != scan.ResourceVersion) {
			todo = append(todo, scan)
		}
	}
	for key := range l.filled {
		if !held[key] {
			delete(l.filled, key)
		}
	}
	return todo
}

// running gives the digests that pods run or mount.
func (s *session) running() map[string]bool {
	digests := map[string]bool{}
	pods := s.podBranch()
	if pods == nil {
		return digests
	}
	for _, f := range pods.feeds() {
		for _, item := range f.informer.GetStore().List() {
			pod, ok := item.(*record.Pod)
			if !ok {
				continue
			}
			for i := range pod.Containers {
				digests[record.Digest(pod.Containers[i].ImageID)] = true
			}
			for i := range pod.Volumes {
				digests[record.Digest(pod.Volumes[i].ImageID)] = true
			}
		}
	}
	delete(digests, "")
	return digests
}

func runs(scan *record.Scan, running map[string]bool) bool {
	for _, d := range scan.Digests {
		if running[d.Digest] {
			return true
		}
	}
	return false
}

// fill reads one manifest, and keeps what it tells.
func (l *filler) fill(ctx context.Context, listed *record.Scan) error {
	whole, err := l.read(ctx, listed.Namespace, listed.Name)
	if err != nil {
		return err
	}
	now := filling{version: listed.ResourceVersion}
	if !whole.Bare() && listed.SameImage(whole) {
		now.scan = whole
	}
	l.keep(listed, now)
	return nil
}

// keep takes on what a manifest has told, and passes it on, unless something newer was listed meanwhile.
func (l *filler) keep(listed *record.Scan, now filling) {
	key, f := keyOf(listed), l.feed
	f.order.Lock()
	defer f.order.Unlock()
	l.mu.Lock()
	if known := l.filled[key]; now.failed != "" && known.scan != nil {
		// What was read before is worth more than why it could not be read again.
		l.mu.Unlock()
		return
	}
	l.filled[key] = now
	l.mu.Unlock()
	held, _, _ := f.informer.GetStore().GetByKey(key)
	scan, ok := held.(*record.Scan)
	if !ok || scan.ResourceVersion != listed.ResourceVersion {
		return
	}
	switch {
	case now.scan != nil:
		f.flushLocked()
		f.sink.Change(model.Put(scan.Filled(now.scan)))
	case now.failed != "":
		f.flushLocked()
		f.sink.Change(model.Put(unfilled(scan, now.failed)))
	}
}

// read reads one manifest through the sieve.
func (l *filler) read(ctx context.Context, namespace, name string) (*record.Scan, error) {
	ctx, cancel := l.session.clients.bounded(ctx)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, fillTime)
	defer stop()
	r := l.reader
	body, err := r.client.Get().NamespaceIfScoped(namespace, namespace != "").Resource(r.kind.Resource).Name(name).
		SetHeader("Accept", runtime.ContentTypeJSON).MaxRetries(0).Stream(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	var kept bytes.Buffer
	if err := sieve.New(body).Next(r.fields, &kept); err != nil {
		return nil, err
	}
	object, err := r.make(kept.Bytes())
	if err != nil {
		return nil, err
	}
	scan, ok := object.(*record.Scan)
	if !ok {
		return nil, errNoScan
	}
	return scan, nil
}
