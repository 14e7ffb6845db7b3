package image

import (
	"maps"
	"slices"
	"strconv"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// updateAbsent notes owners of pods that may have got their first pod, or lost their last. Those that a server has created are none of
// them: what runs of these is seen.
func (a *Analyser) updateAbsent(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Pod](d)
	if before != nil && after != nil && before.Finished() == after.Finished() && !ownerChanged(before.Owner, after.Owner) {
		return
	}
	for _, rec := range [...]model.Record{d.Old, d.New} {
		switch rec.(type) {
		case *record.Workload:
			a.touchAbsent(c, d.Ref)
			for _, child := range c.Children(d.Ref) {
				a.touchAbsent(c, child.Ref())
			}
		case *record.Pod:
		default:
			continue
		}
		n := 0
		for up := c.Controller(rec); !up.IsZero() && n < climb; up = c.Controller(c.Get(up)) {
			a.touchAbsent(c, up)
			n++
		}
	}
}

func (a *Analyser) touchAbsent(c *cluster.Cluster, ref model.Ref) {
	_, known := a.absent[ref]
	if w, ok := c.Get(ref).(*record.Workload); known || ok && w.UID == "" {
		a.dirty.absent[ref] = struct{}{}
	}
}

// miss works out which owners will make pods and have none: those that no server has created yet, as in a folder of manifests. What they
// run is not known by what a runtime reports, so that they are not among the images.
func (r *round) miss() {
	for ref := range r.dirty.absent {
		_, was := r.absent[ref]
		switch now := podless(r.c, ref); {
		case now && !was:
			r.absent[ref] = struct{}{}
			r.version++
		case was && !now:
			delete(r.absent, ref)
			r.version++
		}
	}
}

func podless(c *cluster.Cluster, ref model.Ref) bool {
	w, ok := c.Get(ref).(*record.Workload)
	if !ok || w.UID != "" || w.Replicas == 0 || w.Template.IsZero() || c.TopOwner(w) != ref && !c.Strays(w) {
		return false
	}
	for p := range c.Pods(ref) {
		if !p.Finished() || w.Kind.Kind == "CronJob" {
			return false
		}
	}
	return true
}

// Absent lists the owners that will make pods and have none here, sorted: what they will run is not among the images.
func (a *Analyser) Absent() []model.Ref {
	list := slices.Collect(maps.Keys(a.absent))
	inorder.Sort(list, model.Ref.Compare)
	return list
}

// unjudgedOwners says that of the rule about images that run.
func (a *Analyser) unjudgedOwners() (model.RuleState, bool) {
	n := len(a.absent)
	if n == 0 {
		return model.RuleState{}, false
	}
	said := strconv.Itoa(n) + " workloads have"
	if n == 1 {
		said = "1 workload has"
	}
	return model.RuleState{Verdict: model.Depends, Reason: said + " no pods here: what they will run is not judged"}, true
}
