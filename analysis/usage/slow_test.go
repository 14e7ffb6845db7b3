package usage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// slow judges one container by going through all ends of its history, straight from the words of each signal.
func slow(w world, place string) []string {
	parts := strings.Split(place, "/")
	name := types.NamespacedName{Namespace: parts[0], Name: parts[1]}
	facts, known := w.factsOf(name)
	c, inSpec := facts.Containers[parts[2]]
	var samples []model.Sample
	for _, x := range w.series[place].All() {
		if len(samples) > 0 && x.At-samples[len(samples)-1].At > 600 {
			samples = nil
		}
		if x.At >= facts.Started {
			samples = append(samples, x)
		}
	}
	n := len(samples)
	if n == 0 {
		return nil
	}
	var found []string
	tell := func(kind string, from int) {
		found = append(found, fmt.Sprintf("%s %s since %d: %d", kind, place, samples[from].At, n-from))
	}
	every := func(from int, is func(cpu int64) bool) bool {
		return !slices.ContainsFunc(samples[from:], func(x model.Sample) bool { return !is(x.CPU) })
	}
	first := func(kind string, is func(from int) bool) bool {
		for from := range n {
			if is(from) {
				tell(kind, from)
				return true
			}
		}
		return false
	}
	even := func(from int) bool {
		sum, squares := 0.0, 0.0
		for _, x := range samples[from:] {
			sum += float64(x.CPU)
		}
		average := sum / float64(n-from)
		for _, x := range samples[from:] {
			squares += (float64(x.CPU) - average) * (float64(x.CPU) - average)
		}
		return math.Sqrt(squares/float64(n-from))/average <= 0.1
	}
	last := samples[n-1].CPU
	if known && c.Args != "" {
		tell("miner", 0)
	}
	if known && len(facts.Containers) > 0 && !inSpec && n >= 3 {
		tell("stranger", 0)
	}
	if known && inSpec && c.Ephemeral {
		first("stranger", func(from int) bool { return n-from >= 10 && every(from, func(v int64) bool { return v >= 100 }) })
	}
	top := true
	for other, s := range w.series {
		f, _ := w.factsOf(types.NamespacedName{Namespace: strings.Split(other, "/")[0], Name: strings.Split(other, "/")[1]})
		if x, ok := s.Last(); ok && f.Node == facts.Node && facts.Node != "" && x.CPU > last {
			top = false
		}
	}
	least := int64(800)
	if top && facts.Node != "" {
		least = 500
	}
	if known && c.Public && c.TagOnly && c.Open && c.Limits.CPULimit == 0 {
		for from := range n {
			smooth := n-from >= 10 && every(from, func(v int64) bool { return v >= least })
			for i := from; i <= n-10 && smooth; i++ {
				smooth = even(i)
			}
			if !smooth {
				continue
			}
			tell("flat", from)
			break
		}
	}
	earliest, ticks := int64(math.MaxInt64), 0
	for other, s := range w.series {
		for _, x := range s.All() {
			if strings.HasPrefix(other, parts[0]+"/") && x.CPU >= 10 {
				earliest = min(earliest, x.At)
			}
		}
	}
	rounds := map[int64]bool{}
	for _, s := range w.series {
		for _, x := range s.All() {
			if !rounds[x.At] && x.At < earliest {
				ticks++
			}
			rounds[x.At] = true
		}
	}
	if ticks >= 10 {
		first("woken", func(from int) bool { return n-from >= 5 && every(from, func(v int64) bool { return v >= 50 }) })
	}
	first("risen", func(from int) bool {
		if from < 10 || n-from < 10 {
			return false
		}
		var before []int64
		for _, x := range samples[:from] {
			before = append(before, x.CPU)
		}
		slices.Sort(before)
		most := max(5*before[(len(before)-1)/2], 200)
		for _, x := range samples[from-10 : from] {
			if x.CPU > most {
				return false
			}
		}
		return every(from, func(v int64) bool { return v > most })
	})
	if limit := c.Limits.CPULimit; known && limit > 0 {
		first("saturated", func(from int) bool {
			return n-from >= 10 && every(from, func(v int64) bool { return 100*v >= 95*limit })
		})
	}
	return found
}

// TestAgainstReference compares over random histories that are made of the shapes that signals are about.
func TestAgainstReference(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	seen := map[string]int{}
	for range 3000 {
		w := world{series: map[string]*model.Series{}, facts: map[string]Facts{}}
		for i := range 1 + random.IntN(6) {
			var samples []model.Sample
			level := random.Int64N(300)
			if random.IntN(3) == 0 {
				level = 0
			}
			// All series end, and were measured, at the same moments.
			n := 1 + random.IntN(40)
			for j := range n {
				if random.IntN(12) == 0 {
					level = []int64{0, 5, 9, 60, 100, 250, 560, 800, 900, 1500, 3000}[random.IntN(11)]
				}
				at := start + 30*int64(60-n+j)
				if random.IntN(400) == 0 {
					continue
				}
				samples = append(samples, model.Sample{At: at, CPU: max(level+random.Int64N(level/4+2)-level/8, 0)})
			}
			if random.IntN(20) == 0 && len(samples) > 3 {
				samples = slices.Delete(samples, 1, 2)
				samples[0].At -= 700
			}
			namespace := string(rune('a' + random.IntN(3)))
			pod := fmt.Sprintf("%s/p%d", namespace, i)
			w.series[pod+"/c"] = model.NewSeries(samples...)
			c := Container{Public: random.IntN(8) > 0, TagOnly: random.IntN(8) > 0, Open: random.IntN(8) > 0, Ephemeral: random.IntN(4) == 0}
			c.Limits.CPULimit = []int64{0, 0, 0, 60, 100, 250, 900}[random.IntN(7)]
			if random.IntN(20) == 0 {
				c.Args = "--donate-level"
			}
			f := Facts{Node: []string{"", "n", "m"}[random.IntN(3)], NodeCPU: []int64{0, 0, 3000, 8000}[random.IntN(4)],
				Containers: map[string]Container{"c": c}}
			if random.IntN(5) == 0 {
				f.Started = start + random.Int64N(1800)
			}
			if random.IntN(10) == 0 {
				f.Containers = map[string]Container{"other": c}
			}
			if random.IntN(10) > 0 {
				w.facts[pod] = f
			}
		}
		var got, want []string
		for _, s := range Signals(w.usage(), w.factsOf, now) {
			got = append(got, fmt.Sprintf("%s %s/%s since %d: %d", s.Kind, s.Pod, s.Container, s.Since, s.Samples))
			seen[s.Kind]++
		}
		for place := range w.series {
			want = append(want, slow(w, place)...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			for place, s := range w.series {
				t.Logf("%s: %v %+v", place, s.All(), w.facts[place[:len(place)-2]])
			}
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	for _, kind := range []string{KindMiner, KindStranger, KindFlat, KindWoken, KindRisen, KindSaturated} {
		if seen[kind] < 20 {
			t.Errorf("%s came only %d times: the comparison says little of it", kind, seen[kind])
		}
	}
	t.Log(seen)
}
