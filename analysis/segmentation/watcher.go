package segmentation

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
)

// watched is a selector of a policy that looks into other namespaces than its own, and of which it matters whether it
// selects anything.
type watched struct {
	policy.Selector
	// closely tells that it matters as well what the ports of the pods are called.
	closely bool
}

// watch keeps where a policy looks; nil for one that is gone.
func (a *Analyser) watch(ref model.Ref, p *policy.Policy) {
	delete(a.watchers, ref)
	if p == nil {
		return
	}
	var list []watched
	if p.Tier != policy.Network && !p.Subject.Nothing {
		list = append(list, watched{p.Subject, true})
	}
	for d := range p.Rules {
		for i := range p.Rules[d] {
			rule := &p.Rules[d][i]
			closely := len(rule.Named) > 0 && policy.Direction(d) == policy.Egress
			if closely && rule.Anyone {
				list = append(list, watched{closely: true})
			}
			for j := range rule.Peers {
				s := rule.Peers[j].Pods
				if s == nil || s.Nothing || s.Namespace != "" && s.Namespace == ref.Namespace || !closely && !selective(s) {
					continue
				}
				list = append(list, watched{*s, closely})
			}
		}
	}
	if len(list) > 0 {
		a.watchers[ref] = slices.Clip(list)
	}
}

// sees tells that a selector may select something now and nothing before, or the other way round, since pods with these
// labels look otherwise. One without labels asks only whether there are pods.
func (r *round) sees(w *watched, name string, shifted []record.Labels, flipped bool) bool {
	if !flipped && !w.closely && len(w.Pods) == 0 || !r.may(&w.Selector, name) {
		return false
	}
	return slices.ContainsFunc(shifted, func(l record.Labels) bool { return w.Pods.Match(l) })
}
