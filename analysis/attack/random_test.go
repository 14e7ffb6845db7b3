package attack

import (
	"os"
	"testing"

	"canopy/model"
)

// changes throws changes to a town: mostly of objects, at times of what was seen, or of the version.
func (d *dice) change(s *town) {
	switch n := d.IntN(60); {
	case n == 0:
		s.serve(d.of("", "v1.30.1", "v1.34.0", "v1.37.2"))
	case n < 3:
		kind := d.of("ServiceAccount", "Secret", "Pod", "Node", "Namespace", "Service", "ClusterRole", "ConfigMap", "Deployment")
		cov := model.Coverage{Kind: model.KindByName(kind).GroupKind(), State: model.CoverState(d.of("complete", "complete", "denied"))}
		if d.one(3) && kind != "Node" && kind != "Namespace" && kind != "ClusterRole" {
			cov.Namespace = d.space()
			cov.State = model.CoverState(d.of("complete", "denied", ""))
		}
		s.cover(cov)
	default:
		r := recordOf(s.t, d.object())
		if d.one(4) {
			s.take(model.Drop(r.Ref()))
		} else {
			s.take(model.Put(r))
		}
	}
}

var marked = []string{"a/Secret/x1", "Node/n2", "sa:b/s2", "a/Deployment/web", "b/Pod/p1", "Namespace/a", "aws:arn:aws:iam::1:role/x", "user:u2", "kube-system/ReplicaSet/web-1"}

// TestIncremental holds that a graph which went through changes says the same as one that is drawn anew, and that nothing of what is gone is
// left in it.
func TestIncremental(t *testing.T) {
	law := readLaw(t)
	changes, every := 10_000, 20
	if os.Getenv("CANOPY_LONG") != "" {
		changes, every = 100_000, 5
	}
	const rounds = 10
	for round := range uint64(rounds) {
		d := newDice(round+1, "a", "b", "kube-system")
		s := law.town(t, marked...).complete("v1.37.2")
		empty := s.flush().a.account()
		for i := range changes / rounds {
			d.change(s)
			if d.one(3) {
				continue
			}
			s.flush()
			if i%every > 2 {
				continue
			}
			if diff := differ(s.a.account(), s.again().a.account()); diff != "" {
				t.Fatalf("round %d, change %d: what was kept up differs from what was drawn anew:\n%s", round, i, diff)
			}
		}
		for _, gk := range s.w.Cluster.Kinds() {
			for _, r := range s.w.Cluster.Sorted(gk) {
				s.take(model.Drop(r.Ref()))
			}
		}
		for _, cov := range s.w.Cluster.Coverage() {
			cov.State = model.Complete
			s.cover(cov)
		}
		s.serve("v1.37.2").flush()
		if diff := differ(s.a.account(), empty); diff != "" {
			t.Fatalf("round %d: of all that is gone there is left:\n%s", round, diff)
		}
	}
}
