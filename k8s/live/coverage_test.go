package live

import (
	"testing"

	"canopy/model"
)

func TestCoverageOfFaults(t *testing.T) {
	busy, denied := fault{kind: faultBusy, reason: "busy"}, fault{kind: faultDenied}
	broken, login, absent := fault{kind: faultBroken, reason: "broken"}, fault{kind: faultLogin, reason: "login"}, fault{kind: faultAbsent, reason: "absent"}
	for _, c := range []struct {
		name   string
		read   bool
		faults []fault
		state  model.CoverState
		stale  bool
		reason string
	}{
		{"broken at the start", false, []fault{broken}, model.Loading, true, "broken"},
		{"busy at the start", false, []fault{busy}, model.Loading, true, "busy"},
		{"login at the start", false, []fault{login}, model.Denied, false, "login"},
		{"denied at the start", false, []fault{denied}, model.Denied, false, "listing pods in all namespaces is not permitted; -n NAMESPACE reads more"},
		{"denied, then broken, then denied", false, []fault{denied, broken, denied}, model.Denied, false, "listing pods in all namespaces is not permitted; -n NAMESPACE reads more"},
		{"absent", false, []fault{absent}, model.Absent, false, "absent"},
		{"broken later", true, []fault{broken}, model.Complete, true, "broken"},
		{"login later", true, []fault{login}, model.Complete, true, "login"},
		{"denied later", true, []fault{denied}, model.Partial, true, "no longer permitted: listing pods in all namespaces is not permitted; -n NAMESPACE reads more"},
		{"denied later, then broken", true, []fault{denied, broken}, model.Partial, true, "broken"},
		{"absent later", true, []fault{absent}, model.Partial, true, "no longer served by this server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, sink := testFeed(t)
			if c.read {
				f.whole()
			}
			for _, x := range c.faults {
				f.failed(x)
			}
			if got := sink.coverage("Pod", ""); got.State != c.state || got.Stale != c.stale || got.Reason != c.reason {
				t.Errorf("got %+v", got)
			}
			f.whole()
			if got := sink.coverage("Pod", ""); got.State != model.Complete || got.Stale || got.Reason != "" {
				t.Errorf("afterwards %+v", got)
			}
			select {
			case <-f.known:
			default:
				t.Error("not known")
			}
		})
	}
}
