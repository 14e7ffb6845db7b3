package engine

import (
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/segmentation"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
)

// rebuild judges the whole cluster anew. It is the batch form of what apply does step by step, and must come to the same.
// Nothing of it is a change of the cluster, so the edits stay.
func (e *Engine) rebuild() {
	old, quiet := e.cluster, e.quiet
	e.quiet, e.held = true, true
	rules := map[string]*model.Rule{}
	for _, r := range e.rules {
		rules[r.ID] = r
	}
	e.cluster, e.access, e.workload, e.findings = cluster.New(), rbac.New(), workload.New(rules, e.clock), newFindings()
	e.privilege = privilege.New(rules, e.attack)
	e.reaching, e.segmentation = newReaching(), segmentation.New(rules, e.clock)
	e.privilege.Server(e.source.Server, e.cluster, e.access)
	for _, cov := range old.Coverage() {
		e.cover(cov)
	}
	for _, gk := range old.Kinds() {
		for _, r := range old.Sorted(gk) {
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
