package segmentation

import (
	"slices"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/port"
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
	at := w.At(v.pod)
	if len(at) == 1 && len(w.Sources) == 0 && len(w.Controller) == 0 && !w.Assumed {
		// Where nobody stands between and all are let in, all ways to a port are one.
		like := alike{w.Protocol, at[0].Port, w.SourceKept}
		x, ok := v.let[like]
		if !ok {
			x.verdict, x.reason = r.weigh(w, v, at)
			if v.let == nil {
				v.let = map[alike]said{}
			}
			v.let[like] = x
		}
		return x.verdict, x.reason
	}
	return r.weigh(w, v, at)
}

// alike are ways to a port of pods, said is what policies say of them.
type alike struct {
	protocol port.Protocol
	port     uint16
	kept     bool
}

type said struct {
	verdict model.Verdict
	reason  string
}

// weigh asks policies about a way to ports of pods.
func (r *round) weigh(w *exposure.Way, v *variant, at []exposure.Target) (model.Verdict, string) {
	best, reason := network.Deny, ""
	take := func(parts []network.Part) {
		for i := range parts {
			p := &parts[i]
			if !slices.ContainsFunc(at, func(t exposure.Target) bool { return p.Connections.Has(w.Protocol, t.Port) }) {
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
