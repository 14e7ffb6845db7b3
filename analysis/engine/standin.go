package engine

import (
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// standIns are pods of owners that no server has created yet, as in a folder of manifests: they show who could talk to whom
// once they are applied.
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

// standIn gives the stand-in of an owner; nil where it needs none: it was created by a server, whose pods count, it has
// pods, or it is to have none.
func standIn(c *cluster.Cluster, ref model.Ref) *record.Pod {
	w, ok := c.Get(ref).(*record.Workload)
	if !ok || w.UID != "" || w.Replicas == 0 || w.Template.IsZero() || c.TopOwner(w) != ref {
		return nil
	}
	for range c.Pods(ref) {
		return nil
	}
	return record.StandIn(w)
}
