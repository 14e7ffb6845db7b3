package privilege

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"
)

func cpu(who int) time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(who, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkCPU(b *testing.B) {
	runtime.LockOSThread()
	for _, factor := range factors {
		b.Run(fmt.Sprint("times=", factor), func(b *testing.B) {
			runtime.LockOSThread()
			t := newTown(b, factor)
			start, s2 := cpu(0), cpu(1)
			for range 3 {
				t.reach = nil
				t.build()
			}
			all1, own := float64((cpu(0)-start).Milliseconds())/3, float64((cpu(1)-s2).Milliseconds())/3
			changes := t.changes()
			times := map[string][]time.Duration{}
			var all []time.Duration
			for b.Loop() {
				for _, ch := range changes {
					start := cpu(1)
					t.apply(ch.Change)
					d := cpu(1) - start
					times[ch.what] = append(times[ch.what], d)
					all = append(all, d)
				}
			}
			for what, list := range times {
				b.ReportMetric(p99(list), what+"-p99-ms")
			}
			b.ReportMetric(p99(all), "p99-ms")
			b.ReportMetric(all1, "cpu-ms/build")
			b.ReportMetric(own, "ms/build")
		})
	}
}
