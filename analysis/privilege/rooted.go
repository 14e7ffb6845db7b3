package privilege

import (
	"slices"

	"canopy/model"
)

// everyRole tells a way by which somebody gives himself everything in a namespace: by any rule, or by any ClusterRole, of which cluster-admin
// is always there. Which Roles there are to be bound is not looked at.
func (w *way) everyRole() bool {
	return w.bind == 0 || slices.Contains(w.Needs[w.bind-1].Resources, "clusterroles")
}

// rooted notes of an opening that gives a namespace whether it leads on to nodes. Who holds everything in it takes the label of Pod Security off
// it first; by pods alone that label decides.
func (o Opening) rooted(w *way, at *readingKey, everything bool) Opening {
	o.Lax = w.Admission == podSecurity && !at.cluster
	if !w.gives {
		return o
	}
	o.Root, o.RootDoubt, o.RootReason = everything || at.admits != model.No, o.Doubt, o.Reason
	if !everything && at.admits == model.Unknown {
		o.RootDoubt, o.RootReason = worse(o.RootDoubt, o.RootReason, OnAdmission, "the Pod Security level of the namespace was not seen")
	}
	if at.guard != "" {
		o.RootDoubt, o.RootReason = worse(o.RootDoubt, o.RootReason, OnAdmission, at.guard+" may refuse privileged pods")
	}
	return o
}

// like tells openings that say the same of nodes.
func (o *Opening) like(p *Opening) bool {
	return o.Root == p.Root && o.RootDoubt == p.RootDoubt && o.RootReason == p.RootReason && o.Lax == p.Lax
}
