package engine

import (
	"canopy/analysis/rbac"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
)

// rebuild judges the whole cluster anew. It is the batch form of what apply does step by step, and must come to the same.
// Nothing of it is a change of the cluster, so the edits stay.
func (e *Engine) rebuild() {
	old, quiet := e.cluster, e.quiet
	e.quiet = true
	rules := map[string]*model.Rule{}
	for _, r := range e.rules {
		rules[r.ID] = r
	}
	e.cluster, e.access, e.workload, e.findings = cluster.New(), rbac.New(), workload.New(rules, e.clock), newFindings()
	for _, cov := range old.Coverage() {
		e.cover(cov)
	}
	for _, gk := range old.Kinds() {
		for _, r := range old.Sorted(gk) {
			e.apply(model.Put(r))
		}
	}
	e.inventory = e.inventory.rebuilt(e.cluster)
	e.states, e.dirty, e.quiet = nil, true, quiet
}
