package networktest

import (
	"testing"
)

// row is one row of the table of semantics, in the smallest cluster that shows it.
type row struct {
	number int
	name   string
	// network holds NetworkPolicies as "NAMESPACE SPEC", cluster ClusterNetworkPolicies.
	network, cluster []string
	prepare          func(w *World)
	checks           []string
	// also looks at what only the analyser says.
	also func(t *testing.T, w *World, b *bench)
}

// TestRows goes through every row of the table of semantics. Each is judged by the reference and by the analyser; policies of
// the cluster also in v1alpha1.
func TestRows(t *testing.T) {
	last := 0
	for _, r := range rows() {
		if r.number != last && r.number != last+1 {
			t.Errorf("row %d comes after row %d", r.number, last)
		}
		last = r.number
		t.Run(r.title(), func(t *testing.T) {
			w := scene()
			w.network(t, r.network...)
			w.clusterwide(t, r.cluster...)
			if r.prepare != nil {
				r.prepare(w)
			}
			if len(r.checks) == 0 && r.also == nil {
				t.Error("nothing is asserted")
			}
			worlds := map[string]*World{"": w}
			if len(w.Cluster) > 0 {
				worlds[" v1alpha1"] = w.older()
			}
			for version, world := range worlds {
				for name, j := range judges(t, world) {
					for _, text := range r.checks {
						check(t, world, name+version, j, text)
					}
				}
			}
			if b, ok := judges(t, w)["analyser"].(*bench); ok && r.also != nil {
				r.also(t, w, b)
			}
		})
	}
	if last != 48 {
		t.Errorf("the last row is %d", last)
	}
}

// rows lists them in the order of the table; some take more than one.
func rows() []row {
	var list []row
	for _, part := range [][]row{selectionRows(), peerRows(), addressRows(), portRows(), hostRows(), lifeRows(), exposureRows(), tierRows(), limitRows()} {
		list = append(list, part...)
	}
	return list
}
