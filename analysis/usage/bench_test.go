package usage

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// BenchmarkSignals judges 10,000 pods with sixty samples each, of which one in ten is busy.
func BenchmarkSignals(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	w := world{series: map[string]*model.Series{}}
	for i := range 10_000 {
		cpu := make([]int64, 60)
		level := 20 + random.Int64N(30)
		if i%10 == 0 {
			level = 900
		}
		for j := range cpu {
			cpu[j] = level + random.Int64N(20)
		}
		w.series[fmt.Sprintf("ns-%d/pod-%d/c", i%200, i)] = line(cpu...)
	}
	u := w.usage()
	facts := Facts{Node: "n", Containers: map[string]Container{"c": suspect()}}
	b.ReportAllocs()
	for b.Loop() {
		Signals(u, func(types.NamespacedName) (Facts, bool) { return facts, true }, now)
	}
}
