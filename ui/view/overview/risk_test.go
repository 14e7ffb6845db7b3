package overview_test

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestOtherNamespacesAreNoMovement chooses namespaces: the lower figure is that of less, and says so.
func TestOtherNamespacesAreNoMovement(t *testing.T) {
	session := viewtest.Cluster(t)
	whole := busy(session)
	part := whole.Next(whole.Report, view.NewNamespaces([]string{"shop"}))
	if part.Risk >= whole.Risk || len(part.Trend) != 1 {
		t.Fatalf("risk %d of %d, trend %v", part.Risk, whole.Risk, part.Trend)
	}
	s := open(t, session.Shared(), part, 120, 35)
	line, _, _ := strings.Cut(plain(s), "\n")
	if !strings.Contains(line, "only shop") || strings.ContainsAny(line, "▼▲") {
		t.Errorf("the risk is %q", line)
	}
	if again := part.Next(whole.Report, view.NewNamespaces([]string{"shop"})); len(again.Trend) != 1 {
		t.Errorf("the trend of the same namespaces is %v", again.Trend)
	}
	if back := part.Next(whole.Report, nil); len(back.Trend) != 1 || back.Trend[0].Risk != whole.Risk {
		t.Errorf("the trend of all namespaces is %v", back.Trend)
	}
}

// TestSmallMovementsAreTold adds a finding that does not move the figure.
func TestSmallMovementsAreTold(t *testing.T) {
	session := viewtest.Cluster(t)
	before := session.Snapshot()
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: ape, namespace: shop, uid: ape}, spec: {containers: [{name: a, image: a}]}}"))...)
	after := before.Next(session.Report(), nil)
	if before.Risk != after.Risk || before.Score == after.Score {
		t.Fatalf("risk %d and %d of %v and %v", before.Risk, after.Risk, before.Score, after.Score)
	}
	got := plain(open(t, session.Shared(), after, 120, 35))
	if line, _, _ := strings.Cut(got, "\n"); !strings.Contains(line, "▲3 H since 14:00") || strings.Contains(line, "unchanged") {
		t.Errorf("the risk is %q", line)
	}
}

func TestAFileDoesNotChange(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Identify(model.SourceInfo{Type: "capture", Name: "cluster.yaml"})
	session.Apply()
	got := plain(open(t, session.Shared(), session.Snapshot(), 120, 35))
	if !strings.Contains(got, "a file does not change") || strings.Contains(got, "since") {
		t.Errorf("a file is shown as if it could change:\n%s", got)
	}
}

// TestHintIsPartOfSubject compares what is asked often with what is asked once.
func TestHintIsPartOfSubject(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), busy(session), 120, 35)
	for range 4 {
		for range 8 {
			hint, subject := s.Hint(), s.Subject()
			if hint.Object != subject.Object || len(hint.Names) != len(subject.Names) || len(hint.Findings) != min(1, len(subject.Findings)) || hint.Finding() != subject.Finding() {
				t.Errorf("the hint is %+v of %+v", hint, subject)
			}
			run(t, s, s.Do(keys.Down))
		}
		press(t, s, keys.NextPane)
	}
}

// TestWhatIsNotEvaluatedIsTold holds that an edit without findings is not read as harmless.
func TestWhatIsNotEvaluatedIsTold(t *testing.T) {
	session := viewtest.Cluster(t)
	snapshot := attacked(busy(session), nil)
	snapshot.Report.Edits[1].Object = model.KindByName("ServiceAccount").Ref("shop", "web")
	for _, size := range [][2]int{{80, 24}, {120, 35}, {200, 50}} {
		s := open(t, session.Shared(), snapshot, size[0], size[1])
		if got := plain(s); !strings.Contains(got, "? not evaluated in this version") || !strings.Contains(got, "image 1.4") {
			t.Errorf("%v: it lacks what the sign means, or what changed:\n%s", size, got)
		}
		press(t, s, keys.NextPane, keys.Down)
		if got := strings.Join(strings.Fields(plain(s)), " "); !strings.Contains(got, "its effect is") {
			t.Errorf("%v: it does not say what is not evaluated:\n%s", size, plain(s))
		}
	}
}

// TestTheFormulaIsOnTheScreen looks for how the risk is counted, at once where there is room, else in the coverage.
func TestTheFormulaIsOnTheScreen(t *testing.T) {
	session := viewtest.Cluster(t)
	for _, size := range [][2]int{{80, 30}, {120, 35}, {200, 50}, {120, 20}} {
		s := open(t, session.Shared(), session.Snapshot(), size[0], size[1])
		if size[1] < 30 {
			press(t, s, keys.NextPane, keys.NextPane, keys.NextPane)
		}
		if got := plain(s); strings.Count(got, "four fifths of the risk") != 1 || strings.Contains(got, "formula") {
			t.Errorf("%v: the formula is not there once:\n%s", size, got)
		}
	}
}
