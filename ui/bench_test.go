package ui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"canopy/model"
)

// instant is the goal for a key press. The median is held to it, which a busy machine does not spoil.
const instant = 8 * time.Millisecond

// BenchmarkKey measures what a person waits for: from the key to the finished view. That the cost comes from the window
// alone is held by a test of the table.
func BenchmarkKey(b *testing.B) {
	for _, n := range []int{1_000, 50_000, 100_000} {
		for _, size := range [][2]int{{80, 24}, {200, 60}} {
			b.Run(fmt.Sprintf("%d/%dx%d", n, size[0], size[1]), func(b *testing.B) {
				s := newScreen(b, Options{Width: size[0], Height: size[1]}, clusterReport(n))
				keys := []string{"j", "pgdown", "k", "G", "j", "pgup", "g"}
				var took []time.Duration
				for i := 0; b.Loop(); i++ {
					key, ok := specialKeys()[keys[i%len(keys)]]
					if !ok {
						key.Text, key.Code = keys[i%len(keys)], rune(keys[i%len(keys)][0])
					}
					start := time.Now()
					s.root.Update(key)
					s.root.View()
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				median := took[len(took)/2]
				b.ReportMetric(float64(median.Microseconds()), "p50-µs")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
				if median > instant {
					b.Errorf("a key press takes %v", median)
				}
			})
		}
	}
}

// BenchmarkReport measures a job: a report in which ten findings differ, and the first one.
func BenchmarkReport(b *testing.B) {
	for _, n := range []int{40_000, 100_000} {
		first := clusterReport(n)
		second := *first
		changed := slices.Clone(first.Findings.(findingSlice))
		for i := 0; i < len(changed); i += len(changed) / 10 {
			f := *changed[i]
			f.Pods++
			changed[i] = &f
		}
		second.Findings, second.Sequence = changed, 2
		s := newScreen(b, Options{Width: 120, Height: 40}, first)
		base := s.root.shown
		b.Run(fmt.Sprintf("ten-changed/%d", n), func(b *testing.B) {
			for b.Loop() {
				base.next(job{report: &second, query: base.rows.Query()})
			}
		})
		b.Run(fmt.Sprintf("show/%d", n), func(b *testing.B) {
			next := base.next(job{report: &second, query: base.rows.Query()})
			s.press("G")
			for i := 0; b.Loop(); i++ {
				s.root.Update(listedMsg{[]*listing{base, next}[i%2]})
				s.root.View()
			}
		})
		b.Run(fmt.Sprintf("first/%d", n), func(b *testing.B) {
			empty := newListing(base.schema)
			for b.Loop() {
				empty.next(job{report: first})
			}
		})
		b.Run(fmt.Sprintf("filter/%d", n), func(b *testing.B) {
			for b.Loop() {
				q := base.rows.Query()
				q.Filter = "x"
				base.next(job{report: first, query: q})
			}
		})
		b.Run(fmt.Sprintf("sort/%d", n), func(b *testing.B) {
			for b.Loop() {
				q := base.rows.Query()
				q.Column = 3
				base.next(job{report: first, query: q})
			}
		})
	}
}

// TestUnchangedRowsAreShared holds that a report costs what changed: rows are made for that alone.
func TestUnchangedRowsAreShared(t *testing.T) {
	first := clusterReport(100)
	s := newScreen(t, Options{Width: 120, Height: 40}, first)
	before := s.root.shown
	second := *first
	list := slices.Clone(first.Findings.(findingSlice))
	f := *list[50]
	f.Verdict = model.Unknown
	list[50] = &f
	second.Findings, second.Sequence = list, 2
	s.publish(&second)
	after := s.root.shown
	differ := 0
	for i := range after.byID {
		if after.byID[i] != before.byID[i] {
			differ++
		}
	}
	if differ != 1 || after.score.undecided != before.score.undecided+1 {
		t.Errorf("%d rows differ, undecided %d after %d", differ, after.score.undecided, before.score.undecided)
	}
}
