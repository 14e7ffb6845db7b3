package engine

import (
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// rebuild judges the whole cluster anew. It is the batch form of what apply does step by step, and must come to the same.
// Nothing of it is a change of the cluster, so the edits stay.
func (e *Engine) rebuild() {
	old, quiet := e.cluster, e.quiet
	e.quiet, e.held = true, true
	e.cluster, e.access, e.findings = cluster.New(), rbac.New(), newFindings()
	e.begin()
	e.serve()
	for _, cov := range old.Coverage() {
		e.cover(cov)
	}
	for _, gk := range old.Kinds() {
		for _, r := range old.Sorted(gk) {
			if e.leaving() {
				return
			}
			e.apply(model.Put(r))
		}
	}
	e.reach, e.running, e.runningAt = nil, nil, 0
	e.held = false
	e.flush()
	e.reaching.network.Track(e.settled)
	e.inventory = e.inventory.rebuilt(e.cluster)
	e.states, e.dirty, e.quiet = nil, true, quiet
}
