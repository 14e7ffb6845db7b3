package minimal

import (
	"os"
	"testing"

	"canopy/analysis/network/networktest"
	"canopy/model"
	"canopy/model/cluster"
)

// settled is a cluster of a layout.
func settled(l networktest.Layout) *cluster.Cluster {
	c := cluster.New()
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for r := range l.Records() {
		c.Apply(model.Put(r))
	}
	return c
}

// BenchmarkPropose makes the policies of one namespace of a cluster with 20,000 pods, from nothing but the cluster, and once
// more with what the survey knows. CANOPY_LARGE=1 takes 150,000 pods.
func BenchmarkPropose(b *testing.B) {
	l := networktest.Owned(20_000)
	if os.Getenv("CANOPY_LARGE") != "" {
		l = networktest.Large()
	}
	c := settled(l)
	q := Question{Namespace: networktest.Namespace(0), Acts: both()}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := Look(c).Propose(q); err != nil {
				b.Fatal(err)
			}
		}
	})
	s := Look(c)
	if _, err := s.Propose(q); err != nil {
		b.Fatal(err)
	}
	b.Run("next", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Propose(q); err != nil {
				b.Fatal(err)
			}
		}
	})
}
