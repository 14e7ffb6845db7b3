package network

import (
	"context"
	"testing"
	"time"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/networktest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// generated answers by the real analysers of a generated cluster, and notes the longest call.
type generated struct {
	desk
	most time.Duration
}

func generate(t testing.TB, l networktest.Layout) *generated {
	t.Helper()
	g := &generated{desk: desk{cluster.New(), network.New(), exposure.New()}}
	for _, k := range networktest.Kinds() {
		g.cluster.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
		g.net.Covered(g.cluster, k.GroupKind())
	}
	g.net.Surroundings(network.Surroundings{Enforcement: network.Verified, Plugin: "calico"})
	for r := range l.Records() {
		if d, ok := g.cluster.Apply(model.Put(r)); ok {
			g.net.Update(g.cluster, d)
			g.roads.Update(g.cluster, d)
		}
	}
	g.net.Flush(g.cluster)
	g.roads.Flush(g.cluster)
	return g
}

func (g *generated) asker() asker {
	return func(_ context.Context, f func(a answers)) error {
		start := time.Now()
		f(quick{&g.desk})
		g.most = max(g.most, time.Since(start))
		return nil
	}
}

// quick does not sum up the whole cluster to tell whether anything has changed.
type quick struct{ *desk }

func (quick) Digest() uint64 { return 1 }

// BenchmarkReal measures, with 10,000 namespaces and 50,000 pods, from a key until all is drawn that is made outside the loop
// (µs-all), how long the writer is kept at the most (ms-most), and the lists.
func BenchmarkReal(b *testing.B) {
	g := generate(b, networktest.Layout{Pods: 50_000, PodsPerTier: 1, Teams: 100, Owned: true, OnePolicy: true})
	s := &stage{Screen: newScreen(look(), g.asker()), t: b}
	s.Resize(200, 60)
	s.news()
	report := func(b *testing.B) {
		b.ReportMetric(float64(g.most.Microseconds())/1000, "ms-most")
		g.most = 0
	}
	report(b)
	b.Run("key", func(b *testing.B) {
		var done time.Duration
		n := 0
		moves := []keys.Action{keys.Down, keys.PageDown, keys.Last, keys.Up, keys.PageRight, keys.First, keys.PageLeft}
		for b.Loop() {
			start := time.Now()
			s.run(s.Do(moves[n%len(moves)]))
			s.View()
			done += time.Since(start)
			n++
		}
		b.ReportMetric(float64(done.Microseconds())/float64(n), "µs-all")
		report(b)
	})
	b.Run("same", func(b *testing.B) {
		for b.Loop() {
			s.news()
		}
		report(b)
	})
	b.Run("ports", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			s.filter([]string{"port:8080", "port:5432"}[n%2])
			s.View()
		}
		report(b)
	})
	b.Run("sort", func(b *testing.B) {
		for b.Loop() {
			s.Screen.(*Screen).count.of = nil
			s.filter("")
			s.press(keys.Sort)
			s.run(s.Screen.(*Screen).wish(func(w *wish) { w.by = byName }))
		}
		report(b)
	})
	object := model.KindByName("Namespace").Ref("", networktest.Namespace(100))
	for name, place := range map[string]view.Place{
		"reach": {Screen: view.Reach, Object: object}, "pairs": {Screen: view.Pairs, From: network.End{Ref: object}, To: network.End{Ref: object}},
		"internet": {Screen: view.Internet}, "policies": {Screen: view.Policies},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var screen view.Screen
				shared := look()
				shared.Session = nowhere{}
				switch place.Screen {
				case view.Reach:
					screen = newReach(shared, g.asker(), place)
				case view.Pairs:
					screen = newPairs(shared, g.asker(), place)
				case view.Internet:
					screen = newInternet(shared, g.asker(), place)
				default:
					screen = newPolicies(shared, g.asker(), place)
				}
				l := &stage{Screen: screen, t: b}
				l.Resize(200, 60)
				l.news()
				l.View()
			}
			report(b)
		})
	}
}

// nowhere is a session whose objects come from no file.
type nowhere struct{ view.Session }

func (nowhere) Locate(model.Ref, string) (string, int, bool) { return "", 0, false }

// TestGenerated holds the cells of a generated cluster to their closed form.
func TestGenerated(t *testing.T) {
	l := networktest.Layout{Pods: 1_000, PodsPerTier: 2, Teams: 7, Owned: true}
	g := generate(t, l)
	s := &stage{Screen: newScreen(look(), g.asker()), t: t}
	s.Resize(230, 130)
	s.news()
	seen := 0
	for p, c := range s.Screen.(*Screen).window.cells {
		if p.src == "" || p.dst == "" {
			continue
		}
		seen++
		src, dst := s.Screen.(*Screen).order.rowAt[p.src]-1, s.Screen.(*Screen).order.rowAt[p.dst]-1
		if want := l.Between(src, dst); c.pairs.Allowed != want {
			t.Fatalf("%v: %+v, want %d allowed", p, c.pairs, want)
		}
	}
	if seen < 1000 {
		t.Errorf("%d cells are seen", seen)
	}
}
