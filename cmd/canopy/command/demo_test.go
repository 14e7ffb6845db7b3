package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
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

// TestFixInDemo applies a fix in the demo as the plan screen does, and takes it back.
func TestFixInDemo(t *testing.T) {
	r := &run{streams: Streams{Logs: NewLogs(), Err: new(strings.Builder)}}
	s, player, err := r.beginDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	report, err := s.engine.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{session: s, run: r, pause: player.Pause}
	d.Pause(true)
	if err := d.Writable(); err != nil {
		t.Fatal(err)
	}
	finding, err := named(report, "PS01/ci/Deployment/runner")
	if err != nil {
		t.Fatal(err)
	}
	fix, err := d.Fix(t.Context(), []*model.Finding{finding})
	if err != nil {
		t.Fatal(err)
	}
	trial, err := d.Climb(t.Context(), fix.Plan, model.RungSyntheticPod, nil)
	if err != nil || model.Highest(trial.Checks) < model.RungDryRun {
		t.Fatalf("%v: %+v", err, trial)
	}
	applied, err := d.CarryOut(t.Context(), fix.Plan, trial, closedBy(fix), nil)
	if err != nil || len(applied.Remaining) > 0 || model.Highest(applied.Checks) != model.RungVerified {
		t.Fatalf("%v: %+v", err, applied)
	}
	path := filepath.Join(t.TempDir(), "undo.yaml")
	if err := d.ExportUndo(path, applied.Undo); err != nil {
		t.Fatal(err)
	}
	if err := d.ExportUndo(path, applied.Undo); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v", err, info)
	}
	undo, err := readUndo(path)
	if err != nil || undo.Context != demoName {
		t.Fatalf("%v: %+v", err, undo)
	}
	if _, err := d.CarryOut(t.Context(), undo.Plan, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if s.engine.Report().Findings.Get(finding.ID) != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if s.engine.Report().Findings.Get(finding.ID) == nil {
		t.Error("the finding is not back")
	}
	s.barred = errReadOnly
	if _, err := d.Climb(t.Context(), fix.Plan, model.RungSyntheticPod, nil); !errors.Is(err, errReadOnly) || !errors.Is(d.Writable(), errReadOnly) {
		t.Error(err)
	}
	if _, err := d.CarryOut(t.Context(), fix.Plan, nil, nil, nil); !errors.Is(err, errReadOnly) {
		t.Error(err)
	}
}
