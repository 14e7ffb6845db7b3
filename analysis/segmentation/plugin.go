package segmentation

import (
	"cmp"

	"canopy/analysis/network"
	"canopy/model"
)

// judgePlugin judges whether anybody obeys the policies that there are.
func (r *round) judgePlugin() {
	object := namespaceRef("kube-system")
	if r.networked+len(r.ordered) == 0 || r.state.Enforcement != network.None && r.state.Enforcement != network.Unverified {
		r.stand(object, asPlugin, nil)
		return
	}
	severity := model.High
	if r.state.Enforcement == network.Unverified {
		severity = model.Info
	}
	f := r.finding("NW07", severity, object, lines(model.Evidence{Object: object, Path: "metadata.name", Value: brief(cmp.Or(r.state.Plugin, "no known plug-in") + ": " + r.state.Why)}))
	if f != nil {
		// How long the namespace is there says nothing of it.
		f.Since = 0
	}
	if r.state.Enforcement == network.Unverified {
		doubt(f, model.Unknown, brief(cmp.Or(r.state.Why, "which network plug-in runs is not known")))
	}
	r.stand(object, asPlugin, gather(f))
}
