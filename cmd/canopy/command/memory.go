package command

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// restGrowth is by how many hundredths the heap of a dashboard grows between two collections. A dashboard is idle nearly
	// always, so that collecting at half the usual growth costs next to nothing and keeps a third less. One-off commands keep
	// the default: they are over before it matters.
	restGrowth = 50
	// readingHeap is how large the heap may always become while a cluster is read. Below it collections would follow one
	// another for nothing: ninety of them for a cluster that ends at 130 MB, a quarter of all processor time.
	readingHeap = 160 << 20
	// readingBeat is how often the limit is brought in line with what lives. In that time a reader makes some 10 MB.
	readingBeat = 20 * time.Millisecond
)

// tuneMemory trades processor time for memory where Canopy stays for long.
func tuneMemory() { debug.SetGCPercent(restGrowth) }

// releaseMemory gives back what the first lists needed and nobody will need again.
func releaseMemory() { debug.FreeOSMemory() }

// paceMemory lets the heap grow to readingHeap without collections until the context ends, and tunes it for rest then.
func paceMemory(ctx context.Context) {
	defer tuneMemory()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	set := 0
	beat := time.NewTicker(readingBeat)
	defer beat.Stop()
	for {
		metrics.Read(live)
		if growth := growthFor(live[0].Value.Uint64()); growth != set {
			debug.SetGCPercent(growth)
			set = growth
		}
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
	}
}

// growthFor gives by how many hundredths a heap of which so many bytes live may grow while a cluster is read.
func growthFor(live uint64) int {
	// What a program starts with is about 4 MB; the runtime counts stacks and globals besides.
	live = max(live, 4<<20)
	if live >= readingHeap {
		return restGrowth
	}
	return max(restGrowth, int((readingHeap-live)*100/live))
}
