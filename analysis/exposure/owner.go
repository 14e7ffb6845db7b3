package exposure

import (
	"canopy/model"
	"canopy/model/cluster"
)

// Owners gives the top owners of the pods to which a way leads. It looks at every way.
func (a *Analyser) Owners(c *cluster.Cluster) map[model.Ref]bool {
	owners := map[model.Ref]bool{}
	for p := range a.Exposed(c) {
		owners[c.TopOwner(p)] = true
	}
	return owners
}
