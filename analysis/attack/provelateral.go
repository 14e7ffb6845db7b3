package attack

import (
	"slices"
	"strconv"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

// cutPolicy is the edit of a policy that alone lets pods talk to others.
const cutPolicy = "take the rule out of the policy"

// proveLateral shows which policies let the pods of one workload connect to those of another, or that none keeps them apart.
func (q *asker) proveLateral(h *Hop) {
	p := &h.Proof
	p.Object = h.To.Ref
	question := network.Question{Level: network.Workloads, From: network.End{Ref: h.From.Ref}, To: network.End{Ref: h.To.Ref}}
	var best *network.Entry
	var open []network.Entry
	for e := range q.w.Network.Entries(q.w.Cluster, question) {
		if e.Verdict != network.Deny {
			open = append(open, e)
		}
	}
	for i := range open {
		if best == nil || open[i].Verdict < best.Verdict {
			best = &open[i]
		}
	}
	if best == nil {
		// Crowds are told as a whole.
		p.Summary = "everything comes in from the network of the pod's own node; at present they share none"
		return
	}
	on := best.Connections.String()
	if best.Connections.Full() {
		on = "every port"
	}
	p.Summary = "no policy keeps them apart"
	if x, err := q.w.Network.Explain(q.w.Cluster, question.From, question.To); err == nil && !x.Egress.Isolated && !x.Ingress.Isolated && len(open) == 1 {
		p.Summary = "no policy selects either"
	}
	for _, r := range best.Because {
		if r.Object.IsZero() {
			continue
		}
		e := model.Evidence{Object: r.Object, Path: "spec." + r.Direction.String(), Value: r.Note}
		if r.Rule >= 0 {
			e.Path += "[" + strconv.Itoa(r.Rule) + "]"
		}
		if !slices.Contains(p.Evidence, e) {
			p.Evidence = append(p.Evidence, e)
		}
		// What lets somebody in says more than what lets him out.
		p.Object = r.Object
		word := " lets it out to "
		if r.Direction == policy.Ingress {
			word = " lets it in to "
		}
		p.Summary = r.Object.Kind + " " + r.Object.Name + word + on
	}
	switch best.Verdict {
	case network.Depends:
		p.Summary = "it depends: " + best.Assumption
	case network.NotEvaluated:
		p.Summary = "not evaluated: " + best.Assumption
	}
	if only, ok := q.alone(open); ok {
		h.Cut = model.Cut{Object: only, Edit: cutPolicy}
	}
}

// alone gives the NetworkPolicy that alone lets something through in one direction, whatever else there is: without its rules the pods are as
// isolated as before, and nothing is allowed any more.
func (q *asker) alone(open []network.Entry) (model.Ref, bool) {
	if q.w.Network.State().Enforcement == network.None {
		return model.Ref{}, false
	}
	for _, d := range [...]policy.Direction{policy.Ingress, policy.Egress} {
		var only model.Ref
		one := true
		for i := range open {
			lets := 0
			for _, r := range open[i].Because {
				switch {
				case r.Direction != d:
				case r.Tier != policy.Network || r.Rule < 0 || !only.IsZero() && r.Object != only:
					one = false
				default:
					only = r.Object
					lets++
				}
			}
			one = one && lets > 0
		}
		if one && !only.IsZero() {
			return only, true
		}
	}
	return model.Ref{}, false
}
