package model

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
)

// TestSeriesAgainstSlices appends at random, to old series too, and compares with slices that are copied whole.
func TestSeriesAgainstSlices(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	type pair struct {
		s    *Series
		want []Sample
	}
	all := []pair{{}}
	for range 5000 {
		// Mostly the newest goes on, as it does in life.
		from := all[len(all)-1]
		if random.IntN(10) == 0 {
			from = all[random.IntN(len(all))]
		}
		x := Sample{At: random.Int64N(100), CPU: random.Int64N(5000) - 50, Memory: random.Int64N(1<<32) << (random.IntN(2) * 10)}
		if random.IntN(50) == 0 {
			x.CPU, x.Memory = math.MaxInt64-random.Int64N(2), math.MinInt64+random.Int64N(2000)
		}
		if n := len(from.want); n > 0 {
			x.At += from.want[n-1].At - 5
		}
		keep := 60
		if random.IntN(100) == 0 {
			keep = random.IntN(70)
		}
		want := slices.Clone(from.want)
		if len(want) == 0 || x.At > want[len(want)-1].At {
			want = append(want, x)
			want = want[max(0, len(want)-max(keep, 1)):]
		}
		all = append(all, pair{from.s.Append(x, keep), want})
	}
	for i, p := range all {
		if got := p.s.All(); len(got) != len(p.want) || len(got) > 0 && !reflect.DeepEqual(got, p.want) {
			t.Fatalf("series %d is %v, want %v", i, got, p.want)
		}
		last, ok := p.s.Last()
		if p.s.Len() != len(p.want) || ok != (len(p.want) > 0) || ok && last != p.want[len(p.want)-1] {
			t.Fatalf("series %d: length %d, last %v %v, want %v", i, p.s.Len(), last, ok, p.want)
		}
		if n := min(3, len(p.want)); !slices.Equal(p.s.Tail(3), p.want[len(p.want)-n:]) {
			t.Fatalf("series %d: its end is %v, want %v", i, p.s.Tail(3), p.want)
		}
	}
}

// TestSeriesTwoWays goes on from one series in many ways at once; none sees the other's samples.
func TestSeriesTwoWays(t *testing.T) {
	base := NewSeries(Sample{At: 10, CPU: 1}, Sample{At: 20, CPU: 2}, Sample{At: 20, CPU: 3})
	if base.Len() != 2 {
		t.Fatalf("a sample of the same time was taken: %v", base.All())
	}
	var group sync.WaitGroup
	for i := range int64(8) {
		group.Go(func() {
			s := base
			for j := range int64(200) {
				s = s.Append(Sample{At: 30 + j, CPU: i, Memory: i * j}, 60)
			}
			for k, x := range s.All() {
				if want := (Sample{At: 30 + 140 + int64(k), CPU: i, Memory: i * (140 + int64(k))}); x != want {
					t.Errorf("way %d: %v, want %v", i, x, want)
				}
			}
		})
	}
	group.Wait()
	if want := []Sample{{At: 10, CPU: 1}, {At: 20, CPU: 2}}; !slices.Equal(base.All(), want) {
		t.Errorf("the series that all began with is %v", base.All())
	}
}

func TestSeriesOfNone(t *testing.T) {
	for _, s := range []*Series{nil, {}} {
		if _, ok := s.Last(); ok || s.Len() != 0 || s.All() != nil || s.Tail(-1) != nil {
			t.Errorf("%v holds something", s)
		}
		if got := s.Append(Sample{At: 1, CPU: 2, Memory: 3}, 0).All(); !slices.Equal(got, []Sample{{At: 1, CPU: 2, Memory: 3}}) {
			t.Errorf("one sample: %v", got)
		}
	}
}

func TestPodUsageLast(t *testing.T) {
	p := &PodUsage{Containers: map[string]*Series{"a": NewSeries(Sample{1, 2, 3}, Sample{5, 20, 30}), "b": NewSeries(Sample{4, 1, 1}), "c": nil}}
	if got, ok := p.Last(); !ok || got != (Sample{5, 21, 31}) {
		t.Errorf("got %v %v", got, ok)
	}
	for _, none := range []*PodUsage{nil, {}, {Containers: map[string]*Series{"a": nil}}} {
		if _, ok := none.Last(); ok {
			t.Errorf("%v has a last sample", none)
		}
	}
}
