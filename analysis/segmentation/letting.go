package segmentation

import (
	"slices"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/model"
)

// lets says whether policies let through what comes by a way.
func (r *round) lets(w *exposure.Way, v *variant) (model.Verdict, string) {
	switch {
	case v.iso.Exempt != "":
		return model.Yes, ""
	case v.iso.Unknown != "":
		return model.Unknown, v.iso.Unknown
	case len(v.iso.By[ingress])+len(v.iso.Ordered[ingress]) == 0:
		return model.Yes, ""
	}
	var numbers []uint16
	for _, target := range w.Targets {
		if target.Pod.Name == v.pod.Name && target.Pod.Namespace == v.pod.Namespace {
			numbers = append(numbers, target.Port)
		}
	}
	best, reason := network.Deny, ""
	take := func(parts []network.Part) {
		for i := range parts {
			p := &parts[i]
			if !slices.ContainsFunc(numbers, func(n uint16) bool { return p.Connections.Has(w.Protocol, n) }) {
				continue
			}
			if p.Verdict == network.Allow || best == network.Deny {
				best, reason = p.Verdict, p.Assumption
			}
		}
	}
	switch {
	case len(w.Controller) > 0:
		asked := map[look]struct{}{}
		for _, p := range w.Controller {
			r.lead(v.pod, p.Namespace)
			// Those that look alike are let through alike, but for what their own node lets through.
			if s := r.sheets[p.Template.Bare()]; s != nil && !s.host {
				at := look{p.Template, p.Labels}
				if _, ok := asked[at]; ok {
					continue
				}
				asked[at] = struct{}{}
			}
			if e, err := r.net.Explain(r.c, network.End{Ref: p.Ref()}, network.End{Ref: v.pod.Ref()}); err == nil {
				take(e.Parts)
			}
			if best == network.Allow {
				break
			}
		}
	case w.Assumed:
		best, reason = network.Depends, "the pods of the controller were not found"
	default:
		for _, x := range r.net.Outside(v.pod, ingress) {
			if len(w.Sources) == 0 || slices.ContainsFunc(w.Sources, x.Block.Overlaps) {
				take(x.Parts)
			}
		}
		if best != network.Allow && !w.SourceKept {
			best, reason = network.Depends, "the pods see the address of a node, not that of the client"
		}
	}
	switch best {
	case network.Allow:
		return model.Yes, ""
	case network.Depends:
		return model.Depends, reason
	case network.NotEvaluated:
		return model.Unknown, reason
	}
	return model.No, ""
}
