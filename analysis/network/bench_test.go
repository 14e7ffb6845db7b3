package network_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/networktest"
	"canopy/model"
	"canopy/model/cluster"
)

// world is a generated cluster that an analyser has been shown.
type world struct {
	networktest.Layout
	c *cluster.Cluster
	a *network.Analyser
}

func load(l networktest.Layout) *world {
	w := &world{l, cluster.New(), network.New()}
	for _, k := range networktest.Kinds() {
		w.c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for r := range l.Records() {
		w.take(r)
	}
	return w
}

func (w *world) take(r model.Record) {
	if d, ok := w.c.Apply(model.Put(r)); ok {
		w.a.Update(w.c, d)
	}
}

func built(l networktest.Layout) *world {
	w := load(l)
	w.a.Flush(w.c)
	return w
}

// BenchmarkEntries goes through whole matrices.
func BenchmarkEntries(b *testing.B) {
	for _, x := range []struct {
		name   string
		layout networktest.Layout
		level  network.Level
	}{
		{"workloads/5000", networktest.Owned(5000), network.Workloads},
		{"pods/2000", networktest.Bare(2000), network.Pods},
		{"pods/5000", networktest.Bare(5000), network.Pods},
		{"namespaces/5000", networktest.Bare(5000), network.Namespaces},
	} {
		b.Run(x.name, func(b *testing.B) {
			w := built(x.layout)
			b.ResetTimer()
			for range b.N {
				n := 0
				for range w.a.Entries(w.c, network.Question{Level: x.level}) {
					n++
				}
				b.ReportMetric(float64(n), "entries")
			}
		})
	}
}

// BenchmarkBlocks goes through the entries of a cluster with many ranges of addresses.
func BenchmarkBlocks(b *testing.B) {
	w := &world{c: cluster.New(), a: network.New()}
	for r := range networktest.Blocks() {
		w.take(r)
	}
	w.a.Flush(w.c)
	b.ResetTimer()
	for range b.N {
		n := 0
		for range w.a.Entries(w.c, network.Question{Outside: true}) {
			n++
		}
		b.ReportMetric(float64(n), "entries")
	}
}

// BenchmarkLarge measures what happens in a cluster as large as Canopy is made for.
func BenchmarkLarge(b *testing.B) {
	w := load(networktest.Large())
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	w.a.Flush(w.c)
	cold := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Run("cold", func(b *testing.B) {
		classes, groups, peers, profiles := w.a.Sizes()
		b.ReportMetric(float64(cold.Milliseconds()), "ms-build")
		b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "MB")
		b.ReportMetric(float64(classes), "classes")
		b.ReportMetric(float64(groups), "groups")
		b.ReportMetric(float64(peers), "peers")
		b.ReportMetric(float64(profiles), "profiles")
	})
	count := 0
	for _, track := range []bool{false, true} {
		w.a.Track(track)
		for name, change := range w.changes() {
			b.Run(fmt.Sprintf("%s/track=%t", name, track), func(b *testing.B) {
				times := make([]time.Duration, 0, b.N)
				for range b.N {
					// No change is made twice.
					count++
					r := networktest.Record(change(count))
					at := time.Now()
					w.take(r)
					w.a.Flush(w.c)
					times = append(times, time.Since(at))
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
				b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			})
		}
	}
	b.Run("view", func(b *testing.B) {
		names := w.a.Names()
		for i := range b.N {
			for x := range 40 {
				for y := range 40 {
					w.a.Cell(names[(i*40+x)%len(names)], names[y])
				}
			}
		}
	})
	b.Run("totals", func(b *testing.B) {
		names := w.a.Names()
		for i := range b.N {
			w.a.Totals(names[i%len(names)])
		}
	})
	b.Run("explain", func(b *testing.B) {
		pod := func(i int) network.End {
			ns, name := w.PodName(i % w.Pods)
			return network.End{Ref: model.KindByName("Pod").Ref(ns, name)}
		}
		for i := range b.N {
			if _, err := w.a.Explain(w.c, pod(i), pod(i*7919)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("row", func(b *testing.B) {
		for i := range b.N {
			ns, _ := w.PodName(i % w.Pods)
			q := network.Question{To: network.End{Ref: model.KindByName("Namespace").Ref("", ns)}}
			for range w.a.Entries(w.c, q) {
			}
		}
	})
}

// changes are what may happen, by kind of event.
func (w *world) changes() map[string]func(i int) runtimeObject {
	tier := []string{"web", "api", "worker", "cache", "db"}
	pod := func(i int, labels map[string]string) runtimeObject {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: networktest.Namespace(i % 10000), Name: "extra", Labels: labels},
			Spec:       corev1.PodSpec{NodeName: "node-0001", Containers: []corev1.Container{{Name: "c"}}},
			Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: "10.9.0.1"}}},
		}
	}
	return map[string]func(i int) runtimeObject{
		"pod":   func(i int) runtimeObject { return pod(i, map[string]string{"tier": tier[i%5]}) },
		"class": func(i int) runtimeObject { return pod(i/2, map[string]string{"tier": fmt.Sprint("t", i)}) },
		"policy": func(i int) runtimeObject {
			return &networkingv1.NetworkPolicy{
				ObjectMeta: metav1.ObjectMeta{Namespace: networktest.Namespace(i * 7 % 10000), Name: "extra"},
				Spec: networkingv1.NetworkPolicySpec{
					PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"tier": tier[i%5]}},
					Ingress: []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{
						NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": fmt.Sprint("team-", i%100)}},
					}}}},
				},
			}
		},
		"key": func(i int) runtimeObject {
			return &networkingv1.NetworkPolicy{
				ObjectMeta: metav1.ObjectMeta{Namespace: networktest.Namespace(i * 11 % 10000), Name: "other"},
				Spec: networkingv1.NetworkPolicySpec{
					PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{fmt.Sprint("key-", i): "x"}},
				},
			}
		},
		"relabel": func(i int) runtimeObject {
			return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: networktest.Namespace(i % 10000), Labels: map[string]string{"team": fmt.Sprint("team-", i*3%100)}}}
		},
		"wide": wide,
	}
}
