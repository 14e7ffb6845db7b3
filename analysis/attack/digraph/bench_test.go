package digraph_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"canopy/analysis/attack/digraph"
)

// large is a graph of the size of a large cluster's: workloads that lead to accounts, accounts to bindings, bindings to what they open,
// and hubs that stand for all pods or Secrets of a namespace.
type large struct {
	g              *digraph.Graph
	edges          []edge
	sources, goals []vertex
}

// scattered is the same size without any shape.
func scattered(vertices, edges int) *large {
	r := rand.New(rand.NewPCG(3, 4))
	l := &large{g: digraph.New()}
	for range vertices {
		l.g.Vertex()
	}
	for range edges {
		l.add(edge{From: vertex(r.IntN(vertices)), To: vertex(r.IntN(vertices)), Cost: r.Uint32N(6), Tag: r.Uint64N(4)})
	}
	for v := range vertices / 6 {
		l.sources = append(l.sources, vertex(v))
	}
	l.goals = []vertex{vertex(vertices - 1)}
	return l
}

func (l *large) add(e edge) {
	l.g.Add(e)
	l.edges = append(l.edges, e)
}

// shaped has about 200,000 vertices and 600,000 edges.
func shaped() *large {
	const namespaces, each = 1000, 30
	r := rand.New(rand.NewPCG(5, 6))
	l := &large{g: digraph.New()}
	admin, allPods, allSecrets, allAccounts := l.g.Vertex(), l.g.Vertex(), l.g.Vertex(), l.g.Vertex()
	l.goals = []vertex{admin}
	var nodes, accounts []vertex
	for range 1000 {
		nodes = append(nodes, l.g.Vertex())
	}
	for n := range namespaces {
		pods, secrets, names := l.g.Vertex(), l.g.Vertex(), l.g.Vertex()
		l.add(edge{From: allPods, To: pods})
		l.add(edge{From: allSecrets, To: secrets})
		l.add(edge{From: allAccounts, To: names})
		var mine, bindings []vertex
		for range each {
			account, secret, binding := l.g.Vertex(), l.g.Vertex(), l.g.Vertex()
			mine, accounts, bindings = append(mine, account), append(accounts, account), append(bindings, binding)
			l.add(edge{From: names, To: account})
			l.add(edge{From: secrets, To: secret})
			if r.IntN(10) == 0 {
				l.add(edge{From: secret, To: account, Cost: 1})
			}
			switch {
			case r.IntN(3000) == 0:
				l.add(edge{From: binding, To: admin, Cost: 1})
			case r.IntN(300) == 0:
				l.add(edge{From: binding, To: []vertex{allPods, allSecrets, allAccounts}[r.IntN(3)], Cost: 2})
			}
			for range 3 {
				l.add(edge{From: binding, To: []vertex{pods, secrets, names, secret}[r.IntN(4)], Cost: 1 + r.Uint32N(3), Tag: r.Uint64N(9)})
			}
		}
		for _, account := range mine {
			for range 4 {
				l.add(edge{From: account, To: bindings[r.IntN(each)]})
			}
		}
		for range each {
			workload, token, escape := l.g.Vertex(), l.g.Vertex(), l.g.Vertex()
			l.sources = append(l.sources, workload)
			l.add(edge{From: pods, To: workload, Cost: 1})
			l.add(edge{From: workload, To: token})
			l.add(edge{From: token, To: mine[r.IntN(each)], Cost: 1})
			if r.IntN(40) == 0 {
				l.add(edge{From: workload, To: escape})
			}
			for range 3 {
				node := nodes[r.IntN(len(nodes))]
				l.add(edge{From: escape, To: node, Cost: 2})
				l.add(edge{From: node, To: token, Cost: 1})
			}
		}
		if n%100 == 0 {
			l.add(edge{From: accounts[r.IntN(len(accounts))], To: allAccounts, Cost: 3})
		}
	}
	return l
}

func both(b *testing.B, f func(b *testing.B, l *large)) {
	for name, build := range map[string]func() *large{"shaped": shaped, "scattered": func() *large { return scattered(200_000, 600_000) }} {
		b.Run(name, func(b *testing.B) {
			l := build()
			b.ReportAllocs()
			b.ResetTimer()
			f(b, l)
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		vertices, _ := l.g.Len()
		var before, after runtime.MemStats
		for b.Loop() {
			runtime.GC()
			runtime.ReadMemStats(&before)
			g := digraph.New()
			for range vertices {
				g.Vertex()
			}
			for _, e := range l.edges {
				g.Add(e)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-held")
			runtime.KeepAlive(g)
		}
		b.ReportMetric(float64(vertices), "vertices")
		b.ReportMetric(float64(len(l.edges)), "edges")
	})
}

func BenchmarkClone(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		for b.Loop() {
			l.g.Clone()
		}
	})
}

func BenchmarkToward(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		for b.Loop() {
			s := l.g.Toward(l.goals...)
			s.Close()
		}
	})
}

func BenchmarkFrom(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		for i := 0; b.Loop(); i++ {
			s := l.g.From(nil, l.sources[i%len(l.sources)])
			s.Close()
		}
	})
}

// One edge goes and comes back, with four searches that look on.
func BenchmarkUpdate(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		r := rand.New(rand.NewPCG(7, 8))
		searches := []*digraph.Search{
			l.g.Toward(l.goals...), l.g.Toward(l.sources[:10]...), l.g.From(nil, l.sources[5]), l.g.From(nil, l.sources...),
		}
		changed := 0
		update := func() {
			for _, s := range searches {
				changed += len(s.Update())
			}
		}
		update()
		changed = 0
		for b.Loop() {
			e := l.edges[r.IntN(len(l.edges))]
			l.g.Drop(e)
			update()
			l.g.Add(e)
			update()
		}
		b.ReportMetric(float64(changed)/float64(b.N), "changed/op")
		for _, s := range searches {
			s.Close()
		}
	})
}

func BenchmarkOnly(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		for b.Loop() {
			b.ReportMetric(float64(len(l.g.Only(l.sources, l.goals))), "vertices")
		}
	})
}

func BenchmarkWithout(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		for b.Loop() {
			b.ReportMetric(float64(len(l.g.Without(l.sources, l.goals, func(v vertex) bool { return v%1000 == 1 }))), "sources")
		}
	})
}

func BenchmarkCut(b *testing.B) {
	prices := map[string]func(vertex) uint64{
		"one":  func(v vertex) uint64 { return 1 },
		"few":  func(v vertex) uint64 { return uint64(v % 3) },
		"many": func(v vertex) uint64 { return 1 + uint64(v)*7919%97 },
	}
	for name, price := range prices {
		b.Run(name, func(b *testing.B) {
			both(b, func(b *testing.B, l *large) {
				goals := append([]vertex{}, l.goals...)
				for v := range vertex(3000) {
					goals = append(goals, 150_000+v)
				}
				for b.Loop() {
					cut, _ := l.g.Cut(l.sources, goals, func(v vertex) uint64 {
						if v < 4 {
							return 0
						}
						return price(v)
					})
					b.ReportMetric(float64(len(cut)), "vertices")
				}
			})
		})
	}
}

func BenchmarkRoutes(b *testing.B) {
	both(b, func(b *testing.B, l *large) {
		s := l.g.Toward(l.goals...)
		var from []vertex
		for _, v := range l.sources {
			if _, ok := s.Cost(v); ok {
				from = append(from, v)
			}
		}
		take := func(b *testing.B, k int, routes func(from vertex) func(func([]edge) bool)) {
			for i := 0; b.Loop(); i++ {
				n := 0
				for range routes(from[i*7919%len(from)]) {
					if n++; n == k {
						break
					}
				}
			}
		}
		b.Run("10", func(b *testing.B) {
			take(b, 10, func(v vertex) func(func([]edge) bool) { return l.g.Routes(v, l.goals, byMeaning) })
		})
		b.Run("10-by-search", func(b *testing.B) {
			take(b, 10, func(v vertex) func(func([]edge) bool) { return s.Routes(v, byMeaning) })
		})
		b.Run("100-by-search", func(b *testing.B) {
			take(b, 100, func(v vertex) func(func([]edge) bool) { return s.Routes(v, byMeaning) })
		})
		b.Run("first", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				l.g.Route(from[i*7919%len(from)], s, byMeaning)
			}
		})
	})
}
