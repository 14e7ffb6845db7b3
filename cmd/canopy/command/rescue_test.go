package command

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/demo"
	"canopy/k8s/capture"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui"
)

const onPurpose = "broken on purpose"

// scripted is a source that does what a test says.
type scripted func(ctx context.Context, sink model.Sink) error

func (f scripted) Run(ctx context.Context, sink model.Sink) error {
	sink.Identify(model.SourceInfo{Type: "demo", Name: "scripted"})
	for _, k := range model.Kinds() {
		sink.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return f(ctx, sink)
}

func (scripted) Get(context.Context, model.Ref) (*unstructured.Unstructured, error) {
	return nil, model.ErrNotFound
}

func (scripted) Kinds(context.Context) ([]*model.Kind, error) { return nil, nil }

// fails is a source of which nothing is seen.
type fails struct{ scripted }

func (fails) Run(context.Context, model.Sink) error { panic(onPurpose) }

// waiting is a source in which nothing happens.
func waiting(ctx context.Context, _ model.Sink) error {
	<-ctx.Done()
	return nil
}

// trap is a clock that panics once it is set.
type trap struct {
	model.SystemClock
	set atomic.Bool
}

func (c *trap) Now() time.Time {
	if c.set.Load() {
		panic(onPurpose)
	}
	return c.SystemClock.Now()
}

func (r *run) beginScripted(ctx context.Context, t *testing.T, name string, clock model.Clock, source model.Source) *session {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	return r.begin(ctx, &connect.Opened{Source: source, Name: name}, engine.Options{Clock: clock, Rules: rules}, newScans("", clock, 0), nil)
}

// TestPanicBehindTheScreen lets everything panic that works behind a screen: the screen ends by itself, the terminal is as it
// was, and the report is kept with the place where it happened.
func TestPanicBehindTheScreen(t *testing.T) {
	clock := &trap{}
	for name, c := range map[string]struct {
		// first and second are the sources of two contexts, keys what is pressed once the first is drawn.
		first, second func(w *window) scripted
		keys          func(w *window)
		in            string
	}{
		"source": {
			first: func(w *window) scripted {
				return func(context.Context, model.Sink) error {
					w.shows("scripted")
					panic(onPurpose)
				}
			},
			in: "rescue_test.go",
		},
		"engine": {
			first: func(w *window) scripted {
				return func(ctx context.Context, sink model.Sink) error {
					w.shows("scripted")
					clock.set.Store(true)
					sink.Identify(model.SourceInfo{Type: "demo", Name: "another"})
					return waiting(ctx, sink)
				}
			},
			in: "engine.(*Engine).publish",
		},
		"a goroutine of client-go": {
			first: func(w *window) scripted {
				return func(ctx context.Context, sink model.Sink) error {
					w.shows("scripted")
					go func() {
						defer utilruntime.HandleCrash()
						panic(onPurpose)
					}()
					return waiting(ctx, sink)
				}
			},
			in: "rescue_test.go",
		},
		"source of another context": {
			second: func(w *window) scripted {
				return func(context.Context, model.Sink) error {
					w.shows("second")
					panic(onPurpose)
				}
			},
			keys: func(w *window) {
				w.press("C")
				w.shows("clusters of the kubeconfig")
				w.press("second\r")
			},
			in: "rescue_test.go",
		},
		"source of the context that is left": {
			first: func(*window) scripted {
				return func(ctx context.Context, _ model.Sink) error {
					<-ctx.Done()
					panic(onPurpose)
				}
			},
			keys: func(w *window) {
				w.press("C")
				w.shows("clusters of the kubeconfig")
				w.press("second\r")
			},
			in: "rescue_test.go",
		},
		"source after the screen": {
			first: func(*window) scripted {
				return func(ctx context.Context, _ model.Sink) error {
					<-ctx.Done()
					panic(onPurpose)
				}
			},
			keys: func(w *window) { w.press("q") },
			in:   "rescue_test.go",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := openWindow(t)
			clock.set.Store(false)
			var told bytes.Buffer
			r := &run{streams: Streams{Logs: NewLogs(), Err: &told}}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			ctx, over := r.guarded(ctx)
			defer over()
			source := func(f func(*window) scripted) scripted {
				if f == nil {
					return waiting
				}
				return f(w)
			}
			l := r.look(pflag.NewFlagSet("", pflag.ContinueOnError), "first")
			l.contexts = func() ([]string, error) { return []string{"first", "second"}, nil }
			l.open = func(name string) (*session, error) {
				return r.beginScripted(ctx, t, name, clock, source(c.second)), nil
			}
			d := &desk{session: r.beginScripted(ctx, t, "first", clock, source(c.first)), run: r}
			if c.keys != nil {
				go func() {
					if w.shows("scripted") {
						c.keys(w)
					}
				}()
			}
			err := r.show(ctx, d, l)
			var broken *ui.PanicError
			if !errors.As(err, &broken) || broken.Cause != onPurpose {
				t.Fatalf("ends with %v", err)
			}
			w.isTidy()
			_, path, _ := strings.Cut(r.kept(err).Error(), "stands in ")
			report, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(report), onPurpose) || !strings.Contains(string(report), c.in) {
				t.Errorf("the report lacks %q and %s: %v\n%s", onPurpose, c.in, err, report)
			}
			if told.Len() > 0 {
				t.Errorf("standard error has %q", told.String())
			}
		})
	}
}

// TestPanicOfTheDemo: the player and the source of the demo end with each other.
func TestPanicOfTheDemo(t *testing.T) {
	still := capture.FromObjects(nil, model.SourceInfo{Type: "demo"})
	broken := &trap{}
	broken.set.Store(true)
	for name, p := range map[string]*played{
		"player": {Source: still, player: demo.NewPlayer(broken), log: NewLogs().Logger()},
		"source": {player: demo.NewPlayer(model.SystemClock{}), log: NewLogs().Logger()},
	} {
		r := &run{}
		s := r.beginScripted(t.Context(), t, name, model.SystemClock{}, scripted(p.Run))
		select {
		case <-s.failed:
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the session does not fail", name)
		}
		var p *ui.PanicError
		if !errors.As(s.why(), &p) || len(p.Stack) == 0 {
			t.Errorf("%s: %v", name, s.why())
		}
		s.close()
	}
}

// TestPanicOfACommand: a command that prints and ends says of a panic where the report is, and does not wait for answers of
// an engine that is no more.
func TestPanicOfACommand(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	r := &run{streams: Streams{Logs: NewLogs(), Err: &bytes.Buffer{}}}
	r.connect.SyncTimeout = 10 * time.Second
	s := r.beginScripted(t.Context(), t, "first", model.SystemClock{}, fails{})
	_, err := r.settle(t.Context(), s)
	if err = r.kept(err); err == nil || !strings.Contains(err.Error(), "stands in ") {
		t.Errorf("the source: %v", err)
	}
	s.close()

	s = r.beginScripted(t.Context(), t, "first", model.SystemClock{}, scripted(waiting))
	defer s.close()
	if _, err := r.settle(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	var broken *ui.PanicError
	if err := s.read(t.Context(), func(*cluster.Cluster) { panic(onPurpose) }); !errors.As(err, &broken) || broken.Cause != onPurpose {
		t.Errorf("the question that breaks the engine: %v", err)
	}
	if err := s.read(t.Context(), func(*cluster.Cluster) {}); !errors.As(err, &broken) {
		t.Errorf("a question: %v", err)
	}
	if _, err := s.whatIf(t.Context(), model.Plan{}); !errors.As(err, &broken) {
		t.Errorf("a what-if: %v", err)
	}
	if _, err := s.remedy(t.Context(), nil); !errors.As(err, &broken) {
		t.Errorf("a fix: %v", err)
	}
}
