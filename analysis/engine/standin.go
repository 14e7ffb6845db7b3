package engine

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// standIns are pods that are not there now and will be: of owners that no server has created yet, as in a folder of manifests,
// of those that want pods and have none at the moment, and of CronJobs between two runs. They show who could talk to whom then, and keep what is found from coming and going with
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
	return s.renew(c, owners)
}

// covered gives what another coverage of pods does to the stand-ins: while it is not known which pods there are, none is
// missed.
func (s standIns) covered(c *cluster.Cluster) []cluster.Delta {
	owners := slices.Collect(maps.Keys(s))
	for _, k := range model.Kinds() {
		if k.Kind == "Pod" || record.TemplatePath(k.Kind) == "" {
			continue
		}
		for r := range c.All(k.GroupKind()) {
			if _, has := s[r.Ref()]; !has {
				owners = append(owners, r.Ref())
			}
		}
	}
	return s.renew(c, owners)
}

func (s standIns) renew(c *cluster.Cluster, owners []model.Ref) []cluster.Delta {
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

// standIn lets the analysers of who can talk to whom take part in what became of stand-ins.
func (e *Engine) standIn(deltas []cluster.Delta) {
	for _, d := range deltas {
		e.reaching.update(e.cluster, d)
		e.segmentation.Update(e.cluster, d)
	}
}

// standIn gives the stand-in of an owner; nil where it needs none: its pods are there, or it is to have none.
func standIn(c *cluster.Cluster, ref model.Ref) *record.Pod {
	w, ok := c.Get(ref).(*record.Workload)
	if !ok || w.Replicas == 0 || w.Template.IsZero() || c.TopOwner(w) != ref && !c.Strays(w) {
		return nil
	}
	if state := c.Seen(pods, ref.Namespace).State; state != model.Complete && state != model.Partial {
		return nil
	}
	// A Job that has run makes no more pods, and a DaemonSet may have no nodes.
	wanting := w.Replicas > 0 || w.Kind.Kind == "CronJob" && !w.Suspended
	if !wanting && w.UID != "" {
		return nil
	}
	for p := range c.Pods(ref) {
		if !wanting || !p.Finished() {
			return nil
		}
	}
	return record.StandIn(w)
}

// pods is data.
var pods = schema.GroupKind{Kind: "Pod"}
