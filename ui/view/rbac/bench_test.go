package rbac_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	access "canopy/analysis/rbac"
	"canopy/analysis/rbac/rbactest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/rbac"
	"canopy/ui/view/viewtest"
)

// large gives a session on 4,491 RoleBindings and 3,000 accounts. The objects are made by the tests of analysis/rbac.
func large(b testing.TB) *viewtest.Session {
	b.Helper()
	session := viewtest.New(b)
	for _, o := range rbactest.Large(1) {
		r, err := record.Make(o)
		if err != nil {
			b.Fatal(err)
		}
		session.Change(model.Put(r))
	}
	session.Complete()
	return session
}

// BenchmarkLarge measures, on a large cluster, how long it takes to open the screen, to go on where one binding has changed or
// nothing, how long the writer is kept, and from a key until the screen is drawn (µs) and all is drawn that is made outside
// the loop (µs-all).
func BenchmarkLarge(b *testing.B) {
	session := large(b)
	look := shared(session)
	from := session.Snapshot()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s := &stage{Screen: rbac.New(look, &rbac.Keeper{}), t: b, session: session, shared: look}
			s.Resize(200, 60)
			s.run(s.Show(from))
		}
	})
	b.Run("writer", func(b *testing.B) {
		slow := &watched{Session: session}
		watchedLook := *look
		watchedLook.Session = slow
		for b.Loop() {
			s := &stage{Screen: rbac.New(&watchedLook, &rbac.Keeper{}), t: b, session: session, shared: &watchedLook}
			s.Resize(200, 60)
			s.run(s.Show(from))
		}
		b.ReportMetric(float64(slow.most.Microseconds()), "µs-most")
	})
	kept := &rbac.Keeper{}
	s := show(session, b, look, rbac.New(look, kept), 200, 60)
	b.Run("same", func(b *testing.B) {
		last := from
		for b.Loop() {
			next := *last.Report
			next.Sequence++
			last = last.Next(&next, nil)
			s.run(s.Show(last))
		}
	})
	b.Run("changed", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			session.Apply(viewtest.Objects(b, []byte(fmt.Sprintf("{apiVersion: v1, kind: ServiceAccount, metadata: {name: changing, namespace: team-1, uid: u%d, labels: {a: b%d}}}", i, i)))...)
			next := session.Snapshot()
			b.StartTimer()
			s.run(s.Show(next))
		}
	})
	b.Run("key", func(b *testing.B) {
		var drawn, done time.Duration
		n := 0
		moves := []keys.Action{keys.Down, keys.PageDown, keys.Last, keys.Up, keys.First}
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
	b.Run("turn", func(b *testing.B) {
		for b.Loop() {
			s.run(s.Do(keys.Turn))
			s.View()
		}
	})
	b.Run("who-can", func(b *testing.B) {
		for b.Loop() {
			w := show(session, b, look, rbac.NewWhoCan(look, kept, "get secrets"), 200, 60)
			w.View()
		}
	})
	b.Run("expand", func(b *testing.B) {
		s.run(s.Screen.(view.Filtered).SetFilter("sev:critical"))
		for b.Loop() {
			s.run(s.Do(keys.Expand))
			s.View()
		}
	})
}

// watched notes how long the writer is kept at the most.
type watched struct {
	*viewtest.Session
	most time.Duration
}

// Ask measures what is asked.
func (w *watched) Ask(ctx context.Context, f func(*cluster.Cluster, *access.Analyser, string)) error {
	return w.Session.Ask(ctx, func(c *cluster.Cluster, a *access.Analyser, server string) {
		start := time.Now()
		f(c, a, server)
		w.most = max(w.most, time.Since(start))
	})
}
