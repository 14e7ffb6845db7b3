package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"canopy/ui/table"
)

// The goals: for a key press, and for a letter of a filter at 50,000 rows, which works in the background. The median is
// held to them, which a busy machine does not spoil.
const (
	instant  = 8 * time.Millisecond
	filtered = 30 * time.Millisecond
)

type press struct {
	name string
	do   func()
}

// presses are the keys that a person moves with, and those that change what is seen.
func presses(tb *table.Table[*item]) []press {
	return []press{
		{"down", func() { tb.Move(1) }}, {"page", func() { tb.Page(1) }},
		{"mark", func() {
			// On the head of a group a mark costs the group.
			if _, ok := tb.Selected(); ok {
				tb.ToggleMark()
			}
		}},
		{"column", func() { tb.ToggleColumn("space") }}, {"wide", func() { tb.Wide(!tb.IsWide()) }}, {"scroll", func() { tb.Scroll(1) }}, {"end", tb.End},
		{"toggle", tb.ToggleGroup}, {"up", func() { tb.Move(-1) }}, {"wheel", func() { tb.Wheel(3) }}, {"click", func() { tb.Click(5, 9) }},
		{"close", func() { tb.CollapseAll(true) }}, {"open", func() { tb.CollapseAll(false) }}, {"home", tb.Home},
	}
}

// TestKeyCostsTheWindow counts the cells that a key press and the drawing after it look at.
func TestKeyCostsTheWindow(t *testing.T) {
	for _, group := range []string{"", "in", "name"} {
		s := schema()
		looked := 0
		for i := range s.Columns {
			text := s.Columns[i].Text
			s.Columns[i].Text = func(i *item) string { looked++; return text(i) }
		}
		key := s.Key
		s.Key = func(i *item) string { looked++; return key(i) }
		tb := newTable(s, 100, 41)
		tb.Show(s.Arrange(items(100_000), table.Query{Group: group}).Stir(items(3), nil))
		for _, p := range presses(tb) {
			looked = 0
			p.do()
			tb.View()
			if looked > 40*(len(s.Columns)+2) {
				t.Errorf("grouped by %q: %s looks at %d cells", group, p.name, looked)
			}
		}
	}
}

// TestKeyAllocatesNoMoreForMoreRows measures keys with the drawing after them. In both tables a group has two rows, so
// that the windows are alike.
func TestKeyAllocatesNoMoreForMoreRows(t *testing.T) {
	for _, q := range []table.Query{{}, {Filter: "name"}, {Group: "in"}} {
		s := schema()
		s.Columns[2].Text = func(*item) string { return "7" }
		var few []float64
		for _, n := range []int{1_000, 100_000} {
			rows := items(n)
			for i, r := range rows {
				r.space = fmt.Sprint("space", i/2)
			}
			tb := newTable(s, 100, 41)
			tb.Show(s.Arrange(rows, q))
			tb.Move(20)
			tb.View()
			var allocs []float64
			for _, p := range presses(tb) {
				allocs = append(allocs, testing.AllocsPerRun(20, func() { p.do(); tb.View() }))
			}
			for i, p := range presses(tb) {
				if few != nil && allocs[i] > few[i]+3 {
					t.Errorf("%+v: %s allocates %v times at %d rows, %v times at 1,000", q, p.name, allocs[i], n, few[i])
				}
			}
			few = allocs
		}
		t.Log(q, few)
	}
}

// TestShowCostsTheChange counts the keys that are looked at when rows change that are selected and marked.
func TestShowCostsTheChange(t *testing.T) {
	for _, group := range []string{"", "in"} {
		all := items(100_000)
		s := schema()
		looked := 0
		key := s.Key
		s.Key = func(i *item) string { looked++; return key(i) }
		tb := newTable(s, 100, 41)
		tb.Show(s.Arrange(all, table.Query{Group: group}))
		tb.MarkAll()
		tb.Move(50_000)
		row, _ := tb.Selected()
		other := *row
		other.name, other.space = "another", "place"
		changed := tb.Rows().Stir([]*item{row, all[7]}, []*item{&other})
		looked = 0
		tb.Show(changed)
		if looked > 20 {
			t.Errorf("grouped by %q: a change looks at %d keys", group, looked)
		}
		if now, _ := tb.Selected(); now != &other || tb.MarkCount() != len(all)-1 {
			t.Errorf("grouped by %q: selected %v, %d marked", group, now, tb.MarkCount())
		}
		looked = 0
		tb.Settle()
		gone := tb.Rows().Apply([]*item{&other}, nil)
		looked = 0
		tb.Show(gone)
		if looked > 20 || tb.MarkCount() != len(all)-2 {
			t.Errorf("grouped by %q: a row that goes looks at %d keys, %d marked", group, looked, tb.MarkCount())
		}
	}
}

// BenchmarkView measures what a person waits for: a key and the drawing after it.
func BenchmarkView(b *testing.B) {
	for _, q := range []table.Query{{}, {Group: "in", Filter: "name"}} {
		for _, n := range []int{1_000, 50_000, 100_000} {
			b.Run(fmt.Sprintf("%d/200x60/group=%s", n, q.Group), func(b *testing.B) {
				tb := newTable(schema(), 200, 60)
				tb.Show(schema().Arrange(items(n), q).Stir(items(3), nil))
				tb.MarkAll()
				keys := presses(tb)
				i := 0
				goal(b, instant, func() {
					keys[i%len(keys)].do()
					tb.View()
					i++
				})
			})
		}
	}
}

// BenchmarkFilter measures a letter of a filter, typed and taken away.
func BenchmarkFilter(b *testing.B) {
	for name, steps := range map[string][]string{
		"word": {"n", "na", "nam", "name-04", "name-", "n", ""}, "nothing": {"zzz", ""}, "field": {"in:s", "in:space4", "in:", ""},
		"order": {"big:>=3", ""}, "regexp": {"~4.*7$", ""}, "grouped": {"n", "name-04", "n", ""},
	} {
		b.Run(name+"/50000", func(b *testing.B) {
			a := schema().Arrange(items(50_000), table.Query{Group: map[string]string{"grouped": "in"}[name]})
			i := 0
			goal(b, filtered, func() {
				q := a.Query()
				q.Filter = steps[i%len(steps)]
				a = a.With(q)
				i++
			})
		})
	}
}

// goal measures f, and fails where its median is above the limit.
func goal(b *testing.B, limit time.Duration, f func()) {
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		f()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	if median := took[len(took)/2]; median > limit {
		b.Errorf("takes %v", median)
	}
}

func BenchmarkArrange(b *testing.B) {
	s := schema()
	for _, n := range []int{50_000, 100_000} {
		rows := items(n)
		shuffled := slices.Clone(rows)
		rand.New(rand.NewPCG(1, 1)).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		a := s.Arrange(rows, table.Query{})
		gone, come := rows[500:510], make([]*item, 10)
		for i, r := range gone {
			c := *r
			come[i] = &c
		}
		for name, f := range map[string]func(){
			"sort":    func() { s.Arrange(shuffled, table.Query{}) },
			"group":   func() { a.With(table.Query{Group: "in"}) },
			"apply10": func() { a.Apply(gone, come) },
			"stir10":  func() { a.Stir(gone, nil) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
		byGroup := a.With(table.Query{Group: "in"})
		b.Run(fmt.Sprintf("apply10grouped/%d", n), func(b *testing.B) {
			for b.Loop() {
				byGroup.Apply(gone, come)
			}
		})
		tb := newTable(s, 200, 60)
		tb.Show(a)
		tb.Move(n / 2)
		b.Run(fmt.Sprintf("markall/%d", n), func(b *testing.B) {
			for b.Loop() {
				tb.ClearMarks()
				tb.MarkAll()
			}
		})
		next := a.Apply(gone, come)
		b.Run(fmt.Sprintf("show-all-marked/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				tb.Show([]*table.Arrangement[*item]{a, next}[i%2])
			}
		})
		tb.ClearMarks()
		b.Run(fmt.Sprintf("show/%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				tb.Show([]*table.Arrangement[*item]{a, next}[i%2])
			}
		})
	}
}
