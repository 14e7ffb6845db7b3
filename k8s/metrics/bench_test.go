package metrics

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// crowd is 10,000 pods with 1.2 containers each, whose usage goes up and down as in life.
func crowd(random *rand.Rand, round int64) *v1beta1.PodMetricsList {
	list := &v1beta1.PodMetricsList{}
	for i := range 10_000 {
		cpu := func() string { return fmt.Sprintf("%dn", 50_000_000+random.Int64N(200_000_000)) }
		p := pod(fmt.Sprintf("namespace-%d", i%200), fmt.Sprintf("deployment-%d-7d9c6b5f4d-%05d", i/10, i), at0+30*round+random.Int64N(15), cpu())
		if i%5 == 0 {
			p = pod(p.Namespace, p.Name, p.Timestamp.Unix(), cpu(), cpu())
		}
		for j := range p.Containers {
			p.Containers[j].Usage = use(cpu(), fmt.Sprintf("%dKi", 60_000+random.Int64N(8_000)))
		}
		list.Items = append(list.Items, p)
	}
	return list
}

// BenchmarkMetricsRound reads one round of 10,000 pods. Goal: at most 150 ms of CPU.
func BenchmarkMetricsRound(b *testing.B) {
	random, h := rand.New(rand.NewPCG(1, 1)), &history{}
	var bodies [][]byte
	for i := range int64(4) {
		bodies = append(bodies, encode(crowd(random, i)))
	}
	b.SetBytes(int64(len(bodies[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(bodies) == 0 {
			h = &history{}
		}
		if _, err := readBody(h, bytes.NewReader(bodies[i%len(bodies)])); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMetricsMemory holds sixty samples of 10,000 pods. Goal: at most 10 MB.
func BenchmarkMetricsMemory(b *testing.B) {
	for b.Loop() {
		random := rand.New(rand.NewPCG(1, 1))
		h := &history{}
		before := heap()
		worst := uint64(0)
		for i := range int64(100) {
			r := h.begin()
			for _, p := range crowd(random, i).Items {
				x := item{namespace: p.Namespace, name: p.Name, at: p.Timestamp.Unix()}
				for _, k := range p.Containers {
					x.add(k.Name, k.Usage.Cpu().String(), k.Usage.Memory().String(), true)
				}
				r.put(&x)
			}
			r.end()
			if i >= Keep {
				worst = max(worst, heap()-before)
			}
		}
		b.ReportMetric(float64(worst)/1e6, "MB")
		runtime.KeepAlive(h)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
