package network

import "canopy/model/cluster"

// Rebuild builds everything anew, as happens when there is too much litter.
func (a *Analyser) Rebuild(c *cluster.Cluster) { a.rebuild(c) }
