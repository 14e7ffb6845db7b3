package demo

import (
	"testing"
	"time"

	"canopy/k8s/capture"
	"canopy/model"
)

// BenchmarkOpen measures what stands between the start of the demo and its first finding, apart from the judging. The
// best run is told too, since it does not depend on what else the machine does.
func BenchmarkOpen(b *testing.B) {
	info := model.SourceInfo{Type: "demo", Name: "jungle"}
	objects, err := Objects(Start)
	if err != nil {
		b.Fatal(err)
	}
	grow := func() {
		if objects, err = Objects(Start); err != nil {
			b.Fatal(err)
		}
	}
	take := func() { capture.FromObjects(objects, info) }
	for _, part := range []struct {
		name string
		do   func()
	}{{"objects", grow}, {"source", take}, {"both", func() { grow(); take() }}} {
		b.Run(part.name, func(b *testing.B) {
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				part.do()
				best = min(best, time.Since(start))
			}
			b.ReportMetric(float64(best.Microseconds())/1000, "ms-best")
		})
	}
}
