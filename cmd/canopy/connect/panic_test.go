package connect

import (
	"context"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// TestOnPanic holds what client-go does with a panic in the transform, in the handler and in the list of an informer: it is
// handed over with the place, and the informer can be ended.
func TestOnPanic(t *testing.T) {
	const onPurpose = "broken on purpose"
	for _, where := range []string{"transform", "handler", "list"} {
		t.Run(where, func(t *testing.T) {
			panics := func(here string) {
				if here == where {
					panic(onPurpose)
				}
			}
			type report struct {
				cause any
				stack string
			}
			told := make(chan report, 100)
			restore := OnPanic(func(cause any, stack []byte) {
				select {
				case told <- report{cause, string(stack)}:
				default:
				}
			})
			defer func() {
				restore()
				if !utilruntime.ReallyCrash || len(utilruntime.PanicHandlers) != 1 {
					t.Error("client-go is not as it was")
				}
			}()
			lists := &cache.ListWatch{
				ListWithContextFunc: func(context.Context, metav1.ListOptions) (runtime.Object, error) {
					panics("list")
					return &corev1.ConfigMapList{Items: []corev1.ConfigMap{{ObjectMeta: metav1.ObjectMeta{Name: "a"}}}}, nil
				},
				WatchFuncWithContext: func(context.Context, metav1.ListOptions) (watch.Interface, error) { return watch.NewFake(), nil },
			}
			informer := cache.NewSharedIndexInformer(cache.ToListWatcherWithWatchListSemantics(lists, unsupported{}), &corev1.ConfigMap{}, 0, nil)
			if err := informer.SetTransform(func(o any) (any, error) { panics("transform"); return o, nil }); err != nil {
				t.Fatal(err)
			}
			if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { panics("handler") }}); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				informer.RunWithContext(ctx)
			}()
			select {
			case r := <-told:
				if r.cause != onPurpose || where != "list" && !strings.Contains(r.stack, "panic_test.go") {
					t.Errorf("%v\n%s", r.cause, r.stack)
				}
			case <-time.After(10 * time.Second):
				t.Error("nothing is handed over")
			}
			cancel()
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Error("the informer does not end")
			}
		})
	}
}

// unsupported is a client that does not stream lists.
type unsupported struct{}

func (unsupported) IsWatchListSemanticsUnSupported() bool { return true }
