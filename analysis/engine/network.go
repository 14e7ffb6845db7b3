package engine

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/plugin"
	"canopy/model"
	"canopy/model/cluster"
)

// reaching holds the analysers of who can talk to whom. They rest on each other and on nothing else, and are worked out
// together.
type reaching struct {
	network  *network.Analyser
	ways     *exposure.Analyser
	standIns standIns
	// surroundings tells that the network plug-in, or policies that only it understands, may be others than they were.
	surroundings bool
}

func newReaching() reaching {
	return reaching{network: network.New(), ways: exposure.New(), standIns: standIns{}, surroundings: true}
}

// update notes a change.
func (r *reaching) update(c *cluster.Cluster, d cluster.Delta) {
	r.surroundings = r.surroundings || plugin.Touches(d)
	r.network.Update(c, d)
	r.ways.Update(c, d)
}

// flush works out what follows from all that was noted.
func (r *reaching) flush(c *cluster.Cluster) (network.Delta, exposure.Delta) {
	if r.surroundings {
		r.surroundings = false
		r.network.Surroundings(plugin.Detect(c))
	}
	return r.network.Flush(c), r.ways.Flush(c)
}

// AskNetwork calls f with the cluster, who reaches whom in it, and the ways in from outside, on the writer: f must keep none
// of them, nor change them, and holds up everything else while it runs.
func (e *Engine) AskNetwork(ctx context.Context, f func(c *cluster.Cluster, net *network.Analyser, ways *exposure.Analyser)) error {
	return e.do(ctx, func() { f(e.cluster, e.reaching.network, e.reaching.ways) })
}

// covered takes the coverage of a kind.
func (r *reaching) covered(c *cluster.Cluster, gk schema.GroupKind) {
	r.surroundings = r.surroundings || plugin.Concerns(gk)
	r.network.Covered(c, gk)
}

// spokenOf lists the kinds of which the coverage of a kind tells: once the definitions of kinds were read it is known which
// optional kinds there are, and so that there is nothing of the others.
func spokenOf(gk schema.GroupKind) []schema.GroupKind {
	kinds := []schema.GroupKind{gk}
	if gk.Kind != "CustomResourceDefinition" {
		return kinds
	}
	for _, k := range model.OptionalKinds() {
		kinds = append(kinds, k.GroupKind())
	}
	return kinds
}
