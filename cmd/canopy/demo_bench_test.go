package main

import (
	"testing"
	"time"
)

// openings is how often the demo is opened; the medians count.
const openings = 15

// BenchmarkDemo measures what a visitor waits for: from the start of the process to the first byte that is drawn, and to the
// first finding on the screen.
func BenchmarkDemo(b *testing.B) {
	benching(b)
	var paint, finding []float64
	for range openings {
		d := startDashboard(b, "", "demo")
		shown := d.until("a finding", settleLimit, findingRow.MatchString)
		paint = append(paint, milliseconds(time.Unix(0, d.first.Load()).Sub(d.started)))
		finding = append(finding, milliseconds(shown.Sub(d.started)))
		d.quit()
	}
	b.Logf("first byte after %.0f ms, first finding after %.0f ms", paint, finding)
	b.ReportMetric(median(paint), "ms-first-byte")
	b.ReportMetric(median(finding), "ms-first-finding")
}
