package node

import (
	"slices"
	"strings"
	"testing"

	"canopy/cmd/canopy/demo"
	"canopy/model"
	"canopy/model/record"
)

// TestDemo finds on the nodes of the demo what was left there to be found, and nothing on those that are well kept.
func TestDemo(t *testing.T) {
	objects, err := demo.Objects(demo.Start)
	if err != nil {
		t.Fatal(err)
	}
	w := newWard(t, "v1.37.2")
	w.clock.at = demo.Start
	for _, o := range objects {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			// Kinds that nobody reads.
			continue
		}
		w.take(model.Put(r))
	}
	w.flush()
	var got []string
	for _, s := range w.short() {
		if !strings.HasPrefix(s, "VP03") {
			got = append(got, s)
		}
	}
	want := []string{"VP04 Node/n5 high", "VP05 Node/n5 high", "VP07 Node/n5 medium", "VP07 Node/n6 medium"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, f := range w.out.findings {
		if f.Rule.ID == "VP03" && f.Object.Name != "n5" {
			t.Errorf("%s: %s %v", f.ID, f.Reason, f.Proof.Evidence())
		}
	}
	for node, topics := range map[string][]Topic{"n5": {Skew, Support, Patch, Runtime, OS, Drift, CGroup}, "n6": {Drift, Reboot}} {
		for _, topic := range topics {
			if v := w.verdict(node, topic); v.State != Due && v.State != Overdue {
				t.Errorf("%s: %+v", node, v)
			}
		}
	}
	for _, node := range []string{"n1", "n2", "n3", "n4"} {
		if worst := w.a.Node(node).Worst(); worst != NoData {
			t.Errorf("%s is %s: %+v", node, worst, w.a.Node(node).Verdicts)
		}
	}
	if p := w.a.Plane(); p.Hidden || len(p.Parts) != 9 || len(p.Findings) != 0 {
		t.Errorf("plane %+v", p)
	}
}
