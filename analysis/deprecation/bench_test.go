package deprecation

import (
	"fmt"
	"testing"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// crowd makes pods of which few run what is given up.
func crowd(b *testing.B, n int) []model.Record {
	plain, given := read(b, pod("p", "", "nginx:1")).(*record.Pod), read(b, pod("p", "", nginx)).(*record.Pod)
	list := make([]model.Record, 0, n)
	for i := range n {
		of := plain
		if i%1000 == 0 {
			of = given
		}
		p := of.DeepCopyObject().(*record.Pod)
		p.Name = fmt.Sprintf("p-%d", i)
		list = append(list, p)
	}
	return list
}

// BenchmarkUses measures how long 100,000 pods take to be read at once.
func BenchmarkUses(b *testing.B) {
	list := crowd(b, 100_000)
	court := newCourt(b, "v1.37.2")
	for _, r := range list {
		court.c.Apply(model.Put(r))
	}
	b.ReportAllocs()
	for b.Loop() {
		a := court.analyser()
		for _, r := range list {
			a.Update(court.c, cluster.Delta{Ref: r.Ref(), New: r})
		}
		a.Flush(court.c, &ledger{b, map[string]*model.Finding{}})
	}
}

// BenchmarkUse measures a change of one of them that concerns nothing here, and one that does.
func BenchmarkUse(b *testing.B) {
	list := crowd(b, 100_000)
	court := newCourt(b, "v1.37.2")
	for _, r := range list {
		court.take(model.Put(r))
	}
	court.flush()
	for _, c := range []struct {
		name string
		pod  int
	}{{"plain", 1}, {"given-up", 1000}} {
		b.Run(c.name, func(b *testing.B) {
			old := list[c.pod].(*record.Pod)
			now := old.DeepCopyObject().(*record.Pod)
			now.Created++
			b.ReportAllocs()
			for b.Loop() {
				court.take(model.Put(now))
				court.flush()
				old, now = now, old
			}
		})
	}
}
