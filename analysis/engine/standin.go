package engine

import (
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// standIns are pods that are not there now and will be: of owners that no server has created yet, as in a folder of manifests,
// and of CronJobs between two runs. They show who could talk to whom then, and keep what is found from coming and going with
// every run.
type standIns map[model.Ref]*record.Pod

// update gives what a change of a pod or of an owner of pods does to the stand-ins.
func (s standIns) update(c *cluster.Cluster, d cluster.Delta) []cluster.Delta {
	var owners []model.Ref
	for _, r := range [...]model.Record{d.Old, d.New} {
		switch r.(type) {
		case *record.Workload, *record.Pod:
		default:
			continue
		}
		if _, ok := r.(*record.Workload); ok && !slices.Contains(owners, d.Ref) {
			owners = append(owners, d.Ref)
			for _, child := range c.Children(d.Ref) {
				if _, ok := child.(*record.Workload); ok {
					owners = append(owners, child.Ref())
				}
			}
		}
		// Owners may name each other.
		for up := c.Controller(r); !up.IsZero() && !slices.Contains(owners, up); up = c.Controller(c.Get(up)) {
			owners = append(owners, up)
		}
	}
	var deltas []cluster.Delta
	for _, ref := range owners {
		was, now := s[ref], standIn(c, ref)
		switch {
		case was == nil && now == nil, was != nil && now != nil && was.Same(now):
			continue
		case now == nil:
			delete(s, ref)
			deltas = append(deltas, cluster.Delta{Ref: was.Ref(), Old: was})
			continue
		case was == nil:
			deltas = append(deltas, cluster.Delta{Ref: now.Ref(), New: now})
		default:
			deltas = append(deltas, cluster.Delta{Ref: now.Ref(), Old: was, New: now})
		}
		s[ref] = now
	}
	return deltas
}

// standIn gives the stand-in of an owner; nil where it needs none: its pods are there, or it is to have none.
func standIn(c *cluster.Cluster, ref model.Ref) *record.Pod {
	w, ok := c.Get(ref).(*record.Workload)
	scheduled := ok && w.Kind.Kind == "CronJob" && !w.Suspended
	if !ok || w.UID != "" && !scheduled || w.Replicas == 0 || w.Template.IsZero() || c.TopOwner(w) != ref {
		return nil
	}
	for p := range c.Pods(ref) {
		if !scheduled || !p.Finished() {
			return nil
		}
	}
	return record.StandIn(w)
}
