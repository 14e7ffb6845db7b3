package segmentation

import (
	"slices"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

// faulty tells that something below a path cannot be obeyed.
func faulty(p *policy.Policy, path string) bool {
	return slices.ContainsFunc(p.Problems, func(f policy.Problem) bool {
		return f.Path == path || strings.HasPrefix(f.Path, path+".") || strings.HasPrefix(f.Path, path+"[")
	})
}

// invalid judges what a policy says and nobody can obey.
func (r *round) invalid(p *policy.Policy) *model.Finding {
	var l []model.Evidence
	severity := model.Low
	told := func(path string) bool {
		return slices.ContainsFunc(l, func(e model.Evidence) bool {
			return e.Path == path || strings.HasPrefix(e.Path, path+".") || strings.HasPrefix(e.Path, path+"[")
		})
	}
	for _, f := range p.Problems {
		value := f.Text
		if f.Value != "" {
			value = brief(f.Value) + ": " + f.Text
		}
		l = append(l, model.Evidence{Object: p.Ref, Path: f.Path, Value: brief(value)})
		if f.Invalid {
			severity = model.Medium
		}
	}
	for _, d := range [...]policy.Direction{policy.Ingress, policy.Egress} {
		for i := range p.Rules[d] {
			rule := &p.Rules[d][i]
			if !rule.FailClosed {
				continue
			}
			severity = model.Medium
			if path := rulePath(d, rule.Index); !told(path) {
				text := "a peer of an unknown kind: the rule denies everything"
				if rule.Action == policy.Allow {
					text = "a peer of an unknown kind: the rule allows nothing"
				}
				l = append(l, model.Evidence{Object: p.Ref, Path: path, Value: text})
			}
		}
	}
	if len(l) == 0 {
		return nil
	}
	return r.finding("NW17", severity, p.Ref, lines(l...))
}

// unresolved judges named ports that no pod has which the rule is about.
func (r *round) unresolved(p *policy.Policy, running int, effects []network.Effect) *model.Finding {
	var l []model.Evidence
	for i := range effects {
		e := &effects[i]
		rule := ruleOf(p, e)
		// Where there are no such pods, that is what is wrong.
		if running == 0 || rule == nil || !rule.Anyone && len(e.PeersEmpty) == len(rule.Peers) {
			continue
		}
		for _, n := range e.Unresolved {
			value := n.Name
			if !n.Any {
				value += "/" + n.Protocol.String()
			}
			l = append(l, model.Evidence{Object: p.Ref, Path: rulePath(e.Direction, e.Rule) + ".ports", Value: brief(value)})
		}
	}
	if len(l) == 0 {
		return nil
	}
	v, reason := r.seen("", pods)
	if v == model.Unknown {
		v = model.Depends
	}
	return doubt(r.finding("NW18", model.Low, p.Ref, lines(l...)), v, reason)
}
