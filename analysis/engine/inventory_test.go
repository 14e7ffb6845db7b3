package engine

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"canopy/model"
)

// inventoryOf lists what the inventory of an engine must hold, the slow way.
func inventoryOf(e *Engine) []model.Record {
	var list []model.Record
	for _, kind := range []string{"Namespace", "Node", "Pod", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob", "ReplicationController"} {
		list = append(list, e.cluster.Sorted(model.KindByName(kind).GroupKind())...)
	}
	slices.SortFunc(list, func(a, b model.Record) int { return a.Ref().Compare(b.Ref()) })
	return list
}

func checkInventory(t *testing.T, e *Engine, when string) {
	t.Helper()
	set, want := e.Report().Inventory, inventoryOf(e)
	got := slices.Collect(set.All())
	if len(got) != len(want) || set.Len() != len(want) {
		t.Fatalf("%s: the inventory holds %d (Len %d), the cluster %d", when, len(got), set.Len(), len(want))
	}
	for i, r := range want {
		// What changed only in what nobody reads may be the older record.
		if got[i].Ref() != r.Ref() || !got[i].Same(r) {
			t.Fatalf("%s: entry %d is %v, want %v as the cluster holds it", when, i, got[i].Ref(), r.Ref())
		}
		ref := r.Ref()
		ref.Version = "v1beta1"
		if set.Get(r.Ref()) != got[i] || set.Get(ref) != got[i] {
			t.Fatalf("%s: Get does not find %v", when, r.Ref())
		}
	}
	for _, ref := range []model.Ref{model.KindByName("Pod").Ref("shop", "nowhere"), model.KindByName("Secret").Ref("shop", "a"), {Group: "x", Kind: "Pod", Name: "a"}} {
		if r := set.Get(ref); r != nil {
			t.Fatalf("%s: Get(%v) gives %v", when, ref, r.Ref())
		}
	}
}

// TestInventoryEqualsCluster drives random changes and random what-ifs, and rebuilds now and then.
func TestInventoryEqualsCluster(t *testing.T) {
	w := newWorld(t, 11)
	e := newTestEngine(t)
	for _, c := range complete() {
		e.cover(c)
	}
	tried := 0
	seen := map[uint64]string{}
	for step := range 4000 {
		e.apply(w.change())
		if step%7 != 0 {
			continue
		}
		e.publish()
		checkInventory(t, e, fmt.Sprint("step ", step))
		before := e.Report()
		text := listInventory(before)
		if old, ok := seen[before.Inventory.Version()]; ok && old != text {
			t.Fatalf("step %d: version %d was another set before", step, before.Inventory.Version())
		}
		seen[before.Inventory.Version()] = text
		if step%21 == 0 && step > 500 {
			if _, err := e.whatIf(w.plan(e)); err == nil {
				tried++
			}
			e.publish()
			if e.Report().Inventory != before.Inventory {
				t.Fatalf("step %d: a what-if changed the inventory", step)
			}
			checkInventory(t, e, fmt.Sprint("what-if at step ", step))
		}
		if step%700 == 0 {
			e.rebuild()
			e.publish()
			checkInventory(t, e, fmt.Sprint("rebuild at step ", step))
			if listInventory(e.Report()) != text {
				t.Fatalf("step %d: rebuilding changed the inventory", step)
			}
		}
	}
	if tried < 50 || len(seen) < 100 {
		t.Fatalf("only %d what-ifs ran, and %d sets were seen", tried, len(seen))
	}
}

// listInventory tells all that an inventory says, but for what nobody reads.
func listInventory(r *model.Report) string {
	text := ""
	for rec := range r.Inventory.All() {
		text += fmt.Sprintln(rec.Ref(), rec.GetUID(), rec.GetCreationTimestamp(), rec.GetLabels())
		for _, o := range rec.GetOwnerReferences() {
			text += fmt.Sprintln(o.Kind, o.Name, o.UID)
		}
	}
	return text
}

func TestPublishedInventoryAndEditsNeverChange(t *testing.T) {
	w := newWorld(t, 12)
	s := newScene(t)
	s.settle()
	type held struct {
		report *model.Report
		text   string
	}
	tell := func(r *model.Report) string { return listInventory(r) + fmt.Sprint(r.Edits, r.EditsDropped) }
	var all []held
	for range 60 {
		for range 25 {
			s.engine.apply(w.change())
			s.clock.pass(w.IntN(3))
		}
		s.engine.publish()
		all = append(all, held{s.engine.Report(), tell(s.engine.Report())})
	}
	for i, h := range all {
		if tell(h.report) != h.text {
			t.Fatalf("report %d changed after it was published", i)
		}
	}
	if last := s.engine.Report(); len(last.Edits) != kept || last.EditsDropped == 0 {
		t.Errorf("%d edits and %d dropped: the bound was not reached", len(last.Edits), last.EditsDropped)
	}
}

// TestInventoryIsShared holds that a report in which nothing changed has the very inventory of the one before.
func TestInventoryIsShared(t *testing.T) {
	s := newScene(t)
	s.put(nodeOf("n1", "v1.36.0", true, 0))
	s.settle()
	before := s.engine.Report().Inventory
	s.put(role("shop", "reader", "get"))
	s.put(nodeOf("n1", "v1.36.0", true, 0))
	s.publish()
	if now := s.engine.Report().Inventory; now != before {
		t.Errorf("version %d became %d though nothing changed", before.Version(), now.Version())
	}
	s.put(nodeOf("n1", "v1.36.0", false, 0))
	s.publish()
	if now := s.engine.Report().Inventory; now.Version() == before.Version() {
		t.Error("the version did not change with a node")
	}
}

// TestReadersNeedNoLock reads reports while the writer goes on; the race detector says whether that is safe.
func TestReadersNeedNoLock(t *testing.T) {
	e := newTestEngine(t)
	ctx := start(t, e)
	e.Cover(complete()...)
	if _, err := e.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r := e.Report()
				n := 0
				for rec := range r.Inventory.All() {
					if r.Inventory.Get(rec.Ref()) != rec {
						t.Error("the set does not find what it holds")
					}
					n++
				}
				if n != r.Inventory.Len() {
					t.Errorf("%d records of %d", n, r.Inventory.Len())
				}
				_ = fmt.Sprint(r.Edits)
			}
		})
	}
	w := newWorld(t, 13)
	for range 2000 {
		e.Change(w.change())
	}
	r, err := e.Settle(ctx)
	close(done)
	readers.Wait()
	if err != nil || r.Inventory.Len() == 0 || len(r.Edits) == 0 {
		t.Errorf("%d records, %d edits, %v", r.Inventory.Len(), len(r.Edits), err)
	}
}

// BenchmarkInventory measures what the inventory of ten thousand pods with their owners holds on to by itself.
func BenchmarkInventory(b *testing.B) {
	e := loaded(b, 10000)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		i := newInventory(0).rebuilt(e.cluster)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-heap")
		runtime.KeepAlive(i)
	}
}
