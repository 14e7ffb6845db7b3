package network

import (
	"testing"
	"time"

	"canopy/ui/keys"
)

// BenchmarkMatrix measures, with 10,000 namespaces in plain data, how long it takes to open the matrix, from a key until it is
// drawn (µs) and until all that the key asks for is drawn (µs-all), and to filter, to sort and to go on with other data.
func BenchmarkMatrix(b *testing.B) {
	p := large(10000)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			matrixOn(b, p, look(), 200, 60).View()
		}
	})
	s := matrixOn(b, p, look(), 200, 60)
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			s.View()
		}
	})
	b.Run("key", func(b *testing.B) {
		var drawn, done time.Duration
		n := 0
		moves := []keys.Action{keys.Down, keys.PageDown, keys.Last, keys.Up, keys.PageRight, keys.First, keys.PageLeft}
		for b.Loop() {
			start := time.Now()
			cmd := s.Do(moves[n%len(moves)])
			s.View()
			drawn += time.Since(start)
			s.run(cmd)
			s.View()
			done += time.Since(start)
			n++
		}
		b.ReportMetric(float64(drawn.Microseconds())/float64(n), "µs")
		b.ReportMetric(float64(done.Microseconds())/float64(n), "µs-all")
	})
	b.Run("filter", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			s.filter([]string{"team-0", "from:9", ""}[n%3])
			s.View()
		}
	})
	b.Run("changed", func(b *testing.B) {
		for b.Loop() {
			p.digest++
			s.news()
			s.View()
		}
	})
	b.Run("sort", func(b *testing.B) {
		for b.Loop() {
			p.digest++
			s.news()
			s.press(keys.Sort)
			s.run(s.Screen.(*Screen).wish(func(w *wish) { w.by = byName }))
		}
	})
	if most := s.Screen.(*Screen); most.broken != nil {
		b.Fatal(most.broken)
	}
	b.ReportMetric(float64(p.most), "answers-in-one-call")
}

// TestOneCall holds that no call of the writer asks for more than a part of a screen.
func TestOneCall(t *testing.T) {
	p := large(2000)
	s := matrixOn(t, p, look(), 200, 60)
	s.press(keys.Sort, keys.Last, keys.PageRight)
	if p.most > inOneCall {
		t.Errorf("%d answers in one call", p.most)
	}
	if got := len(s.Screen.(*Screen).count.tallies); got != 2000 {
		t.Errorf("%d namespaces are counted", got)
	}
}
