package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"canopy/k8s/labtest"
	"canopy/model"
)

// BenchmarkSecrets reads 10,000 Secrets of 32 KB from a real API server, and inspects them. They may take 40 MB of heap.
func BenchmarkSecrets(b *testing.B) {
	const count, size = 10_000, 32 << 10
	lab := labtest.Private(b)
	config := lab.Config(labtest.Admin)
	config.QPS = -1
	admin, err := kubernetes.NewForConfig(config)
	if err != nil {
		b.Fatal(err)
	}
	namespace := lab.Namespace(b)
	value := make([]byte, size)
	_, _ = rand.Read(value)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := next.Add(1); i <= count; i = next.Add(1) {
				s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("s-%05d", i), Labels: map[string]string{"app": fmt.Sprint(i % 100)}}, Data: map[string][]byte{"value": value}}
				if _, err := admin.CoreV1().Secrets(namespace).Create(context.Background(), s, metav1.CreateOptions{}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for b.Loop() {
		source, err := New(Options{Config: lab.Config(labtest.Canopy), Kinds: kinds("Secret"), Pace: fastPace()})
		if err != nil {
			b.Fatal(err)
		}
		sink := newMemorySink()
		before := heap()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		begin := time.Now()
		go func() { done <- source.Run(ctx, sink) }()
		for sink.coverage("Secret", "").State != model.Complete {
			if time.Since(begin) > 5*time.Minute {
				b.Fatalf("not read: %s", sink.summary())
			}
			time.Sleep(10 * time.Millisecond)
		}
		b.ReportMetric(time.Since(begin).Seconds(), "s-read")
		b.ReportMetric(float64(heap()-before)/1e6, "MB-kept")
		begin = time.Now()
		if err := source.InspectSecrets(ctx, nil, hound{}, sink, nil); err != nil {
			b.Error(err)
		}
		b.ReportMetric(time.Since(begin).Seconds(), "s-inspect")
		b.ReportMetric(float64(heap()-before)/1e6, "MB-inspected")
		if n := len(sink.held("SecretFacts")); n < count {
			b.Errorf("facts of %d Secrets", n)
		}
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}
