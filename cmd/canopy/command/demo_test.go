package command

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"canopy/cmd/canopy/demo"
	"canopy/model"
	"canopy/model/cluster"
)

// TestDemoPlays opens the demo as the dashboard does: the first report is that of the cluster at rest, then what happens
// in it comes as changes, on the demo's own clock, unless it is paused.
func TestDemoPlays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &run{streams: Streams{Logs: NewLogs()}}
		s, player, err := r.beginDemo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		first, err := s.engine.Settle(t.Context())
		if err != nil || first.Findings.Len() == 0 || first.Time.Sub(demo.Start) > time.Second {
			t.Fatalf("%v: %d findings at %s", err, first.Findings.Len(), first.Time)
		}
		bound := func() bool {
			synctest.Wait()
			there := false
			if err := s.engine.Read(context.Background(), func(c *cluster.Cluster) {
				there = c.Get(model.KindByName("RoleBinding").Ref("shop", "ci")) != nil
			}); err != nil {
				t.Fatal(err)
			}
			return there
		}
		time.Sleep(30 * time.Second)
		player.Pause(true)
		if bound() {
			t.Error("the binding is there too early")
		}
		time.Sleep(time.Hour)
		if bound() {
			t.Error("the binding came during the pause")
		}
		player.Pause(false)
		time.Sleep(10 * time.Second)
		if !bound() {
			t.Error("the binding did not come")
		}
	})
}
