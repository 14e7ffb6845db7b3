package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"canopy/model"
)

// memorySink holds what a source has told, as the cluster would.
type memorySink struct {
	mu      sync.Mutex
	objects map[model.Ref]model.Record
	cover   map[model.CoverKey]model.Coverage
	// history is every coverage that was told, in order.
	history []model.Coverage
	info    model.SourceInfo
	// puts and drops count the changes of each object since the last call of forget.
	puts, drops map[model.Ref]int
}

func newMemorySink() *memorySink {
	return &memorySink{objects: map[model.Ref]model.Record{}, cover: map[model.CoverKey]model.Coverage{},
		puts: map[model.Ref]int{}, drops: map[model.Ref]int{}}
}

func (m *memorySink) Change(changes ...model.Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range changes {
		if c.Record == nil {
			m.drops[c.Ref]++
			delete(m.objects, c.Ref)
			continue
		}
		m.puts[c.Ref]++
		m.objects[c.Ref] = c.Record
	}
}

func (m *memorySink) Cover(list ...model.Coverage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range list {
		if m.cover[c.Key()] = c; c.State == model.Withdrawn {
			delete(m.cover, c.Key())
		}
		m.history = append(m.history, c)
	}
}

func (m *memorySink) Identify(info model.SourceInfo) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.info = info
}

func (m *memorySink) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.puts)
	clear(m.drops)
	m.history = nil
}

// held gives the resourceVersions of what is held of a kind, by namespace/name.
func (m *memorySink) held(kind string) map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[string]string{}
	for ref, r := range m.objects {
		if ref.Kind == kind {
			all[ref.Namespace+"/"+ref.Name] = r.GetResourceVersion()
		}
	}
	return all
}

func (m *memorySink) record(ref model.Ref) model.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.objects[ref]
}

func (m *memorySink) coverage(kind, namespace string) model.Coverage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cover[model.CoverKey{Kind: model.KindByName(kind).GroupKind(), Namespace: namespace}]
}

func (m *memorySink) summary() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	for _, k := range slices.SortedFunc(maps.Keys(m.cover), model.CoverKey.Compare) {
		if c := m.cover[k]; c.State != model.Complete || c.Stale {
			fmt.Fprintf(&b, "%s %q: %s stale=%v %s\n", k.Kind, k.Namespace, c.State, c.Stale, c.Reason)
		}
	}
	return b.String()
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, m *memorySink, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 30 s\n%s", what, m.summary())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// settled tells that no kind is loading.
func (m *memorySink) settled() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.cover {
		if c.State == model.Loading {
			return false
		}
	}
	return len(m.cover) > 0
}

// fastPace is the pace of tests.
func fastPace() Pace {
	return Pace{
		Broken: Pause{50 * time.Millisecond, 500 * time.Millisecond},
		Login:  Pause{50 * time.Millisecond, 500 * time.Millisecond},
		Denied: Pause{200 * time.Millisecond, time.Second},
	}
}

func testLog(t *testing.T) *slog.Logger {
	t.Helper()
	if os.Getenv("CANOPY_TEST_LOG") == "" {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// start runs a source until the test ends and sees to it that no goroutine outlives it.
func start(t *testing.T, config *rest.Config, change func(*Options)) (*Source, *memorySink) {
	t.Helper()
	options := Options{Config: config, Context: "test", Version: "test", Pace: fastPace(), Log: testLog(t)}
	if change != nil {
		change(&options)
	}
	source, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	sink := newMemorySink()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- source.Run(ctx, sink) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("Run did not end with its context\n%s", stacks())
			return
		}
		left := ""
		for range 50 {
			if left = leaks(); left == "" {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("goroutines outlive Run:\n%s", left)
	})
	return source, sink
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// leaks gives the stacks of goroutines that a source has started.
func leaks() string {
	var left []string
	for _, s := range strings.Split(stacks(), "\n\n") {
		if strings.Contains(s, "tools/cache.") || strings.Contains(s, "watch.(*StreamWatcher)") ||
			strings.Contains(s, "live.(*stream)") || strings.Contains(s, "live.(*session)") || strings.Contains(s, "live.(*feed)") || strings.Contains(s, "live.(*scout)") {
			left = append(left, s)
		}
	}
	return strings.Join(left, "\n\n")
}

// kinds picks built-in kinds.
func kinds(names ...string) []*model.Kind {
	var list []*model.Kind
	for _, n := range names {
		list = append(list, model.KindByName(n))
	}
	return list
}

func isNotFound(err error) bool { return errors.Is(err, model.ErrNotFound) }

// unreachable gives a configuration of a server that is not there.
func unreachable() *rest.Config { return &rest.Config{Host: "http://127.0.0.1:1"} }

// emit writes an event, or writes it again with another count.
func emit(ctx context.Context, t *testing.T, admin kubernetes.Interface, namespace, name string, count int32) {
	t.Helper()
	e := &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Reason: "Tested", Type: "Normal", Message: "m", Count: count,
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: namespace, Name: "p"}, LastTimestamp: metav1.Now()}
	events := admin.CoreV1().Events(namespace)
	_, err := events.Create(ctx, e, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = events.Update(ctx, e, metav1.UpdateOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
}
